using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Handling;

/// <summary>
/// Records whether the stage in force prevents hangs: it has recurred, or the device has recovered. On the worker
/// thread.
/// </summary>
internal sealed partial class RecoveryMonitor(
    ExporterOptions options, RemediationStore store, DeviceLocator locator, HangProbe probe, ILogger logger)
{
    /// <summary>Records that a hang was confirmed although a stage is in force.</summary>
    /// <returns>False if no stage is in force, or the hang does not count against it.</returns>
    public bool NoteHang(InterfaceName device)
    {
        if (locator.Identify(device) is not { } facts)
            return false;
        var record = store.State.Device(facts.Key);
        if (!probe.HasHungSince(facts, record))
            return false;
        store.Record(JournalEntry.For(JournalEvent.Recurred, facts) with { Profile = record.Profile });
        LogRecurred(facts.Name.ToString(), record.Profile ?? "none");
        return true;
    }

    /// <summary>
    /// Records the devices that have worked for <c>remediation.proving-time</c> since they were healed.
    /// </summary>
    public void NoteRecovered()
    {
        var rest = (options.Remediation.ProvingTime - options.Remediation.VerifyWindow).TotalSeconds;
        foreach (var (key, record) in store.State.Devices)
            if (record is { Proving: true, Last: { } last } && store.Age - last.Age >= rest)
            {
                store.Record(JournalEntry.For(JournalEvent.Recovered, key, record) with { Id = last.Id });
                LogRecovered(record.Device, last.Id ?? "");
            }
    }

    [LoggerMessage(EventIds.Recovered, LogLevel.Information,
        "{Device} has worked ever since its remediation {Id}: recovered")]
    private partial void LogRecovered(string device, string id);

    [LoggerMessage(EventIds.Recurred, LogLevel.Warning, "{Device} hangs although {Profile} is in force")]
    private partial void LogRecurred(string device, string profile);
}
