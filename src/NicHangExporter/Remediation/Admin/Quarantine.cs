using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Remediation.Admin;

/// <summary>Puts devices into quarantine. On the worker thread, except <see cref="Count"/>.</summary>
internal sealed partial class Quarantine(
    RemediationStore store, RemediationWorker worker, FaultGuard guard, StatusPublisher status, ILogger logger)
{
    private long _count;

    // The value of Count when each device went into quarantine.
    private readonly Dictionary<string, long> _since = [];

    /// <summary>Counts the quarantines of this process. A clear lifts only those that it could have seen.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>True if the device went into quarantine after <see cref="Count"/> had that value.</summary>
    public bool IsNewer(string key, long seen) => _since.GetValueOrDefault(key) > seen;

    /// <summary>Records the quarantine. The log line and the metrics follow as a work item of their own.</summary>
    public void Set(DeviceFacts facts, string why)
    {
        if (store.State.Device(facts.Key).Quarantined)
            return;
        _since[facts.Key] = Interlocked.Increment(ref _count);
        store.Record(JournalEntry.For(JournalEvent.Quarantined, facts) with { Reason = why });
        // A reinit may follow in this work item, and nothing is logged between the report of a hang and the reaction to
        // it.
        if (!worker.Post(Report))
            Report();

        void Report() => guard.Run(() =>
        {
            LogQuarantined(facts.Name.ToString(), why);
            status.Publish();
        });
    }

    [LoggerMessage(EventIds.Quarantined, LogLevel.Error, "{Device}: {Reason}")]
    private partial void LogQuarantined(string device, string reason);
}
