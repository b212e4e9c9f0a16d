using NicHangExporter.Detection;
using NicHangExporter.Hosting;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Detection;

/// <summary>Replayed records of the kernel log never count twice, are never active and make no outage longer.</summary>
public sealed class ReplayTests : IDisposable
{
    private const string Hang = "e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:";
    private const string Reset = "e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly";
    private const string LinkUp = "e1000e 0000:00:1f.6 eno1: NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx";
    private const string DriverLive = "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"live\"}";
    private const string DriverHistory =
        "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"history\"}";
    private const string Outage = "nichang_hang_outage_seconds_total{device=\"eno1\"}";
    private const string Active = "nichang_hang_active{device=\"eno1\"}";

    private readonly FixtureHost _host = new();

    public ReplayTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task State_TakenAtAnyMomentOfAStream_HoldsExactlyTheEventsUpToItsPosition()
    {
        const ulong Records = 20_000;
        // A reader of a file sees a write page by page. This length divides a page, so no record is seen in part.
        const int RecordLength = 128;
        _host.Start();
        var writing = Task.Run(() =>
        {
            for (ulong first = 1; first <= Records; first += 50)
                File.AppendAllText(_host.Options.Paths.Kmsg,
                    string.Concat(Enumerable.Range((int)first, 50).Select(sequence =>
                        $"3,{sequence},1,-;{Hang}".PadRight(RecordLength - 1) + "\n")));
        }, TestContext.Current.CancellationToken);

        MonitorState state;
        var states = 0;
        do
        {
            _host.Monitor.TakeEvents();
            state = _host.Monitor.State();
            states++;
            Assert.Equal((long)(state.Position ?? 0), state.Devices.Sum(device => device.Events.Values.Sum()));
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
        while (state.Position is null or < Records);

        await writing;
        Assert.True(states > 10, $"only {states} states");
    }

    [Fact]
    public async Task Log_ThatCanBeOpenedOnlyLater_IsHistoryAllTheSame()
    {
        File.Delete(_host.Options.Paths.Kmsg);
        _host.Start();
        Assert.Equal(0, await _host.ValueAsync("nichang_kmsg_up"));

        _host.Append(1, Hang, at: _host.Uptime - 300);
        _host.Append(2, Hang, at: _host.Uptime - 298);
        Reopen(until: 2);

        Assert.Equal(2, await _host.ValueAsync(DriverHistory));
        Assert.Equal(0, await _host.ValueAsync(DriverLive));
        Assert.Equal(0, await _host.ValueAsync(Active));
        Assert.Equal(0, _host.Log.Count(EventIds.EpisodeStarted));
        Assert.Equal(1, _host.Log.Count(EventIds.HistoryRead));

        _host.Print(3, Hang);

        Assert.Equal(1, await _host.ValueAsync(DriverLive));
    }

    [Fact]
    public async Task Log_OpenedLaterByAProcessThatHasAPosition_GoesOnFromIt()
    {
        ExporterOptions Stateful(ExporterOptions options) =>
            options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } };
        _host.Configure(Stateful);
        _host.Start();
        _host.Print(1, Hang);
        var path = _host.Options.Paths.Kmsg;
        var log = File.ReadAllText(path);
        using var second = _host.Restart(configure: Stateful);
        File.Delete(path);
        second.Start();
        File.WriteAllText(path, log);
        second.Append(2, Hang);
        Reopen(second, until: 2);

        Assert.Equal(2, await second.ValueAsync(DriverLive));
        Assert.Equal(0, await second.ValueAsync(DriverHistory));
    }

    [Fact]
    public async Task Record_ThatMakesTheReaderFail_IsPassedOverAndTheNextOnesCount()
    {
        _host.Log.Fails = eventId => eventId == EventIds.UntrustedHang;
        _host.Start();
        _host.Print(1, Hang, priority: 11);
        _host.Print(2, Hang);

        Assert.Equal(1, await _host.ValueAsync(DriverLive));
        Assert.Equal(1, await _host.ValueAsync("nichang_monitor_failures_total"));
        Assert.Equal(1, _host.Log.Count(EventIds.KmsgFailed));
    }

    [Fact]
    public async Task History_LinkThatComesUpHoursAfterTheReset_IsNoOutageOfHours()
    {
        var start = _host.Uptime - 3000;
        _host.Append(1, Hang, at: start);
        _host.Append(2, Reset, at: start + 2);
        _host.Append(3, LinkUp, at: start + 5, priority: 6);
        _host.Append(4, LinkUp, at: start + 2500, priority: 6);
        _host.Start();

        Assert.Equal(5, await _host.ValueAsync(Outage));
    }

    [Fact]
    public async Task History_ClockOfTheLogIsAheadOfOurs_IsNoOutageInTheFuture()
    {
        _host.Append(1, Hang, at: _host.Uptime - 2);
        _host.Append(2, Hang, at: _host.Uptime + 45);
        _host.Start();

        Assert.Equal(2, await _host.ValueAsync(Outage));
    }

    [Fact]
    public async Task History_ThatIsStillGoingOn_BecomesNewsWithTheFirstLiveReport()
    {
        _host.Append(1, Hang, at: _host.Uptime - 2);
        _host.Start();
        Assert.Equal(0, _host.Log.Count(EventIds.EpisodeStarted));

        _host.Print(2, Hang);
        _host.Print(3, Hang);

        Assert.Equal(1, await _host.ValueAsync(Active));
        Assert.Equal(1, _host.Log.Count(EventIds.EpisodeStarted));
    }

    [Fact]
    public void BootThatCannotBeTold_WithAStateDirectory_IsSaid()
    {
        _host.BootId = "";
        using var blind = new FixtureHost(options =>
            options with { Paths = options.Paths with { StateDirectory = _host.Directory.File("state") } }, _host);
        blind.Start();

        Assert.Equal(1, blind.Log.Count(EventIds.BootUnknown));
    }

    private void Reopen(ulong until) => Reopen(_host, until);

    // The watcher retries after 15 seconds of real time.
    private static void Reopen(FixtureHost host, ulong until)
    {
        Assert.True(SpinWait.SpinUntil(() =>
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            return host.Watcher.Position == until;
        }, TimeSpan.FromSeconds(30)), "the kernel log was not opened again");
        host.Monitor.Sample();
        host.Monitor.TakeEvents();
        host.Monitor.Sample();
    }
}
