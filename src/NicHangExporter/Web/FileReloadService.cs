using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;

namespace NicHangExporter.Web;

/// <summary>
/// Checks once a second whether tokens, certificates and the web configuration were replaced. Without any, it does
/// nothing.
/// </summary>
internal sealed partial class FileReloadService(CredentialStore credentials, WebConfigStore web, TimeProvider clock,
    ILogger<FileReloadService> logger) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Starts the loop.</summary>
    public void Start()
    {
        if (credentials.IsConfigured || web.IsConfigured)
            _ = RunAsync();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(CredentialStore.CheckInterval, clock);
        var stop = _stop.Token;
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                LookSafely();
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }

    private void LookSafely()
    {
        try
        {
            credentials.Refresh();
            web.Refresh();
        }
#pragma warning disable CA1031 // The top of the loop: with it, every rotation to come would end without a word.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
        }
    }

    [LoggerMessage(EventIds.ReloadFailed, LogLevel.Error,
        "Looking for replaced secrets failed; they are looked for again")]
    private partial void LogFailed(Exception exception);
}
