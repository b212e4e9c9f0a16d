using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Detection;

/// <summary>The kernel log through syslog(2), without a device: the same counts and the same checks.</summary>
public sealed class SyslogSourceTests : IDisposable
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:";
    private const string Registers =
        "\n  TDH                  <0>\n  TDT                  <4>\n"
        + "  next_to_use          <4>\n  next_to_clean        <0>";
    private const string DriverLive = "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"live\"}";
    private const string DriverHistory =
        "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"history\"}";
    private const string Active = "nichang_hang_active{device=\"eno1\"}";
    private const string Lost = "nichang_kmsg_records_lost_total";

    private readonly FakeSyslog _log = new();
    private readonly FixtureHost _host;

    public SyslogSourceTests()
    {
        _host = new FixtureHost(syslog: _log);
        File.Delete(_host.Options.Paths.Kmsg);
        _host.AddNic();
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Source_IsToldByStateAndOneLineOfTheLog()
    {
        _host.Start();

        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_up"));
        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_state{state=\"reading_syslog\"}"));
        Assert.Equal(1, _host.Log.Count(EventIds.SyslogOpened));
        Assert.Equal(0, _host.Log.Count(EventIds.KmsgUnavailable) + _host.Log.Count(EventIds.BlindSpots));
    }

    [Fact]
    public async Task Hang_BeforeTheStart_IsHistoryAndTheNextIsLive()
    {
        _log.Print(_host.Uptime - 300, Hang + Registers);
        _host.Start();
        Assert.Equal(1, await _host.ValueAsync(DriverHistory));
        Assert.Equal(0, await _host.ValueAsync(Active));

        Print(_host.Uptime, Hang + Registers);

        Assert.Equal((1, 1, 1), (await _host.ValueAsync(DriverHistory), await _host.ValueAsync(DriverLive),
            await _host.ValueAsync(Active)));
        Assert.Equal(2, await _host.ValueAsync("nichang_kmsg_records_total"));
    }

    // The kernel's messages about a process begin with its name, which may have a newline.
    [Theory]
    [InlineData("vmxnet3 0000:00:1f.6 eno1: tx hang", 1)]
    [InlineData(
        "vmxnet3 0000:00:1f.6 eno1: tx hang\n[19330]: segfault at 1 ip 00007f6b701e5ad8 sp 00007ffff197b2c8 error 4",
        0)]
    [InlineData("eno1: tx hang\n[19330]: segfault at 1 ip 00007f6b701e5ad8 sp 00007ffff197b2c8 error 4", 0)]
    [InlineData("eno1: tx hang", 0)]
    [InlineData("x\nvmxnet3 0000:00:1f.6 eno1: tx hang", 0)]
    [InlineData("x\n<3>[    1.000000] vmxnet3 0000:00:1f.6 eno1: tx hang", 0)]
    [InlineData("vmxnet3 0000:00:1f.6 eno1: tx hang\u0001", 0)]
    [InlineData("vmxnet3 0000:00:1f.6 eno1: tx hang\n", 1)]
    [InlineData("vmxnet3 0000:00:1f.6 eno1: tx hang\n\n", 0)]
    public async Task Message_MustBeTheWholeRecord(string text, int events)
    {
        _host.Start();
        Print(_host.Uptime, text);
        Assert.Equal(events, await _host.ValueAsync(DriverLive));
    }

    // The log prefix of a firewall's rule may have 127 bytes. The kernel puts 18 in front of each line, and leaves out
    // those that do not fit: IN= and OUT=.
    [Theory]
    [InlineData("\n", 73)]
    [InlineData("\nTDH<0>", 10)]
    public async Task Message_WhoseFurtherLinesFillTheRoom_IsNotCounted(string filler, int lines)
    {
        _log.RecordRoom = filler.Length == 1 ? 2048 : 1024;
        _host.Start();
        var packet = $"IN=eth0 OUT= {new string('x', 880)}";
        Print(_host.Uptime, Hang + string.Concat(Enumerable.Repeat(filler, lines)) + "\n" + packet);
        Assert.DoesNotContain("IN=", _log.Shown, StringComparison.Ordinal);

        // Before 6.3 nothing shows that a line is missing. The record counts, and is no reason to act.
        Assert.Equal(_log.RecordRoom == 1024 ? 1 : 0, await _host.ValueAsync(DriverLive));
        Assert.Equal(0, await _host.ValueAsync("nichang_hang_confirmed{device=\"eno1\"}"));
    }

    // The second report of the same moment comes with the next reading.
    [Fact]
    public async Task TwoReportsOfOneMoment_OnBothSidesOfALook_AreNoRepetition()
    {
        _host.Start();
        var first = _host.Uptime - 0.03;
        Print(first, Hang);
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        Print(first + 0.06, Hang);

        Assert.Equal(2, await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active_shape{device=\"eno1\",shape=\"unknown\"}"));
        Assert.True(InterfaceName.TryParse("eno1", out var name));
        Assert.True(BusAddress.TryParse("0000:00:1f.6"u8, out var bus));
        var last = _host.Evidence.Of(name, bus).Last.TotalSeconds;
        Assert.InRange(last, first + 0.06, first + 0.1);
    }

    [Fact]
    public async Task TwoReports_SecondsApart_AreARepetition()
    {
        _host.Start();
        Print(_host.Uptime, Hang);
        _host.Clock.Advance(TimeSpan.FromSeconds(2));
        Print(_host.Uptime, Hang);

        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active_shape{device=\"eno1\",shape=\"wedge\"}"));
    }

    // A restored snapshot: the clock has gone back, and the log was printed before the saved time.
    [Fact]
    public async Task Restart_WithASavedTimeFromTheFuture_DoesNotUseIt()
    {
        ExporterOptions Stateful(ExporterOptions options) =>
            options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } };
        _host.Configure(Stateful);
        _host.Start();
        // Farther than the two clocks can drift apart since boot.
        var ahead = Math.Floor(_host.Uptime * 1.001);
        Print(ahead, "unrelated");
        using var again = _host.Restart(configure: Stateful);
        _log.Replace([(again.Uptime - 10, Hang)]);
        again.Start();

        Assert.Equal(1, await again.ValueAsync(DriverHistory));
        Assert.Equal(1, again.Log.Count(EventIds.PositionAheadOfRing));
        Assert.Contains($"read up to {ahead} seconds after boot",
            Assert.Single(again.Log.Texts(EventIds.StateRestored)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hang_OfUserSpace_IsUntrusted()
    {
        _host.Start();
        Print(_host.Uptime, Hang, priority: 11);

        Assert.Equal(0, await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_untrusted_hangs_total"));
    }

    [Fact]
    public async Task Gap_IsCountedAndWhatWasSeenBeforeIsNotCountedAgain()
    {
        _host.Start();
        Print(_host.Uptime, Hang);
        var at = _host.Uptime;
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        // No line of the last reading is unchanged, but a record is there that has been read.
        _log.Replace([(at - 1, "another"), (at, Hang), (_host.Uptime, Hang)]);
        TakeUntil(_host.Uptime);

        Assert.Equal(2, await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync(Lost));
        Assert.Equal(1, _host.Log.Count(EventIds.KmsgOverrun));
    }

    [Fact]
    public async Task Log_WithoutTimes_IsNotReadAndSaysWhatToSwitchOn()
    {
        _log.Times = false;
        _log.Print(_host.Uptime, Hang);
        _host.Start();

        Assert.Equal(0, await _host.ValueAsync("nichang_kmsg_up"));
        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_state{state=\"failed\"}"));
        Assert.Equal((0, 0), (await _host.ValueAsync(DriverHistory), await _host.ValueAsync(DriverLive)));
        Assert.Contains("/sys/module/printk/parameters/time", Assert.Single(_host.Log.Texts(EventIds.KmsgUnavailable)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Log_WithoutDeviceAndWithoutTheRight_SaysWhatToGrant()
    {
        _log.Fails = Errno.NotPermitted;
        _host.Start();

        Assert.Equal(0, await _host.ValueAsync("nichang_kmsg_up"));
        Assert.Equal(1, await _host.ValueAsync("nichang_kmsg_state{state=\"permission_denied\"}"));
        var complaint = Assert.Single(_host.Log.Texts(EventIds.BlindSpots));
        Assert.Contains("CAP_SYSLOG", complaint, StringComparison.Ordinal);
        Assert.Contains("No such file", complaint, StringComparison.Ordinal);
        Assert.Contains("syslog", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_FromSyslogToSyslogToTheDevice_CountsEachHangOnce()
    {
        ExporterOptions Stateful(ExporterOptions options) =>
            options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } };
        _host.Configure(Stateful);
        _host.Start();
        Print(_host.Uptime, Hang);
        var first = _host.Uptime;
        _host.Clock.Advance(TimeSpan.FromSeconds(1));
        _log.Print(_host.Uptime, "unrelated");
        var second = _host.Uptime + 1;

        using var again = _host.Restart(configure: Stateful);
        _log.Print(second, Hang);
        again.Clock.Advance(TimeSpan.FromSeconds(2));
        again.Start();
        Assert.Equal((0, 2), (await again.ValueAsync(DriverHistory), await again.ValueAsync(DriverLive)));
        Assert.Equal(0, await again.ValueAsync(Lost));

        File.WriteAllText(again.Options.Paths.Kmsg, "");
        again.Append(7, Hang, at: first);
        again.Append(8, "unrelated", at: first + 1);
        again.Append(9, Hang, at: second);
        again.Append(10, Hang, at: second + 1);
        using var third = again.Restart(configure: Stateful);
        third.Clock.Advance(TimeSpan.FromSeconds(2));
        third.Start();

        Assert.Equal((0, 3), (await third.ValueAsync(DriverHistory), await third.ValueAsync(DriverLive)));
        Assert.Equal(1, await third.ValueAsync("nichang_kmsg_state{state=\"reading\"}"));
        Assert.Equal(0, await third.ValueAsync(Lost));
        Assert.Equal(10UL, third.Watcher.Position);
    }

    [Fact]
    public async Task Restart_FromTheDeviceToSyslog_CountsEachHangOnce()
    {
        ExporterOptions Stateful(ExporterOptions options) =>
            options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } };
        _host.Configure(Stateful);
        File.WriteAllText(_host.Options.Paths.Kmsg, "");
        _host.Start();
        _host.Print(1, Hang);
        _log.Print(_host.Uptime, Hang);
        File.Delete(_host.Options.Paths.Kmsg);

        using var again = _host.Restart(configure: Stateful);
        again.Start();

        Assert.Equal((0, 1), (await again.ValueAsync(DriverHistory), await again.ValueAsync(DriverLive)));
        Assert.Equal(1, await again.ValueAsync("nichang_kmsg_state{state=\"reading_syslog\"}"));
    }

    private void Print(double at, string text, int priority = 3)
    {
        _log.Print(at, text, priority);
        TakeUntil(at);
    }

    private void TakeUntil(double at)
    {
        Assert.True(SpinWait.SpinUntil(() => Math.Abs((_host.Watcher.Time ?? default).TotalSeconds - at) < 1e-4,
            TimeSpan.FromSeconds(30)), $"the record of {at} was not read");
        _host.Monitor.TakeEvents();
    }
}
