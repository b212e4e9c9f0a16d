using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Resolves intents without an outcome: the process, or the code that ran the remediation, failed in between. Such an
/// intent is never executed again. The device shows what was done; a change that is not complete is undone. On the
/// worker thread.
/// </summary>
internal sealed partial class CrashRecovery(
    RemediationStore store, DeviceControl control, DeviceLocator locator, ProfileCatalog catalog, ILogger logger)
{
    private static readonly Dictionary<string, string> NoSettings = [];

    /// <summary>
    /// Resolves each interrupted remediation whose device can be read, except those of a process that lives.
    /// </summary>
    public void ResolveInterrupted()
    {
        // Another process that holds the journal may be running what is open in it.
        if (!store.IsOpen)
            return;
        foreach (var (key, record) in store.State.Devices)
            if (record.Pending is { } intent && !store.IsRunningElsewhere(intent))
            {
                BringUpByName(key, record, intent);
                Resolve(key, record, intent);
            }
    }

    // Before any ethtool command: a device that a bounce left down may be detached or suspended and answers none until
    // it is up. Also after a part of the journal was lost (docs/decisions/0024).
    private void BringUpByName(string key, DeviceRecord record, JournalEntry intent)
    {
        if (!MayBeDown(intent) || !InterfaceName.TryParse(record.Device, out var name))
            return;
        try
        {
            if (locator.LocateByBus(key, name) is { } device && !control.IsSwitchedOn(device))
                control.BringUp(device);
        }
        catch (LinuxException)
        {
            // Resolve tries again and records a link that stays down.
        }
    }

    // In another boot, or without a bounce, somebody else has switched the device off.
    private bool MayBeDown(JournalEntry intent) =>
        intent is { WasUp: true, RecoveryAction: "bounce" } && intent.Boot == store.BootId;

    private void Resolve(string key, DeviceRecord record, JournalEntry intent)
    {
        var facts = locator.Locate(key, record, out var isUnreadable);
        // Unreadable is not gone: the intent stays open until the device can be read.
        if (facts is null && isUnreadable)
            return;
        var resolution = facts is null
            ? new Resolution(RemediationVerdict.DeviceGone,
                "the process ended in the middle, and the device is gone since")
            : Resolve(facts, intent);
        store.Record(intent with
        {
            Event = JournalEvent.Outcome,
            Verdict = resolution.Verdict,
            Reason = resolution.Why,
            After = resolution.After,
            LeftDown = resolution.LeftDown,
            Recurs = null,
            Cooldown = null,
        });
        LogResolved(record.Device, intent.Id ?? "", SnakeCase.Of(resolution.Verdict), resolution.Why);
    }

    private Resolution Resolve(DeviceFacts facts, JournalEntry intent)
    {
        long? leftDown = null;
        try
        {
            if (MayBeDown(intent) && !facts.IsUp)
                leftDown = TryBringUp(facts);
            var resolution = Settle(facts, intent) with { LeftDown = leftDown };
            return control.Read(facts.Name) is not { } read ? resolution : resolution with
            {
                After = (intent.Before ?? NoSettings).Keys
                    .ToDictionary(name => name, name => DeviceSettings.Read(read, name) ?? "unknown"),
            };
        }
        catch (Exception exception) when (exception is LinuxException or ArgumentException)
        {
            return new(RemediationVerdict.RollbackFailed,
                $"the process ended in the middle, and undoing failed: {exception.Message}")
            { LeftDown = leftDown };
        }
    }

    // The ifindex of a device that stays down, else null.
    private long? TryBringUp(DeviceFacts facts)
    {
        try
        {
            control.BringUp(facts.Name);
            return null;
        }
        catch (LinuxException)
        {
            return facts.Index;
        }
    }

    private Resolution Settle(DeviceFacts facts, JournalEntry intent)
    {
        var before = intent.Before ?? NoSettings;
        var now = before.Keys.ToDictionary(name => name, name => DeviceSettings.Read(facts, name));
        var isRollback = intent.Rollback == true;
        // Entries after the intent may be lost: undoing it could undo a person's later decision.
        if (store.State.Device(facts.Key).HistoryUnknown)
            return isRollback
                // Settings that are not restored yet stay in the record, so that a person can undo them.
                ? new(RemediationVerdict.RollbackFailed,
                    "the journal was damaged in the middle of a rollback; what is not back is left as it is until a"
                    + " person has looked: then rollback again")
                : new(RemediationVerdict.Unverified,
                    "the journal was damaged; the settings are left as they are until a person has looked");
        if (before.Count == 0)
            return new(RemediationVerdict.Unverified, "the process ended in the middle; there was no setting to undo");
        // By the plan, not by the text: negotiated pause frames that are not in use read differently from the request.
        if (isRollback ? before.All(pair => now[pair.Key] == pair.Value) : Restore(facts, before).ChangesNothing)
            return new(RemediationVerdict.Failed, intent.Boot == store.BootId
                ? "the process ended before anything was changed"
                : "the machine ended in the middle; everything is requested as it was before");
        if (!isRollback && now.Values.All(value => value == "off"))
            return new(RemediationVerdict.Unverified,
                "the process ended before there was a proof; every setting reads back as requested");
        return Undo(facts, isRollback, before);
    }

    private Resolution Undo(DeviceFacts facts, bool isRollback, IReadOnlyDictionary<string, string> before)
    {
        var undo = Restore(facts, isRollback ? store.State.Device(facts.Key).Original : before);
        var refused = new List<string>();
        foreach (var step in undo.Steps)
            try
            {
                control.Perform(step, facts.Name);
            }
            catch (Exception exception) when (exception is LinuxException or ArgumentException)
            {
                // The other steps are still undone; reading back shows what is left.
                refused.Add(exception.Message);
            }
        var left = control.Read(facts.Name) is { } read ? DeviceSettings.Mismatches(undo.Steps, read) : [];
        if (!left.IsEmpty)
            return new(RemediationVerdict.RollbackFailed, "the process ended half-way, and undoing failed:"
                + $" {string.Join(", ", left)}{string.Concat(refused.Select(error => "; " + error))}");
        return isRollback
            ? new(RemediationVerdict.Applied, "the process ended half-way through a rollback, which is finished now")
            : new(RemediationVerdict.RolledBack,
                "the process ended half-way; the settings are requested again as before");
    }

    private RemediationPlan Restore(DeviceFacts facts, IReadOnlyDictionary<string, string> goal) =>
        RemediationPlan.Restore(facts, goal, catalog.Ladder(facts.Driver));

    private readonly record struct Resolution(RemediationVerdict Verdict, string Why)
    {
        public IReadOnlyDictionary<string, string>? After { get; init; }

        // ifindex of a device whose link stays down.
        public long? LeftDown { get; init; }
    }

    [LoggerMessage(EventIds.PendingResolved, LogLevel.Warning,
        "The remediation {Id} of {Device} was open since an earlier process; it is {Outcome}: {Explanation}")]
    private partial void LogResolved(string device, string id, string outcome, string explanation);
}
