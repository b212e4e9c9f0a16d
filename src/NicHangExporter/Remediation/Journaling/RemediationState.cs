using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>Everything that the journal adds up to. Immutable and pure: an entry goes in, a new state comes out.</summary>
internal sealed record RemediationState
{
    // First of all: static members are made in the order of the text, and Empty needs it.
    private static IReadOnlyDictionary<string, DeviceRecord> NoDevices { get; } = new Dictionary<string, DeviceRecord>();

    private static IReadOnlyList<AcceptedAlert> NoAlerts { get; } = [];

    /// <summary>Nothing has ever happened.</summary>
    public static RemediationState Empty { get; } = new();

    /// <summary>The devices, by <see cref="DeviceFacts.Key"/>.</summary>
    public IReadOnlyDictionary<string, DeviceRecord> Devices { get; init => field = value ?? NoDevices; } = NoDevices;

    /// <summary>The alerts that were accepted lately, in the order in which they came.</summary>
    public IReadOnlyList<AcceptedAlert> Alerts { get; init => field = value ?? NoAlerts; } = NoAlerts;

    /// <summary>A person has set the kill switch, by command; or may have, where <see cref="PauseAssumed"/>.</summary>
    public bool Paused { get; init; }

    /// <summary>Nobody knows of a pause: a part of the journal was lost, and one may be among it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool PauseAssumed { get; init; }

    /// <summary>
    /// Until this age every device counts as cooling, because a journal was lost and with it what had been done. 0 where the history is known.
    /// </summary>
    public double UnknownUntil { get; init; }

    /// <summary>
    /// A part of the journal was lost, and with it what a person may have decided: a device that it does not know is in quarantine as those that it knows.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool HistoryUnknown { get; init; }

    /// <summary>The record of a device; a new one where nothing is known.</summary>
    public DeviceRecord Device(string key) => Devices.GetValueOrDefault(key) ?? (HistoryUnknown ? new DeviceRecord().WithHistoryUnknown() : new DeviceRecord());

    /// <summary>The state where something is missing: every device is in quarantine until a person clears it.</summary>
    /// <param name="isPaused">The kill switch counts as set.</param>
    /// <param name="isAssumed">Only because nothing tells that it is not.</param>
    public RemediationState WithHistoryUnknown(bool isPaused, bool isAssumed = false) => this with
    {
        HistoryUnknown = true,
        Paused = isPaused,
        PauseAssumed = isPaused && isAssumed,
        Devices = Devices.ToDictionary(pair => pair.Key, pair => pair.Value.WithHistoryUnknown()),
    };

    /// <summary>How often the budget of the host was spent within the window that ends now.</summary>
    public int SpentAt(double age) => Devices.Values.Sum(device => device.SpentAt(age));

    /// <summary>
    /// The state after an entry behind a gap: an outcome, which repeats its intent, counts for both where that was in the gap.
    /// </summary>
    public RemediationState AfterGap(JournalEntry entry) =>
        entry is { Event: JournalEvent.Outcome, Id: { } id, Key: { } key, Before: not null, Declined: null }
            && entry.Verdict is not (null or RemediationVerdict.Declined or RemediationVerdict.DryRun or RemediationVerdict.Observed or RemediationVerdict.NothingToDo)
            && Device(key).Pending?.Id != id
            ? After(entry with { Event = JournalEvent.Intent, Verdict = null, After = null, Evidence = null, LeftDown = null }).After(entry)
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
            JournalEvent.Alert or JournalEvent.Answered or JournalEvent.Intent => this with { Alerts = AcceptedAlert.After(Alerts, entry) },
            _ => this,
        };
        return entry.Key is { } key ? state with { Devices = new Dictionary<string, DeviceRecord>(state.Devices) { [key] = state.Device(key).After(entry) } } : state;
    }
}
