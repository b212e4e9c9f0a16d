namespace NicHangExporter.EndToEnd.Support;

/// <summary>One exporter of this machine, virtual devices included, for all tests of a class that change nothing.</summary>
public sealed class LiveExporter : IAsyncLifetime
{
    internal ExporterProcess Process { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Process = await ExporterProcess.StartAsync("--collector.virtual");

    public ValueTask DisposeAsync()
    {
        Process?.Dispose();
        return ValueTask.CompletedTask;
    }
}
