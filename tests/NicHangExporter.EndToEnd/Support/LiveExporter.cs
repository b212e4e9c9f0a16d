namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// One exporter of this machine, with virtual devices and all optional collectors, for all tests of a class that change
/// nothing.
/// </summary>
public sealed class LiveExporter : IAsyncLifetime
{
    internal ExporterProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Process = await ExporterProcess.StartAsync(
            "--collector.virtual", "--collector.features=all", "--collector.eee", "--collector.pause",
            "--collector.rings");
        await Process.StartedAsync();
    }

    public ValueTask DisposeAsync()
    {
        Process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
