using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>What is known of a device of this host that an alert names.</summary>
/// <param name="Device">The name, from the kernel's list and never from the alert.</param>
internal sealed record AlertTarget(InterfaceName Device)
{
    /// <summary>True if the device is watched.</summary>
    public bool IsWatched { get; init; }

    /// <summary>True for a device on top of others: bridge, bond, VLAN.</summary>
    public bool IsUpper { get; init; }

    /// <summary>The physical devices below an upper.</summary>
    public ImmutableArray<InterfaceName> Ports { get; init; } = [];

    /// <summary>The current hang episode; null without one.</summary>
    public LiveHang? Hang { get; init; }

    /// <summary>A hang was reported within the last half minute.</summary>
    public bool IsHungNow { get; init; }

    /// <summary>The status of the device; null before the first status.</summary>
    public DeviceStatus? Status { get; init; }
}

/// <summary>Everything that the verdicts on a message depend on, except the message.</summary>
internal sealed record AlertSituation
{
    /// <summary>The names of this host, compared without regard to case.</summary>
    public required IReadOnlySet<string> Identities { get; init; }

    /// <summary>The devices of this host that the message names.</summary>
    public required IReadOnlyDictionary<InterfaceName, AlertTarget> Devices { get; init; }

    /// <summary>The alerts that were accepted before (<see cref="AcceptedAlert.Identity"/>).</summary>
    public required IReadOnlySet<(AlertKey Key, string Device)> Known { get; init; }

    /// <summary>The mode of the webhook.</summary>
    public required RemediationMode Mode { get; init; }

    /// <summary>True while the kill switch is set.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>True if the process has CAP_NET_ADMIN.</summary>
    public required bool IsCapable { get; init; }
}

/// <summary>What was decided about one alert.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Explanation">One sentence, without any text of the alert.</param>
/// <param name="Device">The device; null if it is not one of this host.</param>
internal sealed record AlertDecision(AlertVerdict Verdict, string Explanation, InterfaceName? Device = null);

/// <summary>
/// Decides whether an alert is acted on. An alert is a hint: everybody who can post to Alertmanager can post any alert,
/// and Alertmanager delivers some long after they have ended. No alert changes a device that is not seen to hang here.
/// Pure.
/// </summary>
/// <remarks>
/// The time at which an alert began to fire decides nothing; it is only part of the alert's identity. A clock that is
/// years off must not keep a hung NIC from being healed, and an old alert about a NIC that hangs now is right.
/// </remarks>
internal static class AlertPolicy
{
    /// <summary>The labels that name the host of an alert: Prometheus's own, and the usual names of a node.</summary>
    private static readonly ImmutableArray<string> HostLabels = ["instance", "node", "nodename"];

    /// <summary>Decides on one alert of a valid message (<see cref="MessageReader"/>).</summary>
    public static AlertDecision Decide(PostedAlert alert, AlertSituation situation)
    {
        var labels = alert.Labels!;
        if (!IsMine(alert, situation.Identities))
            return new(AlertVerdict.NotMine, HostLabels.Any(labels.ContainsKey)
                ? "its labels instance, node and nodename name another host: see api.identities"
                : "it has none of the labels instance, node and nodename, so it is about no host in particular");
        if (alert.Status != "firing")
            return new(AlertVerdict.ResolvedNoted, "it is resolved");
        if (!labels.TryGetValue("device", out var name) || name.Length == 0)
            return new(AlertVerdict.UnknownDevice, "it has no label device, and none never means all");
        return InterfaceName.TryParse(name, out var device) && situation.Devices.TryGetValue(device, out var target)
            ? Decide(new AlertKey(alert.Fingerprint!, alert.StartsAt!.Value), target, situation)
            : new(AlertVerdict.UnknownDevice, "there is no such device here");
    }

    /// <summary>
    /// True if the alert names this host. One matching label is enough: behind a NAT or in Kubernetes, <c>instance</c>
    /// is an address that the host does not know.
    /// </summary>
    public static bool IsMine(PostedAlert alert, IReadOnlySet<string> identities) =>
        HostLabels.Any(label => alert.Labels!.TryGetValue(label, out var host) && host.Length > 0
            && identities.Contains(host));

    private static AlertDecision Decide(AlertKey key, AlertTarget target, AlertSituation situation)
    {
        var device = target.Device;
        if (target.IsUpper)
            return Say(AlertVerdict.NotAllowed, target.Ports.IsEmpty
                ? $"{device} is no NIC, and no physical one is below it"
                : $"{device} is no NIC: below it {(target.Ports.Length == 1 ? "is" : "are")} "
                    + $"{string.Join(", ", target.Ports)}; name {(target.Ports.Length == 1 ? "that" : "one of them")}");
        if (!target.IsWatched)
            return Say(AlertVerdict.UnknownDevice,
                $"{device} is not among the devices that are watched: see collector.virtual and device.max");
        if (situation.Known.Contains((key, device.ToString())))
            return Say(AlertVerdict.Duplicate, "it was accepted before");
        if (situation.Mode == RemediationMode.Off)
            return Say(AlertVerdict.NotAllowed, "remediation.webhook is off");
        if (target.Status?.NotAllowed is { } reason)
            return Say(AlertVerdict.NotAllowed,
                $"{device} may not be changed ({SnakeCase.Of(reason)}): see remediation.devices");
        if (target.Hang is null)
            return Say(AlertVerdict.NotHung, $"no hang of {device} is seen here");
        if (situation.IsPaused)
            return Say(AlertVerdict.NotAllowed, "the kill switch is set");
        if (situation is { Mode: RemediationMode.Enforce, IsCapable: false })
            return Say(AlertVerdict.NotAllowed, "the exporter lacks CAP_NET_ADMIN");
        if (target.Status is { Quarantined: true })
            return Say(AlertVerdict.NotAllowed, $"{device} is in quarantine until a person clears it");
        // The remediator sees a hang that the driver recovers from in the same way: between two reports the device
        // passes traffic.
        if (target.Status is { Cooldown: > 0 } cooling && (!target.IsHungNow || target.Hang.RecoversByItself))
            return Say(AlertVerdict.Cooldown,
                $"{device} passes traffic and is cooling down for "
                + $"{PrometheusDuration.Format(TimeSpan.FromSeconds(Math.Ceiling(cooling.Cooldown)))} more");
        return Say(AlertVerdict.Accepted,
            situation.Mode == RemediationMode.Observe ? "mode observe: what would be done goes to journal and log"
            : target.Hang.IsConfirmed
                ? "it will be acted on"
                : "it will be acted on once the hang is confirmed: see docs/reference/remediation.md");

        AlertDecision Say(AlertVerdict verdict, string explanation) => new(verdict, explanation, device);
    }
}
