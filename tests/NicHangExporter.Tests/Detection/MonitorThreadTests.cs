using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Tests.Remediation;

namespace NicHangExporter.Tests.Detection;

/// <summary>The monitor on its own thread while the thread pool is starved, as by callers that wait for a name
/// server.</summary>
[Collection(typeof(WholeProcess))]
public sealed class MonitorThreadTests
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SecondReport_WhileThePoolIsStarved_IsRemediatedAndSaved()
    {
        using var host = new FixtureHost(LocalLoop.Enforcing, live: true);
        host.AddSimulatedNic();
        host.StateDirectory.TryTake();
        host.RemediationWorker.Start();
        host.Remediator.Start();
        using (var pool = new StarvedPool())
        {
            host.Monitor.StartLoop();
            host.Append(1, SimulatedNic.RecordedHang);
            Eventually(() => Reports(host) == 1, "the first report was not taken in");
            host.Clock.Advance(TimeSpan.FromSeconds(2));
            host.Append(2, SimulatedNic.RecordedHang);
            Eventually(() => host.Log.Count(EventIds.RemediationStarted) == 1,
                "nothing was done about the second report");
            Eventually(() => File.Exists(Path.Combine(host.Options.Paths.StateDirectory!, "state.json")),
                "the state was not saved");
            Assert.True(pool.IsStarved);
        }
        await EndAsync(host);
    }

    [Fact]
    public async Task Sample_WhileThePoolIsStarved_ComesEachInterval()
    {
        using var host = new FixtureHost(LocalLoop.Enforcing, live: true);
        host.AddNic();
        using (var pool = new StarvedPool())
        {
            host.Monitor.StartLoop();
            for (var firing = 1; firing <= 3; firing++)
            {
                // Nothing in the log wakes the monitor. Only a sample finds it.
                host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", $"{firing}\n");
                host.Clock.Advance(TimeSpan.FromSeconds(5));
                Eventually(() => Reports(host) == firing, $"firing {firing} of the watchdog was not sampled");
            }
            Assert.True(pool.IsStarved);
        }
        await EndAsync(host);
    }

    [Fact]
    public async Task Stop_WhileTheLogIsSilent_EndsTheThreadAndSaves()
    {
        using var host = new FixtureHost(LocalLoop.Enforcing, live: true);
        host.AddNic();
        host.Monitor.Start();
        await host.Monitor.Ready.WaitAsync(TestTimeout, TestContext.Current.CancellationToken);
        await host.Monitor.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(host.Options.Paths.StateDirectory!, "state.json")));
    }

    private static int Reports(FixtureHost host) =>
        InterfaceName.TryParse("eno1", out var name) && BusAddress.TryParse("0000:00:1f.6", out var bus)
            ? host.Evidence.Of(name, bus).Reports : -1;

    private static void Eventually(Func<bool> condition, string otherwise) =>
        Assert.True(SpinWait.SpinUntil(condition, TestTimeout), otherwise);

    private static async Task EndAsync(FixtureHost host)
    {
        await host.Monitor.StopAsync(TestContext.Current.CancellationToken);
        await host.RemediationWorker.CloseAsync().WaitAsync(TestTimeout, TestContext.Current.CancellationToken);
    }
}
