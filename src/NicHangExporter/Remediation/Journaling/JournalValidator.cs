using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// Checks entries for what the JSON parser accepts and the journal does not: nulls in collections, values out of range.
/// Such a value could end the program or, worse, silently shorten a cool-down.
/// </summary>
internal static class JournalValidator
{
    /// <summary>The error of an entry, or null.</summary>
    public static string? FaultOf(JournalEntry entry) => entry switch
    {
        { Seq: < 0 or > long.MaxValue / 2 } => "has a number that can't be",
        _ when !IsAmount(entry.Uptime) || !IsAmount(entry.Age) || !IsAmount(entry.Cooldown ?? 0) =>
            "has a time that can't be",
        { Event: JournalEvent.Checkpoint, State: null } => "is a checkpoint without a state",
        { Event: not JournalEvent.Checkpoint, State: not null } => "has a state, and is no checkpoint",
        { Event: JournalEvent.Intent, Id: null } => "is an intent without an id",
        {
            Key: null, Event: JournalEvent.Intent or JournalEvent.Quarantined or JournalEvent.Cleared
            or JournalEvent.LinkRestored
        } => "is about no device",
        { Event: JournalEvent.Alert or JournalEvent.Answered, Alerts: null } => "is about alerts without any",
        { Event: JournalEvent.Episode, Episode: null } => "is an episode without one",
        _ when !Holds(entry.Steps) || !Holds(entry.Fixed) || !Holds(entry.Before?.Values)
            || !Holds(entry.After?.Values) => "holds a null",
        { Alerts: { } alerts } when !alerts.All(IsValid) => "has an alert that can't be",
        { Evidence: { } evidence } when !IsValid(evidence) => "has evidence that can't be",
        { Episode: { } episode } when !IsValid(episode) => "has an episode that can't be",
        { State: { } state } => FaultOf(state),
        _ => null,
    };

    private static string? FaultOf(RemediationState state)
    {
        if (!IsAmount(state.UnknownUntil))
            return "has a time that can't be";
        if (!state.Alerts.All(IsValid))
            return "has an alert that can't be";
        foreach (var (key, device) in state.Devices)
            if (device is null || !IsValid(device))
                return $"has a record of {key} that can't be";
        return null;
    }

    private static bool IsValid(DeviceRecord device) =>
        device.Device is not null && device.Driver is not null
        && Holds(device.Desired) && Holds(device.Original.Values) && device.Charges.All(double.IsFinite)
        && IsAmount(device.CooldownUntil) && IsAmount(device.QuarantineNext) && device.QuarantineTries >= 0
        && device.Counts.Values.All(count => count >= 0)
        && device.Pending is null or { Event: JournalEvent.Intent }
        && (device.Pending is null || FaultOf(device.Pending) is null)
        && (device.Last is null || FaultOf(device.Last) is null)
        && (device.LastEpisode is null || IsValid(device.LastEpisode));

    private static bool IsValid(AcceptedAlert? alert) =>
        alert is { Key.Fingerprint: not null, Device: not null } && IsAmount(alert.Age);

    private static bool IsValid(RemediationEvidence evidence) =>
        double.IsFinite(evidence.Seconds) && double.IsFinite(evidence.TxAdvancedSeconds ?? 0)
        && double.IsFinite(evidence.CarrierSeconds ?? 0);

    private static bool IsValid(EpisodeSummary episode) =>
        episode is { Id: not null, Shape: not null } && double.IsFinite(episode.OutageSeconds);

    // Seconds: up to about 30,000 years, far below the values at which sums become inexact or infinite.
    private static bool IsAmount(double value) => value is >= 0 and < 1e12;

    private static bool Holds(IEnumerable<string?>? values) => values?.All(value => value is not null) != false;
}
