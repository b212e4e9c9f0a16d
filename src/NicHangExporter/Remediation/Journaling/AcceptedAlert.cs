using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>The identity of an alert: the same in each delivery, and different for the next alert.</summary>
/// <param name="Fingerprint">Alertmanager's hash of the labels.</param>
/// <param name="StartsAt">When the alert began to fire.</param>
internal sealed record AlertKey(string Fingerprint, DateTimeOffset StartsAt);

/// <summary>An alert that was accepted, whether or not it has been acted on.</summary>
/// <param name="Key">Its identity.</param>
/// <param name="Device">The name that its device had.</param>
internal sealed record AcceptedAlert(AlertKey Key, string Device)
{
    /// <summary>
    /// The most alerts that are remembered. Each needs a hang on this host, so more within a day are not expected.
    /// </summary>
    public const int MaxKept = 1000;

    /// <summary>
    /// How long an alert is remembered, in seconds of witnessed time. A repetition after that is acted on again.
    /// </summary>
    public const double MaxAge = 24 * 3600;

    /// <summary>
    /// Another alert with the same value is a repetition. The device is part of it: a message in which two devices
    /// share a fingerprint must not hide the second one.
    /// </summary>
    [JsonIgnore]
    public (AlertKey Key, string Device) Identity => (Key, Device);

    /// <summary>
    /// The bus address of the device that hung when the alert was accepted; empty for a virtual device, null in entries
    /// of versions that did not write it. The name may belong to another device later.
    /// </summary>
    public string? Bus { get; init; }

    /// <summary>The name of the credential that delivered it.</summary>
    public string? Actor { get; init; }

    /// <summary>When it was accepted (<see cref="JournalEntry.Age"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Age { get; init; }

    /// <summary>It waits for an action.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pending { get; init; }

    /// <summary>True while it is remembered.</summary>
    /// <param name="age">Now (<see cref="JournalEntry.Age"/>).</param>
    public bool IsKnownAt(double age) => age - Age < MaxAge;

    /// <summary>The remembered alerts after an entry. Pure.</summary>
    public static IReadOnlyList<AcceptedAlert> After(IReadOnlyList<AcceptedAlert> alerts, JournalEntry entry) =>
        entry switch
        {
            { Event: JournalEvent.Alert, Alerts: { } accepted } => Adding(alerts, accepted, entry),
            { Event: JournalEvent.Answered, Alerts: { } answered } =>
                Answering(alerts, alert => answered.Any(one => one.Identity == alert.Identity)),
            // One line begins the remediation and answers the alerts: no crash in between can lead to a second
            // remediation.
            { Event: JournalEvent.Intent, Trigger: RemediationTrigger.Webhook, Device: { } device, Key: var key } =>
                Answering(alerts, alert => alert.Device == device
                    && (alert.Bus is null || DeviceFacts.IsKeyOf(key, alert.Bus))),
            _ => alerts,
        };

    private static List<AcceptedAlert> Adding(
        IReadOnlyList<AcceptedAlert> alerts, IReadOnlyList<AcceptedAlert> accepted, JournalEntry entry)
    {
        List<AcceptedAlert> all = [.. alerts.Where(alert => alert.IsKnownAt(entry.Age))
            .Concat(accepted.Select(alert => alert with { Actor = entry.Actor, Age = entry.Age, Pending = true }))
            .DistinctBy(alert => alert.Identity)];
        // Answered alerts are forgotten first.
        foreach (var pending in new[] { false, true })
            for (var index = 0; index < all.Count && all.Count > MaxKept;)
                if (all[index].Pending == pending)
                    all.RemoveAt(index);
                else
                    index++;
        return all;
    }

    private static IReadOnlyList<AcceptedAlert> Answering(
        IReadOnlyList<AcceptedAlert> alerts, Func<AcceptedAlert, bool> isAnswered) =>
        alerts.Any(alert => alert.Pending && isAnswered(alert))
            ? [.. alerts.Select(alert => alert.Pending && isAnswered(alert) ? alert with { Pending = false } : alert)]
            : alerts;
}
