using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Detection;

/// <summary>The monitor's own thread saves the state.</summary>
public sealed class StateSavingTests
{
    private const string Hang =
        @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>";

    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task FailedSave_IsRetriedAlthoughNothingChanges()
    {
        using var host = new FixtureHost(
            options => options with
            {
                Paths = options.Paths
                with
                { StateDirectory = Path.Combine(options.Paths.Procfs, "state") }
            }, live: true);
        host.AddNic();
        host.Monitor.StartLoop();
        var file = Path.Combine(host.Options.Paths.StateDirectory!, "state.json");
        // A file can't be renamed over a directory.
        Directory.CreateDirectory(file);
        host.Append(1, Hang);
        Eventually(() => host.Watcher.Position == 1, "the record is not read");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Eventually(() => host.Log.Count(EventIds.StateUnavailable) == 1, "the save does not fail");

        Directory.Delete(file);
        host.Clock.Advance(TimeSpan.FromSeconds(15));

        Eventually(() => host.Metrics.StateUp.Value == 1, "the save is not retried");
        Assert.True(File.Exists(file));
        await host.Monitor.StopAsync(TestContext.Current.CancellationToken);
    }

    private static void Eventually(Func<bool> condition, string otherwise) =>
        Assert.True(SpinWait.SpinUntil(condition, TestTimeout), otherwise);
}
