namespace NicHangExporter.EndToEnd;

/// <summary>Hang messages in the kernel log and their effect on the metrics, on a host made of files.</summary>
public sealed class KernelLogTests : IDisposable
{
    private readonly FakeHost _host = new();

    public KernelLogTests() => _host.AddDevice(KernelSays.Device);

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task LiveReport_IsAnEventAnEpisodeAndAnAlarm()
    {
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);
        var before = await exporter.ScrapeAsync();
        Assert.Equal(0, Events(before, "driver", "live"));

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var after = await exporter.ScrapeUntilAsync("one live event", metrics =>
            Events(metrics, "driver", "live") == 1 && metrics["nichang_hang_active", Device] == 1);
        Assert.Equal(1, after["nichang_hang_episodes_total", Device, ("origin", "live")]);
        Assert.Equal(0, after.Sum("nichang_hang_events_total", ("origin", "history")));
        Assert.Equal(0, after.Sum("nichang_hang_events_unattributed_total"));
        Assert.InRange(after["nichang_hang_last_event_timestamp_seconds", Device], Now - 60, Now + 1);
        Assert.Contains(
            "device=" + KernelSays.Device, await exporter.LoggedAsync("Hang episode of"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RepeatedReportsAndAReset_AreOneEpisodeThatEndsAfterTheGap()
    {
        using var exporter = await ExporterProcess.StartAsync([.. _host.Paths, "--hang.episode-gap=5s"]);
        for (var i = 0; i < 3; i++)
            _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        _host.Log(KernelSays.ResetAdapter, KernelSays.Dictionary);

        // A scrape reads one series after the other, so it may run between two series of one event.
        await exporter.ScrapeUntilAsync("three events and a reset",
            metrics => Events(metrics, "driver", "live") == 3
                && metrics.Sum("nichang_driver_resets_total", Device, ("origin", "live")) == 1
                && metrics.Sum("nichang_hang_active_shape", Device, ("shape", "flap")) == 1);

        var after = await exporter.ScrapeUntilAsync("the end of the episode", metrics =>
            metrics["nichang_hang_active", Device] == 0
            && metrics.Sum("nichang_hang_episodes_ended_total", Device, ("shape", "flap")) == 1);
        Assert.Equal(1, after["nichang_hang_episodes_total", Device, ("origin", "live")]);
        Assert.Equal(0, after.Sum("nichang_hang_active_shape", Device));
        Assert.Contains(
            "shape=flap", await exporter.LoggedAsync("Hang episode of enp0s31f6 ended"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReportsOfBeforeTheStart_AreHistoryFromTheFirstScrapeAndNeverActive()
    {
        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(2, Events(metrics, "driver", "history"));
        Assert.Equal(0, metrics.Sum("nichang_hang_events_total", ("origin", "live")));
        Assert.Equal(1, metrics["nichang_hang_episodes_total", Device, ("origin", "history")]);
        Assert.Equal(0, metrics["nichang_hang_active", Device]);
        Assert.Equal(0, metrics.Sum("nichang_hang_active_shape"));
        Assert.DoesNotContain(exporter.Log, line => line.Contains("Hang episode of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReportOfAnUnknownDevice_IsCountedWithoutADeviceLabel()
    {
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);

        _host.Log("e1000e 0000:99:00.0 eth99: Detected Hardware Unit Hang:\n  TDH <0>");

        var metrics = await exporter.ScrapeUntilAsync("an unattributed event", later =>
            later.Sum("nichang_hang_events_unattributed_total", ("origin", "live")) == 1);
        Assert.DoesNotContain("eth99", metrics.Text, StringComparison.Ordinal);
        Assert.Equal(0, metrics.Sum("nichang_hang_events_total"));
    }

    [Fact]
    public async Task MissingSequenceNumbers_AreLostRecords()
    {
        _host.Log("ordinary words");
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);

        _host.Lose(1234);
        _host.Log("more of them");

        var metrics = await exporter.ScrapeUntilAsync("lost records, and the next one", later =>
            later["nichang_kmsg_records_lost_total"] > 0 && later["nichang_kmsg_records_total"] >= 2);
        Assert.Equal(1234, metrics["nichang_kmsg_records_lost_total"]);
        Assert.Equal(2, metrics["nichang_kmsg_records_total"]);
        Assert.Contains(
            "lost=1234", await exporter.LoggedAsync("records of the kernel log were lost"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_InTheLog_IsCountedAndTheRestIsRead()
    {
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);

        File.AppendAllText(_host.KernelLog, "no record at all\n,,,;\n3,x,0,-;text\n99999999999,0,0,-;x\n");
        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var metrics = await exporter.ScrapeUntilAsync("the event behind the garbage", later =>
            Events(later, "driver", "live") == 1);
        Assert.Equal(4, metrics["nichang_kmsg_records_malformed_total"]);
        Assert.Equal(0, metrics["nichang_monitor_failures_total"]);
    }

    [Theory]
    [InlineData("18446744073709551615")]
    [InlineData("9223372036854775807")]
    [InlineData("99999999999999999")]
    public async Task TimeOfARecord_FarBeyondAllTime_DisturbsNothing(string microseconds)
    {
        File.AppendAllText(_host.KernelLog, $"3,0,{microseconds},-;{KernelSays.HardwareUnitHang.Split('\n')[0]}\n");
        _host.Lose(1);
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);
        Assert.Equal(1, Events(await exporter.ScrapeAsync(), "driver", "history"));

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);

        var metrics = await exporter.ScrapeUntilAsync("a live event", later =>
            Events(later, "driver", "live") == 1 && later["nichang_hang_active", Device] == 1);
        Assert.Equal(0, metrics["nichang_monitor_failures_total"]);
    }

    [Fact]
    public async Task Fifo_InPlaceOfTheDevice_IsFollowedOverItsWriters()
    {
        Requires.Program("mkfifo");
        File.Delete(_host.KernelLog);
        Execution.Of("mkfifo", _host.KernelLog).Succeeded();
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        await exporter.ScrapeUntilAsync(
            "the event of the first writer", metrics => Events(metrics, "driver", "live") == 1);
        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        _host.Log(KernelSays.ResetAdapter);

        var after = await exporter.ScrapeUntilAsync("what the later writers wrote", metrics =>
            metrics["nichang_driver_resets_total", Device, ("origin", "live")] == 1
            && Events(metrics, "driver", "live") >= 2 && metrics["nichang_kmsg_records_total"] >= 3);
        Assert.Equal(2, Events(after, "driver", "live"));
        Assert.Equal(3, after["nichang_kmsg_records_total"]);
    }

    [Fact]
    public async Task TxTimeoutOfAQueue_ThatIncreases_IsItsOwnSource()
    {
        using var exporter = await ExporterProcess.StartAsync(_host.Paths);

        File.WriteAllText(Path.Combine(_host.Sysfs, "class/net", KernelSays.Device, "queues/tx-0/tx_timeout"), "1\n");

        // A scrape reads one series after the other, so it may run between the count and the episode.
        var metrics = await exporter.ScrapeUntilAsync("a tx_timeout event", later =>
            Events(later, "tx_timeout", "live") == 1 && later["nichang_hang_active", Device] == 1);
        Assert.Equal(1, metrics["nichang_queue_tx_timeouts_total", Device, ("queue", "0")]);
        Assert.Equal(0, Events(metrics, "driver", "live"));
    }

    [Fact]
    public async Task QueuedBytes_WithNothingSent_AreAStallUntilItFlowsAgain()
    {
        var device = Path.Combine(_host.Sysfs, "class/net", KernelSays.Device);
        using var exporter = await ExporterProcess.StartAsync([
            .. _host.Paths, "--stall.window=2s", "--hang.sample-interval=100ms", "--hang.episode-gap=5s"]);

        File.WriteAllText(Path.Combine(device, "queues/tx-0/byte_queue_limits/inflight"), "3028\n");

        var stalled = await exporter.ScrapeUntilAsync("a stall", metrics => metrics["nichang_tx_stalled", Device] == 1
            && metrics.Sum("nichang_hang_active_shape", Device, ("shape", "stall")) == 1
            && Events(metrics, "tx_stall", "live") > 0);
        Assert.Equal(1, Events(stalled, "tx_stall", "live"));

        File.WriteAllText(Path.Combine(device, "statistics/tx_packets"), "1\n");

        var flowing =
            await exporter.ScrapeUntilAsync("it flows", metrics => metrics["nichang_tx_stalled", Device] == 0);
        Assert.Equal(1, Events(flowing, "tx_stall", "live"));
    }

    private static (string, string) Device => ("device", KernelSays.Device);

    private static double Now => (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;

    private static double Events(Scrape metrics, string source, string origin) =>
        metrics["nichang_hang_events_total", Device, ("source", source), ("origin", origin)];
}
