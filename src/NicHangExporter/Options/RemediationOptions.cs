using NicHangExporter.Remediation;

namespace NicHangExporter.Options;

/// <summary>Which remediations are allowed, of which devices, how often, and how long each step may take.</summary>
internal sealed record RemediationOptions
{
    /// <summary>
    /// The mode of the local loop. In enforce it changes the configuration of a hung NIC and resets it, without a
    /// request.
    /// </summary>
    public RemediationMode Local { get; init; }

    /// <summary>The mode of Alertmanager's webhook.</summary>
    public RemediationMode Webhook { get; init; }

    /// <summary>The mode of requests by the API.</summary>
    public RemediationMode Api { get; init; }

    /// <summary>
    /// The devices that may be changed, by name or bus address. Empty: each physical device whose driver has a ladder.
    /// </summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>
    /// Stages of prevention by driver that replace the built-in ones, each the name of a profile:
    /// <c>e1000e=segmentation+checksum</c>. The devices of a driver that has a ladder only here may be changed too.
    /// </summary>
    public IReadOnlyList<string> Ladders { get; init; } = [];

    /// <summary>
    /// Profiles that extend or replace the built-in ones: <c>careful=tso+gso</c>. Listed settings are turned off on a
    /// working NIC.
    /// </summary>
    public IReadOnlyList<string> Profiles { get; init; } = [];

    /// <summary>
    /// How long a device that passes traffic is left alone after a remediation. It doubles with each remediation. If it
    /// is short, a false alarm interrupts the link repeatedly.
    /// </summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The limit to which the cool-down doubles.</summary>
    public TimeSpan CooldownMax { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How many remediations a device may have in 24 hours before it is quarantined.</summary>
    public int DeviceBudget { get; init; } = 6;

    /// <summary>How many remediations all devices together may have in 24 hours.</summary>
    public int HostBudget { get; init; } = 12;

    /// <summary>How long no hang may be reported after the action for the device to count as healed.</summary>
    public TimeSpan VerifyWindow { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long no hang may be reported after the action for the device to count as recovered.</summary>
    public TimeSpan ProvingTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long the link may be down after a change before that counts as harm. Renegotiation alone takes up to six
    /// seconds at 1 Gbit/s.
    /// </summary>
    public TimeSpan CarrierGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long after boot the local loop does nothing. Links come up then, and drivers report hangs that are not real.
    /// </summary>
    public TimeSpan BootGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Two hang reports this close together confirm a hang.</summary>
    public TimeSpan ConfirmWindow { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Allows a renegotiation as the answer to a hang.</summary>
    public bool AllowReinit { get; init; } = true;

    /// <summary>Allows link down and up as the answer to a hang, if no route on the device itself is lost.</summary>
    public bool AllowBounce { get; init; } = true;

    /// <summary>
    /// Allows a bounce that loses routes and static IPv6 addresses on the device itself. A host that depends on them
    /// stays unreachable.
    /// </summary>
    public bool BounceRoutes { get; init; }

    /// <summary>Continues with reinit alone on a hung device in quarantine, at growing intervals.</summary>
    public bool QuarantineReinit { get; init; } = true;

    /// <summary>
    /// How long one kernel command may take before the request is answered as failed. The command itself can't be
    /// cancelled.
    /// </summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// After a remediation that helped, the settings of the device are written where the host's network manager applies
    /// them at boot. A rollback removes what was written.
    /// </summary>
    public bool Persist { get; init; }

    /// <summary>While this file exists, no device is changed except to undo a change.</summary>
    public string DisableFile { get; init; } = "/etc/nic-hang-exporter/disable";

    /// <summary>
    /// The mode of a trigger. The command line is always in enforce: its user is root already, and a refusal would only
    /// lead to less safe commands.
    /// </summary>
    public RemediationMode Mode(RemediationTrigger trigger) => trigger switch
    {
        RemediationTrigger.Local => Local,
        RemediationTrigger.Webhook => Webhook,
        RemediationTrigger.Api => Api,
        RemediationTrigger.Cli => RemediationMode.Enforce,
        // A trigger that may change a setting may also restore it.
        _ => (RemediationMode)Math.Max((int)Local, Math.Max((int)Webhook, (int)Api)),
    };
}
