using NicHangExporter.Remediation;

namespace NicHangExporter.Alerting;

/// <summary>
/// Decides what each Alertmanager is sent, and when. A NIC that hangs is often the one that the alert would have to
/// leave by. An alert that could not be sent during the hang is sent afterwards. It then fires long enough to be
/// notified: an alert that resolves within the group_wait of an Alertmanager is never notified. Pure.
/// </summary>
internal static class AlertSchedule
{
    /// <summary>How long an Alertmanager takes an alert for firing after it was sent: four resend delays of Prometheus
    /// and one more.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(5);

    /// <summary>How often a firing alert is sent (--rules.alert.resend-delay of Prometheus).</summary>
    public static readonly TimeSpan ResendDelay = TimeSpan.FromMinutes(1);

    /// <summary>How long an alert fires at least, at each Alertmanager: more than any usual group_wait and a second try
    /// of a notification.</summary>
    public static readonly TimeSpan MinFiring = TimeSpan.FromMinutes(5);

    /// <summary>The most alerts that are kept. The newest stay.</summary>
    public const int MaxAlerts = 100;

    /// <summary>How long an alert that is over is kept for an Alertmanager that can't be reached: a long weekend, until
    /// somebody power-cycles the host.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    /// <summary>Updates the alerts by the live hangs.</summary>
    /// <param name="alerts">The alerts before.</param>
    /// <param name="live">The hangs in progress.</param>
    /// <param name="urls">The Alertmanagers.</param>
    /// <param name="now">The time.</param>
    /// <param name="isSettling">The process has only just started. A hang of before has yet to be reported
    /// again.</param>
    public static IReadOnlyList<OutgoingAlert> Observe(
        IReadOnlyList<OutgoingAlert> alerts, IReadOnlyList<LiveHang> live, IReadOnlyList<string> urls,
        DateTimeOffset now, bool isSettling)
    {
        var after = alerts
            .Select(alert => live.FirstOrDefault(hang => IsOf(hang, alert)) is { } hang
                ? Continue(alert, hang, now)
                : alert.Over is null && !isSettling ? alert with { Over = alert.LastSeen } : alert)
            .Where(alert => alert.Over is null || now - alert.LastSeen < MaxAge)
            .ToList();
        foreach (var hang in live)
            if (!after.Exists(alert => IsOf(hang, alert)))
                after.Add(Begin(hang, urls, now));
        return after.Count <= MaxAlerts
            ? after
            : [.. after.OrderByDescending(alert => alert.LastSeen).Take(MaxAlerts)];
    }

    /// <summary>What that Alertmanager is to be sent now; null for nothing.</summary>
    public static AlertStatus? Due(OutgoingAlert alert, string url, DateTimeOffset now)
    {
        if (alert.Progress.GetValueOrDefault(url) is not { Resolved: false } progress)
            return null;
        // The alert has resolved there by itself, and may have been notified as resolved although it is not.
        if (IsLapsed(progress, now))
            return AlertStatus.Firing;
        if (alert.Over is not null && now - progress.FiringSince >= MinFiring)
            return AlertStatus.Resolved;
        var sinceLast = now - progress.LastTaken!.Value;
        return sinceLast >= ResendDelay || sinceLast < TimeSpan.Zero ? AlertStatus.Firing : null;
    }

    /// <summary>The alert after that Alertmanager has accepted it.</summary>
    public static OutgoingAlert Taken(OutgoingAlert alert, string url, AlertStatus status, DateTimeOffset now)
    {
        if (alert.Progress.GetValueOrDefault(url) is not { } progress)
            return alert;
        var since = IsLapsed(progress, now) || progress.FiringSince > now ? now : progress.FiringSince ?? now;
        return alert with
        {
            Progress = new Dictionary<string, DeliveryProgress>(alert.Progress)
            {
                [url] = progress with
                {
                    FiringSince = since,
                    LastTaken = now,
                    // A hang that has begun again meanwhile is not over.
                    Resolved = status == AlertStatus.Resolved && alert.Over is not null,
                },
            },
        };
    }

    /// <summary>True if every Alertmanager knows that the alert is over.</summary>
    public static bool IsDone(OutgoingAlert alert) => alert.Progress.Values.All(progress => progress.Resolved);

    /// <summary>True if an Alertmanager has not received the alert, or not for so long that it has forgotten
    /// it.</summary>
    public static bool IsWaiting(OutgoingAlert alert, DateTimeOffset now) =>
        alert.Progress.Values.Any(progress => !progress.Resolved && IsLapsed(progress, now));

    private static bool IsLapsed(DeliveryProgress progress, DateTimeOffset now) =>
        progress.LastTaken is not { } last || now - last >= Validity;

    private static bool IsOf(LiveHang hang, OutgoingAlert alert) =>
        hang.Device.ToString() == alert.Device && hang.Driver == alert.Driver;

    private static OutgoingAlert Begin(LiveHang hang, IReadOnlyList<string> urls, DateTimeOffset now)
    {
        var alert = new OutgoingAlert(hang.Device.ToString(), hang.Driver)
        {
            Bus = hang.Bus.ToString(),
            Start = hang.Start,
            Progress = urls.ToDictionary(url => url, _ => new DeliveryProgress(hang.Start)),
        };
        return Update(alert, hang, now);
    }

    private static OutgoingAlert Continue(OutgoingAlert alert, LiveHang hang, DateTimeOffset now)
    {
        var updated = Update(alert, hang, now);
        if (alert.Over is null)
            return updated;
        return updated with
        {
            Over = null,
            Episodes = alert.Episodes + 1,
            // An Alertmanager that knows that the alert is over gets a new one.
            Progress = alert.Progress.ToDictionary(
                pair => pair.Key, pair => pair.Value.Resolved ? new DeliveryProgress(hang.Start) : pair.Value),
        };
    }

    private static OutgoingAlert Update(OutgoingAlert alert, LiveHang hang, DateTimeOffset now) =>
        alert with { Episode = hang.Id, Shape = hang.Shape, Report = hang.Report ?? alert.Report, LastSeen = now };
}
