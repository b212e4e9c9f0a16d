using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>The sum of the journal. Immutable; <see cref="After"/> is pure.</summary>
internal sealed record RemediationState
{
    // First: static members are initialised in the order of the text, and Empty needs it.
    private static IReadOnlyDictionary<string, DeviceRecord> NoDevices { get; } =
        new Dictionary<string, DeviceRecord>();

    private static IReadOnlyList<AcceptedAlert> NoAlerts { get; } = [];

    /// <summary>The state before the first entry.</summary>
    public static RemediationState Empty { get; } = new();

    /// <summary>The devices, by <see cref="DeviceFacts.Key"/>.</summary>
    public IReadOnlyDictionary<string, DeviceRecord> Devices { get; init => field = value ?? NoDevices; } = NoDevices;

    /// <summary>The remembered alerts, in the order of their arrival.</summary>
    public IReadOnlyList<AcceptedAlert> Alerts { get; init => field = value ?? NoAlerts; } = NoAlerts;

    /// <summary>Remediation is paused by command, or may be (<see cref="PauseAssumed"/>).</summary>
    public bool Paused { get; init; }

    /// <summary>The pause is assumed: a part of the journal was lost, and a pause may be in it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PauseAssumed { get; init; }

    /// <summary>
    /// Until this age every device counts as cooling down, because a journal was lost. 0 if the history is known.
    /// </summary>
    public double UnknownUntil { get; init; }

    /// <summary>
    /// A part of the journal was lost, and decisions of a person may be in it: a device without a record is in
    /// quarantine, too.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HistoryUnknown { get; init; }

    /// <summary>
    /// True if an intent has no outcome, a remediation left a link down, or a device was healed and is not proven yet.
    /// </summary>
    [JsonIgnore]
    public bool IsUnsettled =>
        Any(static device => device is { Pending: not null } or { LeftDown: not null } or { Proving: true });

    /// <summary>The record of a device; a new one if none exists.</summary>
    public DeviceRecord Device(string key) => Devices.GetValueOrDefault(key)
        ?? (HistoryUnknown ? new DeviceRecord().WithHistoryUnknown() : new DeviceRecord());

    /// <summary>The state after entries were lost: every device is in quarantine until a person clears it.</summary>
    /// <param name="isPaused">Remediation counts as paused.</param>
    /// <param name="isAssumed">Only because nothing shows that it is not.</param>
    public RemediationState WithHistoryUnknown(bool isPaused, bool isAssumed = false) => this with
    {
        HistoryUnknown = true,
        Paused = isPaused,
        PauseAssumed = isPaused && isAssumed,
        Devices = Devices.ToDictionary(pair => pair.Key, pair => pair.Value.WithHistoryUnknown()),
    };

    /// <summary>How often the budget of the host was spent within <see cref="DeviceRecord.BudgetWindow"/>.</summary>
    public int SpentAt(double age)
    {
        var spent = 0;
        if (Devices.Count > 0)
            foreach (var device in Devices.Values)
                spent += device.SpentAt(age);
        return spent;
    }

    /// <summary>True if the condition holds for a device. On most hosts nothing was ever done to one.</summary>
    public bool Any(Func<DeviceRecord, bool> condition) => Devices.Count > 0 && Devices.Values.Any(condition);

    /// <summary>
    /// The state after an entry that follows a gap. An outcome repeats its intent: it counts for both if the intent is
    /// missing.
    /// </summary>
    public RemediationState AfterGap(JournalEntry entry) =>
        entry is { Event: JournalEvent.Outcome, Id: { } id, Key: { } key, Before: not null, Declined: null }
            && entry.Verdict is not (null or RemediationVerdict.Declined or RemediationVerdict.DryRun
                or RemediationVerdict.Observed or RemediationVerdict.NothingToDo)
            && Device(key).Pending?.Id != id
            ? After(entry with
            {
                Event = JournalEvent.Intent,
                Verdict = null,
                After = null,
                Evidence = null,
                LeftDown = null,
            }).After(entry)
            : After(entry);

    /// <summary>The state after an entry.</summary>
    public RemediationState After(JournalEntry entry)
    {
        if (entry.Event == JournalEvent.Checkpoint)
            return entry.State ?? this;
        var state = entry.Event switch
        {
            JournalEvent.Paused => this with { Paused = true, PauseAssumed = false },
            JournalEvent.Resumed => this with { Paused = false, PauseAssumed = false },
            JournalEvent.HistoryAccepted => this with { HistoryUnknown = false },
            JournalEvent.Alert or JournalEvent.Answered or JournalEvent.Intent =>
                this with { Alerts = AcceptedAlert.After(Alerts, entry) },
            _ => this,
        };
        return entry.Key is not { } key ? state : state with
        {
            Devices = new Dictionary<string, DeviceRecord>(state.Devices) { [key] = state.Device(key).After(entry) },
        };
    }
}
