using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Applies what the journal says when it is opened: the pause, interrupted remediations. At the start, or later if
/// another process held the state directory or its disk failed. On the worker thread.
/// </summary>
internal sealed partial class JournalLoader(
    RemediationStore store, PauseSwitch pause, CrashRecovery recovery, StatusPublisher status, ILogger logger)
{
    /// <summary>Opens or writes the journal again after a failure.</summary>
    /// <param name="now">A request waits for it: try even if the last attempt was a moment ago.</param>
    public void Maintain(bool now = false)
    {
        var wasOpen = store.IsOpen;
        store.Maintain(now);
        if (wasOpen || !store.IsOpen)
            return;
        LoadFromJournal();
        status.Publish();
    }

    public void LoadFromJournal()
    {
        if (store.State.Paused)
            pause.Load(true);
        // A journal that can't be read now is not lost: it is read again, and its own log line says so.
        if (store.IsOpen && store.State is { HistoryUnknown: true } state)
            LogHistoryUnknown(state switch
            {
                { PauseAssumed: true } =>
                    "remediation is paused until a person resumes it, for a pause may be among it",
                { Paused: true } => "remediation is paused by command until a person resumes it",
                _ => "a hang that is confirmed is answered by a reset alone",
            });
        recovery.ResolveInterrupted();
    }

    [LoggerMessage(EventIds.HistoryUnknown, LogLevel.Warning,
        "A part of the journal was lost, and with it what a person may have decided: every device that was not cleared "
        + "since is in quarantine until a person clears it (quarantine clear DEVICE), no setting of it is changed, and "
        + "{Meanwhile}")]
    private partial void LogHistoryUnknown(string meanwhile);
}
