using NicHangExporter.Hosting;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Detection;

/// <summary>The sign of life of the monitor's thread, by which systemd's watchdog judges it.</summary>
[Collection(typeof(WholeProcess))]
public sealed class MonitorBeatTests : IDisposable
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    private readonly FixtureHost _host = new(LocalLoop.Enforcing, live: true);
    private int _beats;

    public MonitorBeatTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Beat_ComesFromTheMonitorsThread_EachInterval()
    {
        string? thread = null;
        _host.Monitor.Start(() => (thread, _beats) = (Thread.CurrentThread.Name, _beats + 1), Interval);

        AwaitBeats(3);

        Assert.Equal("monitor", thread);
        Assert.True(_host.Monitor.Ready.IsCompleted, "a beat came before the loop");
        await _host.Monitor.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Beat_WhileTheThreadIsStuck_DoesNotCome()
    {
        using var isStuck = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        _host.Log.Fails = logged =>
        {
            if (logged == EventIds.EpisodeStarted)
            {
                isStuck.Set();
                release.Wait();
            }
            return false;
        };
        _host.Monitor.Start(() => Interlocked.Increment(ref _beats), Interval);
        AwaitBeats(1);

        _host.Append(1, SimulatedNic.RecordedHang);
        Assert.True(isStuck.Wait(TestTimeout, TestContext.Current.CancellationToken), "no episode has started");
        var before = Volatile.Read(ref _beats);
        await Task.Delay(10 * Interval, TestContext.Current.CancellationToken);
        Assert.Equal(before, Volatile.Read(ref _beats));

        release.Set();
        AwaitBeats(before + 1);
        await _host.Monitor.StopAsync(TestContext.Current.CancellationToken);
    }

    private void AwaitBeats(int count) => Assert.True(
        SpinWait.SpinUntil(() => Volatile.Read(ref _beats) >= count, TestTimeout), $"beat {count} has not come");
}
