using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Detection;

public sealed class HangMonitorTests : HangMonitorFixture
{
    [Fact]
    public async Task KnownDevice_BeforeAnything_HasItsSeriesAtZero()
    {
        _host.Start();

        foreach (var source in new[] { "driver", "watchdog", "tx_timeout", "tx_stall" })
            foreach (var origin in new[] { "live", "history" })
                // Only the kernel log has a history.
                Assert.Equal(
                    (source, origin) is ("tx_timeout" or "tx_stall", "history") ? null : 0,
                    await _host.ValueAsync(
                        $"nichang_hang_events_total{{device=\"eno1\",source=\"{source}\",origin=\"{origin}\"}}"));
        foreach (var series in new[]
        {
            "nichang_hang_active", "nichang_hang_last_event_timestamp_seconds", "nichang_hang_outage_seconds_total",
            "nichang_tx_stalled", "nichang_tx_paused", "nichang_tx_pauses_total",
        })
            Assert.Equal(0, await _host.ValueAsync(series + "{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Wedge_Live_IsOneActiveEpisodeWithItsOutage()
    {
        _host.Start();
        _host.Print(1, Hang);
        _host.Pass(2);
        _host.Print(2, Hang);
        _host.Pass(2);
        _host.Print(3, Hang);

        Assert.Equal(3, await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync(Active));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active_shape{device=\"eno1\",shape=\"wedge\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(4, await _host.ValueAsync("nichang_hang_outage_seconds_total{device=\"eno1\"}"));
        Assert.Equal(_host.Clock.GetUtcNow().ToUnixTimeSeconds(),
            await _host.ValueAsync("nichang_hang_last_event_timestamp_seconds{device=\"eno1\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.EpisodeStarted));
        Assert.Contains(_host.Log.Entries, entry => entry.Message.Contains("TDH=14 TDT=1a", StringComparison.Ordinal));

        _host.Pass(61);

        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.DoesNotContain("nichang_hang_active_shape{", await _host.ScrapeAsync(), StringComparison.Ordinal);
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"wedge\"}"));
        Assert.Equal(4, await _host.ValueAsync("nichang_hang_outage_seconds_total{device=\"eno1\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.EpisodeEnded));
    }

    [Fact]
    public async Task Flap_DriverResetsAndLinkComesBack_EndsWithTheLink()
    {
        _host.Start();
        _host.Print(1, Hang);
        _host.Pass(2);
        _host.Print(2, "e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly");
        _host.Pass(4);
        _host.Print(3, "e1000e 0000:00:1f.6 eno1: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx",
            priority: 6);
        _host.Pass(61);

        Assert.Equal(1, await _host.ValueAsync("nichang_driver_resets_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"flap\"}"));
        Assert.Equal(6, await _host.ValueAsync("nichang_hang_outage_seconds_total{device=\"eno1\"}"));
    }

    [Fact]
    public async Task Reset_WithoutAHangBefore_IsCountedButIsNoEpisode()
    {
        _host.Start();
        _host.Print(1, "e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly");

        Assert.Equal(1, await _host.ValueAsync("nichang_driver_resets_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}"));
        Assert.Equal(0, await _host.ValueAsync(Active));
    }

    [Fact]
    public async Task History_RecordsFromBeforeTheStart_CountOnceAndAreNotActive()
    {
        for (ulong sequence = 1; sequence <= 5; sequence++)
            _host.Append(sequence, Hang, at: _host.Uptime - 10 + sequence);
        _host.Start();

        Assert.Equal(5, await _host.ValueAsync(DriverHistory));
        Assert.Equal(0, await _host.ValueAsync(DriverLive));
        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.Equal(0, _host.Log.Count(EventIds.EpisodeStarted));

        // Still hanging: the first live report continues the same episode and makes it news.
        _host.Print(6, Hang);

        Assert.Equal(1, await _host.ValueAsync(Active));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"history\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}"));
    }

    [Fact]
    public async Task Untrusted_RecordOfUserSpace_IsCountedApart()
    {
        _host.Start();
        _host.Print(1, Hang, priority: 11);

        Assert.Equal(0, await _host.ValueAsync(DriverLive));
        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_untrusted_hangs_total"));
        Assert.Equal(1, _host.Log.Count(EventIds.UntrustedHang));
    }

    [Fact]
    public async Task Untrusted_InARehearsal_CountsWithAWarning()
    {
        _host.Configure(options => options with { Detection = options.Detection with { AcceptUntrusted = true } });
        _host.Start();
        _host.Print(1, Hang, priority: 11);

        Assert.Equal(1, await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_accept_untrusted"));
        Assert.Equal(1, _host.Log.Count(EventIds.KmsgUntrustedAccepted));
    }

    [Fact]
    public async Task Device_NamedByBusAddressOnly_IsFoundInSysfs()
    {
        _host.AddNic("enp2s0f1", "pci0000:00/0000:02:00.1", "igb");
        _host.Start();
        _host.Print(1, @"igb 0000:02:00.1: Detected Tx Unit Hang\x0a  Tx Queue             <2>",
            dictionary: " SUBSYSTEM=pci\n DEVICE=+pci:0000:02:00.1\n");

        Assert.Equal(1,
            await _host.ValueAsync("nichang_hang_events_total{device=\"enp2s0f1\",source=\"driver\",origin=\"live\"}"));
    }

    [Fact]
    public async Task Device_RenamedSinceTheMessage_IsStillTheSame()
    {
        _host.Start();
        _host.Print(1, Hang.Replace("eno1", "eth0", StringComparison.Ordinal));

        Assert.Equal(1, await _host.ValueAsync(DriverLive));
    }

    [Fact]
    public async Task Device_RenamedWhileWatched_KeepsItsCountsUnderTheNewName()
    {
        _host.Start();
        _host.Print(1, Hang);
        Directory.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1"));
        _host.AddNic("nic0");
        _host.Pass(1);

        Assert.Null(await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync(DriverLive.Replace("eno1", "nic0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Device_OtherHardwareUnderItsName_StartsAtZero()
    {
        _host.Start();
        _host.Print(1, Hang);
        Directory.Delete(Path.Combine(_host.Sysfs.Root, "class/net/eno1"));
        _host.Pass(1);
        Assert.Equal(1, await _host.ValueAsync(DriverLive));
        _host.AddNic(parent: "pci0000:00/0000:05:00.0");
        _host.Pass(1);

        Assert.Equal(0, await _host.ValueAsync(DriverLive));
        Assert.Equal(0, await _host.ValueAsync(Active));

        // The former device keeps its counts.
        Assert.Contains(_host.Monitor.State().Devices, device => device is { Device: "eno1", Bus: "0000:00:1f.6" });
    }

    [Fact]
    public async Task Untrusted_AThousandTimes_IsOneLogLine()
    {
        _host.Start();
        for (ulong sequence = 1; sequence <= 1000; sequence++)
            _host.Append(sequence, Hang, priority: 11);
        _host.Print(1001, "done", priority: 6, dictionary: null);

        Assert.Equal(1000, await _host.ValueAsync("nichang_kmsg_untrusted_hangs_total"));
        Assert.Equal(1, _host.Log.Count(EventIds.UntrustedHang));
    }

    [Fact]
    public async Task Device_OfAnotherNetworkNamespace_IsCountedWithoutALabelFromTheText()
    {
        _host.Start();
        _host.Print(1, "e1000e 0000:09:00.0 evil: Detected Hardware Unit Hang:", dictionary: null);

        Assert.Equal(1,
            await _host.ValueAsync("nichang_hang_events_unattributed_total{driver=\"e1000e\",origin=\"live\"}"));
        Assert.DoesNotContain("evil", await _host.ScrapeAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watchdog_NamingAnotherDriverThanTheDeviceHas_IsNotOurs()
    {
        _host.Start();
        _host.Print(1, "NETDEV WATCHDOG: eno1 (r8169): transmit queue 0 timed out", priority: 4, dictionary: null);

        Assert.Equal(0,
            await _host.ValueAsync("nichang_hang_events_total{device=\"eno1\",source=\"watchdog\",origin=\"live\"}"));
    }

    [Fact]
    public async Task Kmsg_LostAndMalformedRecords_AreCountedExactly()
    {
        _host.Start();
        _host.Print(10, Hang);
        File.AppendAllText(_host.Options.Paths.Kmsg, "this is no record\n");
        // Record 11 could not be understood; 12 to 19 were lost.
        _host.Print(20, Hang);

        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_records_malformed_total"));
        Assert.Equal(8, await _host.ValueAsync("nichang_kmsg_records_lost_total"));
        Assert.Equal(2, await _host.ValueAsync("nichang_kmsg_records_total"));
    }
}
