namespace NicHangExporter.EndToEnd;

/// <summary>What systemd hears from the daemon as a service with <c>Type=notify</c> and <c>WatchdogSec=</c>.</summary>
[Collection(typeof(WholeMachine))]
public sealed class ServiceManagerTests : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private readonly FakeHost _host = new();
    private readonly TemporaryDirectory _directory = new();
    private readonly NotifySocket _systemd;
    private readonly List<string> _heard = [];

    public ServiceManagerTests()
    {
        _host.AddDevice(KernelSays.Device);
        _systemd = new NotifySocket(_directory["notify"]);
    }

    public void Dispose()
    {
        _systemd.Dispose();
        _directory.Dispose();
        _host.Dispose();
    }

    [Fact]
    public async Task Life_OfTheDaemon_IsTold()
    {
        using var exporter = await ExporterProcess.StartAsync(Command());
        await HearAsync("READY=1");
        await HearAsync("WATCHDOG=1", "WATCHDOG=1");
        Assert.Single(_heard, line => line == "READY=1");

        exporter.Send(Signal.Terminate);

        await HearAsync("STOPPING=1");
        Assert.Equal(0, await exporter.WaitForExitAsync(Eventually.Limit));
        Assert.Single(_heard, line => line == "STOPPING=1");
    }

    [Fact]
    public async Task StoppedProcess_IsSilent_UntilItGoesOn()
    {
        using var exporter = await ExporterProcess.StartAsync(Command());
        await HearAsync("WATCHDOG=1");

        exporter.Send(Signal.Stop);
        await Eventually.HoldsAsync("it is stopped", () => ProcStatus.Of(exporter.Id), status => status.State == 'T');
        Hear();
        await Task.Delay(Timeout, TestContext.Current.CancellationToken);
        Assert.Empty(_systemd.Take());

        exporter.Send(Signal.Continue);
        await HearAsync("WATCHDOG=1");
        await exporter.StopAsync();
    }

    // The monitor waits for no lock of the kernel: a driver that is stuck in a reset is what the daemon is for.
    [Fact]
    public async Task RtnlHeld_TakesNoBeatAway()
    {
        using var exporter = await ExporterProcess.StartAsync(Command("--ethtool.interval=1s", "--path.sysfs=/sys"));
        using (await RtnlHold.TakeAsync(2 * Eventually.Limit))
        {
            await exporter.ScrapeUntilAsync(
                "the poll waits", metrics => metrics["nichang_ethtool_poll_wait_seconds"] > 1);
            Hear();
            await HearAsync("WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1");
            Assert.True(RtnlHold.IsHeld(), "another program got RTNL although it is held");
        }
        await exporter.StopAsync();
    }

    private void Hear() => _heard.AddRange(_systemd.Take().SelectMany(datagram => datagram.Split(',')));

    // Waits for lines that have not been heard yet.
    private async Task HearAsync(params string[] lines)
    {
        var before = _heard.Count;
        await Eventually.HoldsAsync(string.Join(", ", lines), () =>
        {
            Hear();
            return _heard[before..];
        }, heard => lines.GroupBy(line => line).All(group => heard.Count(line => line == group.Key) >= group.Count()));
    }

    private ExporterCommand Command(params string[] more) =>
        new([ExporterCommand.AnyPort, .. _host.Paths.Where(path => !more.Any(other => Key(other) == Key(path))), .. more])
        {
            Environment = new Dictionary<string, string>
            {
                ["NOTIFY_SOCKET"] = _systemd.Name,
                ["WATCHDOG_USEC"] = $"{Timeout.TotalMicroseconds}",
            },
        };

    private static string Key(string flag) => flag.Split('=')[0];
}
