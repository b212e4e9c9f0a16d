namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What JSON allows and the journal does not: the parser checks neither nulls within collections nor ranges, and a value that can't be would either take
/// the program down or, worse, shorten a cool-down without a word.
/// </summary>
internal static class JournalValidator
{
    /// <summary>What is wrong with an entry, or null.</summary>
    public static string? FaultOf(JournalEntry entry) => entry switch
    {
        { Seq: < 0 or > long.MaxValue / 2 } => "has a number that can't be",
        _ when !IsAmount(entry.Uptime) || !IsAmount(entry.Age) || !IsAmount(entry.Cooldown ?? 0) => "has a time that can't be",
        { Event: JournalEvent.Checkpoint, State: null } => "is a checkpoint without a state",
        { Event: not JournalEvent.Checkpoint, State: not null } => "has a state, and is no checkpoint",
        { Event: JournalEvent.Intent, Id: null } => "is an intent of no pass",
        { Event: JournalEvent.Intent or JournalEvent.Quarantined or JournalEvent.Cleared or JournalEvent.LinkRestored, Key: null } => "is about no device",
        { Event: JournalEvent.Alert or JournalEvent.Answered, Alerts: null } => "is about alerts without any",
        { Event: JournalEvent.Episode, Episode: null } => "is an episode without one",
        _ when !Holds(entry.Steps) || !Holds(entry.Fixed) || !Holds(entry.Before?.Values) || !Holds(entry.After?.Values) => "holds a null",
        { Alerts: { } alerts } when !alerts.All(IsSound) => "has an alert that can't be",
        { Evidence: { } evidence } when !IsSound(evidence) => "has evidence that can't be",
        { Episode: { } episode } when !IsSound(episode) => "has an episode that can't be",
        { State: { } state } => FaultOf(state),
        _ => null,
    };

    private static string? FaultOf(RemediationState state)
    {
        if (!IsAmount(state.UnknownUntil))
            return "has a time that can't be";
        if (!state.Alerts.All(IsSound))
            return "has an alert that can't be";
        foreach (var (key, device) in state.Devices)
            if (device is null || !IsSound(device))
                return $"has a record of {key} that can't be";
        return null;
    }

    private static bool IsSound(DeviceRecord device) =>
        device.Device is not null && device.Driver is not null && Holds(device.Desired) && Holds(device.Original.Values) && device.Charges.All(double.IsFinite)
        && IsAmount(device.CooldownUntil) && IsAmount(device.QuarantineNext) && device.QuarantineTries >= 0 && device.Counts.Values.All(count => count >= 0)
        && device.Pending is null or { Event: JournalEvent.Intent } && (device.Pending is null || FaultOf(device.Pending) is null)
        && (device.Last is null || FaultOf(device.Last) is null) && (device.LastEpisode is null || IsSound(device.LastEpisode));

    private static bool IsSound(AcceptedAlert? alert) => alert is { Key.Fingerprint: not null, Device: not null } && IsAmount(alert.Age);

    private static bool IsSound(RemediationEvidence evidence) =>
        double.IsFinite(evidence.Seconds) && double.IsFinite(evidence.TxAdvancedSeconds ?? 0) && double.IsFinite(evidence.CarrierSeconds ?? 0);

    private static bool IsSound(EpisodeSummary episode) => episode is { Id: not null, Shape: not null } && double.IsFinite(episode.OutageSeconds);

    // Seconds, for some 30,000 years: far from where sums lose their seconds or are no numbers any more.
    private static bool IsAmount(double value) => value is >= 0 and < 1e12;

    private static bool Holds(IEnumerable<string?>? values) => values?.All(value => value is not null) != false;
}
