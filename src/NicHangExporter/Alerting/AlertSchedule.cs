using NicHangExporter.Remediation;

namespace NicHangExporter.Alerting;

/// <summary>What an Alertmanager is told.</summary>
internal enum PushKind
{
    /// <summary>It fires, and will for some minutes if nothing more is said.</summary>
    Firing,
    /// <summary>It is over.</summary>
    Resolved,
}

/// <summary>
/// When an alert is told to whom. A NIC that hangs is mostly the one that the news would have to leave by: what could not be said while it lasted is said
/// afterwards, and fires for long enough to be notified, because an alert that resolves within the group_wait of an Alertmanager is never heard of. Pure.
/// </summary>
internal static class AlertSchedule
{
    /// <summary>How long an Alertmanager takes an alert for firing after it was told so; Prometheus's four resend delays and one more.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromMinutes(5);

    /// <summary>How often it is told again (--rules.alert.resend-delay of Prometheus).</summary>
    public static readonly TimeSpan Resend = TimeSpan.FromMinutes(1);

    /// <summary>How long an alert fires at least, at each Alertmanager: more than any usual group_wait and a second try of a notification.</summary>
    public static readonly TimeSpan LeastFiring = TimeSpan.FromMinutes(5);

    /// <summary>The most alerts that are kept; the newest win.</summary>
    public const int MaxAlerts = 100;

    /// <summary>How long an alert that is over is kept for an Alertmanager out of reach: a long weekend, until somebody pulls the plug.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(7);

    /// <summary>The alerts after a look at the live hangs.</summary>
    /// <param name="alerts">Those before.</param>
    /// <param name="live">The hangs that are under way.</param>
    /// <param name="urls">The Alertmanagers.</param>
    /// <param name="now">The time.</param>
    /// <param name="isSettling">The process has only just started: a hang that was under way has yet to be reported again.</param>
    public static IReadOnlyList<OutgoingAlert> Observe(IReadOnlyList<OutgoingAlert> alerts, IReadOnlyList<LiveHang> live, IReadOnlyList<string> urls, DateTimeOffset now, bool isSettling)
    {
        var after = alerts.Select(alert => live.FirstOrDefault(hang => IsOf(hang, alert)) is { } hang ? Continued(alert, hang, now)
                : alert.Over is null && !isSettling ? alert with { Over = alert.LastSeen } : alert)
            .Where(alert => alert.Over is null || now - alert.LastSeen < MaxAge).ToList();
        foreach (var hang in live)
            if (!after.Exists(alert => IsOf(hang, alert)))
                after.Add(Told(new OutgoingAlert(hang.Device.ToString(), hang.Driver) { Bus = hang.Bus.ToString(), Start = hang.Start }, hang, now) with
                {
                    Progress = urls.ToDictionary(url => url, _ => new PushProgress(hang.Start)),
                });
        return after.Count <= MaxAlerts ? after : [.. after.OrderByDescending(alert => alert.LastSeen).Take(MaxAlerts)];
    }

    /// <summary>What that Alertmanager is to be told now; null for nothing.</summary>
    public static PushKind? Due(OutgoingAlert alert, string url, DateTimeOffset now)
    {
        if (alert.Progress.GetValueOrDefault(url) is not { Resolved: false } progress)
            return null;
        // Long unheard it has resolved by itself there, and may have been notified as such while it was not.
        if (IsLapsed(progress, now))
            return PushKind.Firing;
        if (alert.Over is not null && now - progress.FiringSince >= LeastFiring)
            return PushKind.Resolved;
        var silence = now - progress.LastTaken!.Value;
        return silence >= Resend || silence < TimeSpan.Zero ? PushKind.Firing : null;
    }

    /// <summary>The alert after that Alertmanager has taken it.</summary>
    public static OutgoingAlert Taken(OutgoingAlert alert, string url, PushKind kind, DateTimeOffset now)
    {
        if (alert.Progress.GetValueOrDefault(url) is not { } progress)
            return alert;
        var since = IsLapsed(progress, now) || progress.FiringSince > now ? now : progress.FiringSince ?? now;
        return alert with
        {
            Progress = new Dictionary<string, PushProgress>(alert.Progress)
            {
                // A hang that has begun again meanwhile is not over.
                [url] = progress with { FiringSince = since, LastTaken = now, Resolved = kind == PushKind.Resolved && alert.Over is not null },
            },
        };
    }

    /// <summary>True where every Alertmanager knows that it is over.</summary>
    public static bool IsDone(OutgoingAlert alert) => alert.Progress.Values.All(progress => progress.Resolved);

    /// <summary>True where an Alertmanager has not heard of it, or not for so long that it has forgotten it.</summary>
    public static bool IsWaiting(OutgoingAlert alert, DateTimeOffset now) => alert.Progress.Values.Any(progress => !progress.Resolved && IsLapsed(progress, now));

    private static bool IsLapsed(PushProgress progress, DateTimeOffset now) => progress.LastTaken is not { } last || now - last >= Validity;

    private static bool IsOf(LiveHang hang, OutgoingAlert alert) => hang.Device.ToString() == alert.Device && hang.Driver == alert.Driver;

    private static OutgoingAlert Continued(OutgoingAlert alert, LiveHang hang, DateTimeOffset now) => alert.Over is null
        ? Told(alert, hang, now)
        : Told(alert, hang, now) with
        {
            Over = null,
            Episodes = alert.Episodes + 1,
            // Who was told that it is over hears of a new one.
            Progress = alert.Progress.ToDictionary(pair => pair.Key, pair => pair.Value.Resolved ? new PushProgress(hang.Start) : pair.Value),
        };

    private static OutgoingAlert Told(OutgoingAlert alert, LiveHang hang, DateTimeOffset now) =>
        alert with { Episode = hang.Id, Shape = hang.Shape, Report = hang.Report ?? alert.Report, LastSeen = now };
}
