using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Options;

/// <summary>The rows of <see cref="RemediationOptions"/>.</summary>
internal static class RemediationOptionTable
{
    private static readonly OptionGroup<RemediationOptions> Group = new(
        options => options.Remediation, (options, remediation) => options with { Remediation = remediation });

    public static readonly ImmutableArray<OptionDefinition> Rows =
    [
        Group.Mode("remediation.local",
            "What to do when a NIC hangs: off = nothing, observe = log what would be done, enforce = heal it.",
            group => group.Local, (group, mode) => group with { Local = mode }),
        Group.Mode("remediation.webhook", "What an alert from Alertmanager's webhook may do: off, observe or enforce.",
            group => group.Webhook, (group, mode) => group with { Webhook = mode }),
        Group.Mode("remediation.api", "What a remediation request by the API may do: off, observe or enforce.",
            group => group.Api, (group, mode) => group with { Api = mode }),
        Group.List("remediation.devices", "DEVICE",
            "Device that may be healed, by name or bus address. Repeatable. Default: each physical device with a known "
                + "driver.",
            CheckDevice, group => group.Devices, (group, values) => group with { Devices = values }),
        Group.Rows("remediation.ladder", "DRIVER=STAGES",
            "Profiles to apply to a driver's devices, one more after each hang, as in e1000e=segmentation+checksum. "
                + "Replaces the built-in list. Repeatable.",
            ProfileValidator.CheckLadder, group => group.Ladders, (group, values) => group with { Ladders = values }),
        Group.Rows("remediation.profile", "NAME=SETTINGS",
            "Additional profile: feature names of ethtool -K or of the kernel, eee, pause, as in careful=tso+gso. "
                + "Repeatable.",
            ProfileValidator.CheckProfile, group =>
                group.Profiles, (group, values) => group with { Profiles = values }),
        Group.Time("remediation.cooldown",
            "Minimum time between two remediations of a device that passes traffic. It doubles with each remediation.",
            "1s", "6h", group => group.Cooldown, (group, value) => group with { Cooldown = value }),
        Group.Time("remediation.cooldown-max", "Longest time to which remediation.cooldown doubles.",
            "1s", "7d", group => group.CooldownMax, (group, value) => group with { CooldownMax = value })
            with { IsAdvanced = true },
        Group.Number("remediation.device-budget", "Remediations of one device in 24 hours before it is quarantined.",
            1, 100, group => group.DeviceBudget, (group, value) => group with { DeviceBudget = value }),
        Group.Number("remediation.host-budget", "Remediations of all devices of the host together in 24 hours.",
            1, 1000, group => group.HostBudget, (group, value) => group with { HostBudget = value }),
        Group.Time("remediation.verify-window",
            "Time without a hang report after a remediation before the device counts as healed.",
            "2s", "10m", group => group.VerifyWindow, (group, value) => group with { VerifyWindow = value }),
        Group.Time("remediation.proving-time",
            "Time without a hang report after a remediation before the device counts as recovered.",
            "2s", "1d", group => group.ProvingTime, (group, value) => group with { ProvingTime = value })
            with { IsAdvanced = true },
        Group.Time("remediation.carrier-grace", "How long a link may be down after a change before the change is "
            + "undone.",
            "1s", "5m", group => group.CarrierGrace, (group, value) => group with { CarrierGrace = value })
            with { IsAdvanced = true },
        Group.Time("remediation.boot-grace", "Time after boot during which automatic remediation does nothing.",
            "0s", "1h", group => group.BootGrace, (group, value) => group with { BootGrace = value })
            with { IsAdvanced = true },
        Group.Time("remediation.confirm-window", "Two hang reports within this time confirm a hang.",
            "2s", "1m", group => group.ConfirmWindow, (group, value) => group with { ConfirmWindow = value })
            with { IsAdvanced = true },
        Group.Switch("remediation.reinit", "Reset a hung device by ETHTOOL_NWAY_RST (ethtool -r).",
            group => group.AllowReinit, (group, on) => group with { AllowReinit = on }),
        Group.Switch("remediation.bounce", "Reset a hung device by setting its link down and up.",
            group => group.AllowBounce, (group, on) => group with { AllowBounce = on }),
        Group.Switch("remediation.bounce-routes",
            "Set the link down and up even if the device loses routes or static IPv6 addresses by it.",
            group => group.BounceRoutes, (group, on) => group with { BounceRoutes = on }),
        Group.Switch("remediation.quarantine-reinit",
            "Continue to reset a hung device in quarantine by remediation.reinit alone, at growing intervals.",
            group => group.QuarantineReinit, (group, on) => group with { QuarantineReinit = on })
            with { IsAdvanced = true },
        Group.Time("remediation.deadline",
            "How long a kernel command may take before the request is answered as failed.",
            "1s", "10m", group => group.Deadline, (group, value) => group with { Deadline = value })
            with { IsAdvanced = true },
        Group.Switch("remediation.persist",
            "After a remediation that helped, also keep its settings off without the exporter: write a file for the "
                + "host's network manager. A rollback removes it.",
            group => group.Persist, (group, on) => group with { Persist = on }),
        Group.Path("remediation.disable-file",
            "Kill switch: while this file exists, no device is changed except to undo.",
            group => group.DisableFile, (group, path) => group with { DisableFile = path }),
    ];

    private static string? CheckDevice(string value) =>
        InterfaceName.TryParse(value, out _) || BusAddress.TryParse(value, out _)
            ? null
            : $"'{value}' is neither a device name nor a bus address: write one, as in eno1 or 0000:00:1f.6";
}
