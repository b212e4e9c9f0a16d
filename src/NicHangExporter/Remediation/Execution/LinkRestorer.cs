using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Brings up links that a remediation took down and could not bring up again, also after a restart. No kill switch,
/// budget, mode or lost history stops this: it finishes an operation that has begun (docs/decisions/0024). On the
/// worker thread.
/// </summary>
internal sealed partial class LinkRestorer(
    RemediationStore store, DeviceControl control, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    // The devices whose failure is in the log.
    private readonly HashSet<string> _reported = [];
    private TimeSpan _next;

    /// <summary>Tries all such links, every few seconds.</summary>
    public void RestoreIfDue()
    {
        var now = clock.GetElapsedTime(0);
        // Another process that holds the journal restores the links in it.
        if (now < _next || !store.IsOpen)
            return;
        _next = now + Interval;
        foreach (var (key, record) in store.State.Devices)
            if (record.LeftDown is { } pending)
                TryRestore(key, record, pending);
    }

    /// <returns>True if the link is up, or if the device that was taken down no longer exists.</returns>
    public bool TryRestore(string key, DeviceRecord record, PendingLinkUp pending)
    {
        string why;
        try
        {
            // By sysfs and IFF_UP alone: a device that is down may be detached or suspended and answer no ethtool
            // command.
            if (pending.Boot != store.BootId)
                why = "the machine has been booted since";
            else if (control.FindByIndex(pending.Index) is not { } device)
                why = "the device is gone, or was created again";
            else if (control.IsSwitchedOn(device))
                why = "it is up";
            else
            {
                control.BringUp(device);
                why = "it was brought up";
                LogRestored(device.ToString());
            }
        }
        catch (LinuxException exception)
        {
            if (_reported.Add(key))
                LogStillDown(record.Device, exception.Message);
            return false;
        }
        _reported.Remove(key);
        store.Record(JournalEntry.For(JournalEvent.LinkRestored, key, record) with { Reason = why });
        return true;
    }

    [LoggerMessage(EventIds.LinkStillDown, LogLevel.Error,
        "The link of {Device} was taken down by a remediation and can't be brought up: {Error}. It is tried every few "
        + "seconds; nothing else is done to the device until it is up")]
    private partial void LogStillDown(string device, string error);

    [LoggerMessage(EventIds.LinkRestored, LogLevel.Warning,
        "The link of {Device} was left down by a remediation; it is up now")]
    private partial void LogRestored(string device);
}
