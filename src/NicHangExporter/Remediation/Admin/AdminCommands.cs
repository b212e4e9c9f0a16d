using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Remediation.Admin;

/// <summary>The commands of a person: pause, resume, and the end of a quarantine. The newest command wins.</summary>
internal sealed partial class AdminCommands(
    AdminQueue queue, PauseSwitch pause, Quarantine quarantine, RemediationStore store, DeviceLocator locator,
    DeviceInventory inventory, StatusPublisher status, ILogger logger)
{
    // The pause is in force immediately. Its journal entry is safe to write late, so it is written even after the
    // deadline.
    private static readonly AdminError RecordedLater = new(AdminErrorKind.NotDurable,
        "remediation is paused, but that is not on record yet: the journal is written when the command returns that the"
        + " kernel has now; a restart before that forgets the pause");

    /// <summary>Sets or lifts the pause. A pause is in force when this returns the task.</summary>
    /// <returns>Null if it is done, else the error.</returns>
    public Task<AdminError?> SetPausedAsync(bool paused, string actor) => paused
        ? pause.Set(() => queue.RunAsync(_ => RecordPause(actor), RecordedLater))
        : pause.RequestLift(generation => queue.RunAsync(request => Resume(request, actor, generation)));

    /// <summary>Lifts a quarantine and resets the cool-down and the budget of the device.</summary>
    /// <returns>Null if it is done, else the error.</returns>
    public Task<AdminError?> ClearQuarantineAsync(InterfaceName device, string actor)
    {
        var seen = quarantine.Count;
        return queue.RunAsync(request => Clear(request, device, actor, seen));
    }

    private AdminError? RecordPause(string actor)
    {
        var isNew = store.State is { Paused: false } or { PauseAssumed: true };
        var isDurable = isNew
            ? store.Record(new JournalEntry(JournalEvent.Paused) { Actor = actor })
            : store.IsWritable;
        if (isNew)
            LogSwitch("set", actor);
        status.Publish();
        return isDurable ? null : new AdminError(AdminErrorKind.NotDurable,
            "remediation is paused, but the journal can't be written: a restart will forget it");
    }

    private AdminError? Resume(AdminRequest request, string actor, long generation)
    {
        if (pause.IsOvertaken(generation))
            return Overtaken();
        if (!request.TryClaim())
            return null;
        var isNew = store.State.Paused || pause.IsSetByCommand;
        var isDurable = isNew
            ? store.Record(new JournalEntry(JournalEvent.Resumed) { Actor = actor })
            : store.IsWritable;
        // A pause may have come while the journal was written.
        pause.TryLift(generation);
        if (isNew)
            LogSwitch("lifted", actor);
        status.Publish();
        if (pause.IsOvertaken(generation))
            return Overtaken();
        return isDurable ? null : new AdminError(AdminErrorKind.NotDurable,
            "remediation is no longer paused, but the journal can't be written: a restart will forget it");

        static AdminError Overtaken() => new(AdminErrorKind.Overtaken,
            "remediation stays paused: somebody has paused it after this was asked for");
    }

    private AdminError? Clear(AdminRequest request, InterfaceName device, string actor, long seen)
    {
        var cleared = locator.Identify(device) is { } facts
            ? JournalEntry.For(JournalEvent.Cleared, facts)
            : ClearedAbsent(device);
        if (cleared is not { Key: { } key })
            return new AdminError(AdminErrorKind.UnknownDevice, $"there is no device {device}, or it can't be read");
        if (quarantine.IsNewer(key, seen))
            return new AdminError(AdminErrorKind.Overtaken,
                $"{device} stays in quarantine: it has got there after this was asked for; see why, then ask again");
        var record = store.State.Device(key);
        if (!record.Quarantined && record.Charges.Count == 0)
            return new AdminError(AdminErrorKind.NothingToDo,
                $"{device} is not in quarantine, and no budget of it is spent");
        if (!request.TryClaim())
            return null;
        if (!store.Record(cleared with { Actor = actor }))
            return new AdminError(AdminErrorKind.NotDurable,
                "the journal can't be written: the quarantine is lifted, but a restart may bring it back");
        LogCleared(device.ToString(), actor);
        AcceptHistory(actor);
        status.Publish();
        return null;
    }

    // The entry for a device that is absent and on record. If several devices had the name, one in quarantine comes
    // first.
    private JournalEntry? ClearedAbsent(InterfaceName device)
    {
        // A device that is present and can't be read may be another one than the one on record.
        if (!locator.IsAbsent(device))
            return null;
        var records = store.State.Devices.Where(pair => pair.Value.Device == device.ToString()
            && IsAbsent(pair.Key, pair.Value));
        return records.OrderByDescending(pair => pair.Value.Quarantined).Select(pair => pair.Key).FirstOrDefault()
            is { } key ? new JournalEntry(JournalEvent.Cleared) { Key = key, Device = device.ToString() } : null;
    }

    // A device that was renamed is present under its new name, and is cleared by that one.
    private bool IsAbsent(string key, DeviceRecord record) =>
        locator.Locate(key, record, out var isUnreadable) is null && !isUnreadable;

    // Ends the quarantine of devices without a record when a person has cleared every watched device. A device that
    // can't be read is not cleared, and one that is not watched may be any.
    private void AcceptHistory(string actor)
    {
        if (!store.State.HistoryUnknown)
            return;
        using (var open = inventory.Open())
        {
            if (open.Failed || open.Dropped > 0)
                return;
            foreach (var device in open.All)
                if (locator.Identify(device.Name) is not { } facts || store.State.Device(facts.Key).HistoryUnknown)
                    return;
        }
        store.Record(new JournalEntry(JournalEvent.HistoryAccepted) { Actor = actor });
        LogHistoryAccepted(actor);
    }

    [LoggerMessage(EventIds.QuarantineCleared, LogLevel.Warning, "The quarantine of {Device} was lifted by {Actor}")]
    private partial void LogCleared(string device, string actor);

    [LoggerMessage(EventIds.HistoryAccepted, LogLevel.Warning,
        "Every device that is watched was cleared since a part of the journal was lost, the last one by {Actor}: a "
        + "device that is not on record is no longer in quarantine")]
    private partial void LogHistoryAccepted(string actor);

    [LoggerMessage(EventIds.KillSwitchChanged, LogLevel.Warning, "The kill switch was {Change} by {Actor}")]
    private partial void LogSwitch(string change, string actor);
}
