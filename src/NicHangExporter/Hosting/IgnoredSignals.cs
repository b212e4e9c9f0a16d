using System.Runtime.InteropServices;

namespace NicHangExporter.Hosting;

/// <summary>
/// Signals whose default is to kill at once, and that are sent by habit: SIGHUP to reload, or by a terminal that goes away, as it does when the
/// session came over the very NIC that hangs; SIGUSR1 and SIGUSR2 by whatever rotates logs. Killed between link down and link up, the link
/// would stay down. There is nothing to reload on a signal, so they are ignored, and one line says so.
/// </summary>
internal sealed partial class IgnoredSignals : IDisposable
{
    // signal(7): the same numbers on every architecture that .NET knows.
    private const int UserSignal1 = 10;
    private const int UserSignal2 = 12;

    private static readonly (PosixSignal Signal, string Name)[] Ignored =
        [(PosixSignal.SIGHUP, "SIGHUP"), ((PosixSignal)UserSignal1, "SIGUSR1"), ((PosixSignal)UserSignal2, "SIGUSR2")];

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Ignores them from now on.</summary>
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

    [LoggerMessage(EventIds.SignalIgnored, LogLevel.Information, "A signal is ignored: tokens, certificates and web.config.file are read again by themselves, options at the next start; SIGTERM ends the program")]
    private static partial void LogIgnored(ILogger logger, string signal);
}
