using System.Text.Json.Serialization;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>What an alert is known by: however often and by whomever it is delivered, these are the same, and those of the next alert are not.</summary>
/// <param name="Fingerprint">Alertmanager's hash of the labels.</param>
/// <param name="StartsAt">When it began to fire.</param>
internal sealed record AlertKey(string Fingerprint, DateTimeOffset StartsAt);

/// <summary>An alert that was accepted: to be acted on, or acted on already.</summary>
/// <param name="Key">What it is known by.</param>
/// <param name="Device">The device that it is about, by the name that it had.</param>
internal sealed record AcceptedAlert(AlertKey Key, string Device)
{
    /// <summary>How many are remembered. Each needed a hang on this host, so more within a day are hardly alerts.</summary>
    public const int MaxKept = 1000;

    /// <summary>How long, in seconds of witnessed time: whatever has not healed within a day may be tried once more.</summary>
    public const double MaxAge = 24 * 3600;

    /// <summary>
    /// What makes another one a repetition of it. The fingerprint stands for the device as well, but it is a message that says so: one in which two devices
    /// share a fingerprint must not make the second pass for the first.
    /// </summary>
    [JsonIgnore]
    public (AlertKey Key, string Device) Identity => (Key, Device);

    /// <summary>
    /// The address on the bus of the device that hung when it was accepted; empty for a virtual one, null where it was written down before addresses were. A name
    /// passes from one device to another, and what is to be done to the one must not be done to the other.
    /// </summary>
    public string? Bus { get; init; }

    /// <summary>The name of the credential that brought it.</summary>
    public string? Actor { get; init; }

    /// <summary>When it was accepted (<see cref="JournalEntry.Age"/>).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Age { get; init; }

    /// <summary>Nothing has been done about it yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Pending { get; init; }

    /// <summary>True where a repetition of it is known as one: it was accepted less than a day of witnessed time ago.</summary>
    /// <param name="age">The present (<see cref="JournalEntry.Age"/>).</param>
    public bool IsKnownAt(double age) => age - Age < MaxAge;

    /// <summary>What is remembered after an entry. Pure.</summary>
    public static IReadOnlyList<AcceptedAlert> After(IReadOnlyList<AcceptedAlert> alerts, JournalEntry entry) => entry switch
    {
        { Event: JournalEvent.Alert, Alerts: { } accepted } => Adding(alerts, accepted, entry),
        { Event: JournalEvent.Answered, Alerts: { } answered } => Answering(alerts, alert => answered.Any(one => one.Identity == alert.Identity)),
        // The same line says that a pass begins and that the alerts are answered: a crash can't come in between and lead to a second pass.
        { Event: JournalEvent.Intent, Trigger: RemediationTrigger.Webhook, Device: { } device, Key: var key } =>
            Answering(alerts, alert => alert.Device == device && (alert.Bus is null || DeviceFacts.IsKeyOf(key, alert.Bus))),
        _ => alerts,
    };

    private static List<AcceptedAlert> Adding(IReadOnlyList<AcceptedAlert> alerts, IReadOnlyList<AcceptedAlert> accepted, JournalEntry entry)
    {
        List<AcceptedAlert> all = [.. alerts.Where(alert => alert.IsKnownAt(entry.Age))
            .Concat(accepted.Select(alert => alert with { Actor = entry.Actor, Age = entry.Age, Pending = true })).DistinctBy(alert => alert.Identity)];
        // What has been acted on goes first: what has not was promised.
        foreach (var pending in new[] { false, true })
            for (var index = 0; index < all.Count && all.Count > MaxKept;)
                if (all[index].Pending == pending)
                    all.RemoveAt(index);
                else
                    index++;
        return all;
    }

    private static IReadOnlyList<AcceptedAlert> Answering(IReadOnlyList<AcceptedAlert> alerts, Func<AcceptedAlert, bool> isAnswered) =>
        alerts.Any(alert => alert.Pending && isAnswered(alert))
            ? [.. alerts.Select(alert => alert.Pending && isAnswered(alert) ? alert with { Pending = false } : alert)]
            : alerts;
}
