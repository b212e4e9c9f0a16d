using System.Runtime.InteropServices;

namespace NicHangExporter.Hosting;

/// <summary>
/// Ignores signals that kill by default and are sent by habit. SIGHUP is sent to reload, or by a terminal that closes,
/// as it does when its session ran over the NIC that hangs. SIGUSR1 and SIGUSR2 are sent by tools that rotate logs. A
/// process killed between link down and link up leaves the link down. Nothing is reloaded on a signal; a log message
/// says so.
/// </summary>
internal sealed partial class IgnoredSignals : IDisposable
{
    // signal(7): the same numbers on every architecture that .NET supports.
    private const int UserSignal1 = 10;
    private const int UserSignal2 = 12;

    private static readonly (PosixSignal Signal, string Name)[] Ignored =
        [(PosixSignal.SIGHUP, "SIGHUP"), ((PosixSignal)UserSignal1, "SIGUSR1"), ((PosixSignal)UserSignal2, "SIGUSR2")];

    private readonly List<PosixSignalRegistration> _registrations = [];

    public IgnoredSignals(ILogger logger)
    {
        foreach (var (signal, name) in Ignored)
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                LogIgnored(logger, name);
            }));
    }

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    [LoggerMessage(EventIds.SignalIgnored, LogLevel.Information,
        "A signal is ignored: the program reads changed tokens, certificates and web.config.file by itself, and "
        + "options at the next start; SIGTERM ends the program")]
    private static partial void LogIgnored(ILogger logger, string signal);
}
