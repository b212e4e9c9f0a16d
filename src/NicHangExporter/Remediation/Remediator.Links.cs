using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation;

// A link that was taken down and could not be brought up again is owed, by whatever process, until it is up.
internal sealed partial class Remediator
{
    /// <summary>How often such a link is tried.</summary>
    private static readonly TimeSpan LinkInterval = TimeSpan.FromSeconds(5);

    // Which of them it has been said of.
    private readonly HashSet<string> _stillDown = [];
    private TimeSpan _nextLink;

    private void RestoreLinks()
    {
        // What another process holds the journal of is for that one to settle.
        if (Now < _nextLink || !_ledger.IsOpen)
            return;
        _nextLink = Now + LinkInterval;
        foreach (var (key, record) in _ledger.State.Devices)
            if (record.LeftDown is { } debt)
                TryRestoreLink(key, record, debt);
    }

    /// <summary>
    /// Brings up what was left down; true where nothing is owed any more. No switch, budget, mode or lost history stops
    /// this: it is the end of something begun (docs/decisions/0024).
    /// </summary>
    private bool TryRestoreLink(string key, DeviceRecord record, PendingLinkUp debt)
    {
        string why;
        try
        {
            // Neither ethtool nor the driver is asked: a device that is down may be detached or suspended, and answers nothing until it is up.
            if (debt.Boot != _ledger.BootId)
                why = "the machine has been booted since";
            else if (_access.FindByIndex(debt.Index) is not { } device)
                why = "the device is gone, or was made anew";
            else if (_access.IsSwitchedOn(device))
                why = "it is up";
            else
            {
                _access.BringUp(device);
                why = "it was brought up";
                LogLinkRestored(device.ToString());
            }
        }
        catch (LinuxException exception)
        {
            if (_stillDown.Add(key))
                LogStillDown(record.Device, exception.Message);
            return false;
        }
        _stillDown.Remove(key);
        _ledger.Record(new JournalEntry(JournalEvent.LinkRestored) { Key = key, Device = record.Device, Driver = record.Driver, Reason = why });
        return true;
    }

    [LoggerMessage(EventIds.LinkStillDown, LogLevel.Error, "The link of {Device} was taken down by a remediation and can't be brought up: {Error}. It is tried every few seconds; nothing else is done to the device until it is up")]
    private partial void LogStillDown(string device, string error);

    [LoggerMessage(EventIds.LinkRestored, LogLevel.Warning, "The link of {Device} was left down by a remediation; it is up now")]
    private partial void LogLinkRestored(string device);
}
