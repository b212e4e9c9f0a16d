using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Remediation;

// What an earlier process, or a fault of ours, has left open.
internal sealed partial class Remediator
{
    // An intent without an outcome: the process died in between. It is never carried out again; what came of it is found out, and undone where it is not whole.
    private void ResolvePending()
    {
        // While another process holds the journal, it is that of a pass under way, and not ours to settle.
        if (!_ledger.IsOpen)
            return;
        foreach (var (key, record) in _ledger.State.Devices.ToList())
            if (record.Pending is { } intent && !_ledger.IsUnderWay(intent))
            {
                BringUpByName(key, record, intent);
                Resolve(key, record, intent);
            }
    }

    // Also where a part of the journal was lost (docs/decisions/0024).
    // Before anything is asked of ethtool: a device that a bounce has left down may be detached or suspended, and answers nothing until it is up.
    private void BringUpByName(string key, DeviceRecord record, JournalEntry intent)
    {
        if (intent is not { WasUp: true, Rung: "bounce" } || intent.Boot != _ledger.BootId || !InterfaceName.TryParse(record.Device, out var name))
            return;
        try
        {
            var isBus = BusAddress.TryParse(key.Split('|')[0], out var bus) && key.Contains('|', StringComparison.Ordinal);
            var there = isBus ? _access.FindByBusAddress(bus) : _access.IndexOf(name) is null ? [] : [name];
            if (!there.Contains(name) && there is not [_])
                return;
            var device = there.Contains(name) ? name : there[0];
            if (!_access.IsSwitchedOn(device))
                _access.BringUp(device);
        }
        catch (LinuxException)
        {
            // Resolve tries again, and keeps the debt where it fails.
        }
    }

    private void Resolve(string key, DeviceRecord record, JournalEntry intent)
    {
        var (verdict, why, after) = (RemediationVerdict.DeviceGone, "the process ended in the middle, and the device is gone since", (IReadOnlyDictionary<string, string>?)null);
        long? leftDown = null;
        if (Locate(key, record, out var isUnreadable) is not { } facts)
        {
            // Not to be read is not gone: the intent stays open until it can be.
            if (isUnreadable)
                return;
        }
        else
            try
            {
                // A bounce may have left it down; where none was begun, somebody else has switched it off.
                if (intent is { WasUp: true, Rung: "bounce" } && intent.Boot == _ledger.BootId && !facts.IsUp)
                    leftDown = TryBringUp(facts);
                (verdict, why) = Settle(facts, intent);
                if (_access.Read(facts.Name) is { } read)
                    after = (intent.Before ?? new Dictionary<string, string>()).Keys.ToDictionary(name => name, name => RemediationPlan.Read(read, name) ?? "unknown");
            }
            catch (Exception exception) when (exception is LinuxException or ArgumentException)
            {
                (verdict, why) = (RemediationVerdict.RollbackFailed, $"the process ended in the middle, and undoing failed: {exception.Message}");
            }
        _ledger.Record(intent with { Event = JournalEvent.Outcome, Verdict = verdict, Reason = why, After = after, LeftDown = leftDown, Recurs = null, Cooldown = null });
        LogPending(record.Device, intent.Id ?? "", SnakeCase.Of(verdict), why);
    }

    // ifindex where it stays down.
    private long? TryBringUp(DeviceFacts facts)
    {
        try
        {
            _access.BringUp(facts.Name);
            return null;
        }
        catch (LinuxException)
        {
            return facts.Index;
        }
    }

    private (RemediationVerdict, string) Settle(DeviceFacts facts, JournalEntry intent)
    {
        var before = intent.Before ?? new Dictionary<string, string>();
        var now = before.Keys.ToDictionary(name => name, name => RemediationPlan.Read(facts, name));
        // What came after it may be among what is lost: to undo it now could undo a person's work.
        if (_ledger.State.Device(facts.Key).HistoryUnknown)
            return intent.Rollback == true
                // What is not back yet can still be undone by a person: the way there is kept.
                ? (RemediationVerdict.RollbackFailed, "the journal was damaged in the middle of a rollback; what is not back is left as it is until a person has looked: then rollback again")
                : (RemediationVerdict.Unverified, "the journal was damaged; the settings are left as they are until a person has looked");
        if (before.Count == 0)
            return (RemediationVerdict.Unverified, "the process ended in the middle; there was no setting to undo");
        // Asked of the plan, for a wish may read otherwise than it was written down: pause frames that are negotiated and not in use.
        if (intent.Rollback == true ? before.All(pair => now[pair.Key] == pair.Value) : RemediationPlan.Restore(facts, before, _catalogue.Ladder(facts.Driver)).ChangesNothing)
            return (RemediationVerdict.Failed, intent.Boot == _ledger.BootId ? "the process ended before anything was changed" : "the machine ended in the middle; everything is requested as it was before");
        if (intent.Rollback != true && now.Values.All(value => value == "off"))
            return (RemediationVerdict.Unverified, "the process ended before there was a proof; every setting reads back as wished");
        var goal = intent.Rollback == true ? _ledger.State.Device(facts.Key).Original : before;
        var undo = RemediationPlan.Restore(facts, goal, _catalogue.Ladder(facts.Driver));
        var refused = new List<string>();
        foreach (var step in undo.Steps)
            try
            {
                _access.Perform(step, facts.Name);
            }
            catch (Exception exception) when (exception is LinuxException or ArgumentException)
            {
                // The others are undone all the same; what is left is found by reading back.
                refused.Add(exception.Message);
            }
        var left = _access.Read(facts.Name) is { } read ? RemediationPlan.Mismatches(undo.Steps, read) : [];
        return !left.IsEmpty ? (RemediationVerdict.RollbackFailed, $"the process ended half-way, and undoing failed: {string.Join(", ", left)}{string.Concat(refused.Select(error => "; " + error))}")
            : intent.Rollback == true ? (RemediationVerdict.Applied, "the process ended half-way through a rollback, which is finished now")
            : (RemediationVerdict.RolledBack, "the process ended half-way; the settings are requested again as before");
    }

    // By what names do not change: the address on the bus and the hardware address.
    private DeviceFacts? Locate(string key, DeviceRecord record) => Locate(key, record, out _);

    private DeviceFacts? Locate(string key, DeviceRecord record, out bool isUnreadable)
    {
        isUnreadable = false;
        var names = new List<InterfaceName>();
        if (InterfaceName.TryParse(record.Device, out var name))
            names.Add(name);
        if (BusAddress.TryParse(key.Split('|')[0], out var bus) && key.Contains('|', StringComparison.Ordinal))
            try
            {
                names.AddRange(_access.FindByBusAddress(bus));
            }
            catch (LinuxException)
            {
                // By its last name, then.
                isUnreadable = true;
            }
        foreach (var candidate in names)
            try
            {
                if (_access.Read(candidate) is { } facts && facts.Key == key)
                    return facts;
            }
            catch (LinuxException)
            {
                // Looked at again at the next round; the poller's collectors say what can't be read.
                isUnreadable = true;
            }
        return null;
    }

    [LoggerMessage(EventIds.PendingResolved, LogLevel.Warning, "The remediation {Id} of {Device} was open since an earlier process; it is {Outcome}: {Explanation}")]
    private partial void LogPending(string device, string id, string outcome, string explanation);
}
