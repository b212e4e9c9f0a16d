using System.Collections.Immutable;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Policy;

/// <summary>
/// Decides whether a request may change a device. The gates are asked in the order of <see cref="Gates"/>. Pure.
/// </summary>
internal static class RemediationPolicy
{
    /// <summary>The explanation of <see cref="DeclineReason.JournalUnavailable"/>.</summary>
    public const string JournalUnavailable =
        "the journal can't be written, and what is not recorded is not done: see state.directory and the log";

    /// <summary>Seconds of pause after the first reinit in quarantine; it doubles up to an hour.</summary>
    private const double FirstQuarantinePause = 60;

    private const double LongestQuarantinePause = 3600;

    /// <summary>The gates, in their order. A rollback undoes an earlier change: fewer gates apply to it.</summary>
    public static ImmutableArray<PolicyGate> Gates { get; } =
    [
        new("mode", Everything, CheckMode, DeclineReason.ModeOff),
        new("upper device", Everything, CheckUpper, DeclineReason.Upper),
        new("allowed device", NoRollback, CheckAllowed, DeclineReason.NotAllowed, DeclineReason.NoProfile),
        new("ladder", NoRollback, CheckLadder, DeclineReason.NoProfile),
        new("capability", Everything, CheckCapability, DeclineReason.Incapable),
        new("journal", Everything, CheckJournal, DeclineReason.JournalUnavailable),
        new("kill switch", NoRollback, CheckPaused, DeclineReason.Paused),
        new("boot grace", Unattended, CheckBootGrace, DeclineReason.BootGrace),
        new("hang", Unattended, CheckHung, DeclineReason.NotHung),
        new("ambiguous hang", Unattended, CheckAmbiguous, DeclineReason.Ambiguous),
        new("quarantine", NoRollback, CheckQuarantine, DeclineReason.Quarantined),
    ];

    /// <summary>Whether the request may go on to a plan.</summary>
    public static PolicyDecision Decide(PolicyInput input, ExporterOptions options)
    {
        foreach (var gate in Gates)
            if (gate.AppliesTo(input.Request) && gate.Check(input, options) is { } decision)
                return decision;
        return new PolicyDecision(null);
    }

    /// <summary>
    /// Whether the plan may be executed now. The cool-down protects a device that passes traffic, and only that.
    /// </summary>
    public static PolicyDecision DecidePlan(PolicyInput input, bool interruptsTraffic, bool isOnlyPortOfBond)
    {
        if (input.IsHung || input.Request.Rollback || input.Request.Trigger == RemediationTrigger.Drift)
            return new PolicyDecision(null);
        var left = Math.Max(input.Record.CooldownUntil, input.UnknownUntil) - input.Age;
        if (left > 0)
        {
            var why = input.UnknownUntil > input.Age ? " (a journal was lost, so what was done before is unknown)" : "";
            return PolicyDecision.No(DeclineReason.Cooldown,
                $"{input.Device} passes traffic and is cooling down for {Seconds(left)} more{why}", left);
        }
        return interruptsTraffic && isOnlyPortOfBond
            ? PolicyDecision.No(DeclineReason.Bond,
                $"no other port of the bond of {input.Device} is up: the change would cut its traffic")
            : new PolicyDecision(null);
    }

    /// <summary>
    /// Seconds of cool-down after a charged remediation: the base, doubled for each one in the budget window before it.
    /// </summary>
    public static double CooldownAfter(DeviceRecord record, double age, ExporterOptions options) => Math.Min(
        options.Remediation.Cooldown.TotalSeconds * Math.Pow(2, Math.Min(record.SpentAt(age), 30)),
        options.Remediation.CooldownMax.TotalSeconds);

    /// <summary>Seconds of pause after the next reinit in quarantine.</summary>
    public static double QuarantinePause(DeviceRecord record) =>
        Math.Min(FirstQuarantinePause * Math.Pow(2, Math.Min(record.QuarantineTries, 30)), LongestQuarantinePause);

    private static bool Everything(RemediationRequest request) => true;

    private static bool NoRollback(RemediationRequest request) => !request.Rollback;

    private static bool Unattended(RemediationRequest request) => request is { Rollback: false, IsUnattended: true };

    private static PolicyDecision? CheckMode(PolicyInput input, ExporterOptions options) =>
        input.Mode == RemediationMode.Off
            ? PolicyDecision.No(DeclineReason.ModeOff, $"remediation.{SnakeCase.Of(input.Request.Trigger)} is off")
            : null;

    private static PolicyDecision? CheckUpper(PolicyInput input, ExporterOptions options)
    {
        if (!input.Facts.IsUpper)
            return null;
        var (lowers, isOne) = (input.Facts.Lowers, input.Facts.Lowers.Length == 1);
        return PolicyDecision.No(DeclineReason.Upper, lowers.IsEmpty
            ? $"{input.Device} is no NIC, and no physical one is below it"
            : $"{input.Device} is no NIC: below it {(isOne ? "is" : "are")} {string.Join(", ", lowers)};"
                + $" name {(isOne ? "that" : "one of them")}");
    }

    private static PolicyDecision? CheckAllowed(PolicyInput input, ExporterOptions options)
    {
        if (input.IsAllowed)
            return null;
        if (options.Remediation.Devices.Count > 0)
            return PolicyDecision.No(DeclineReason.NotAllowed,
                $"{input.Device} is not in remediation.devices ({string.Join(", ", options.Remediation.Devices)})");
        var remedy = $"name {input.Device} in remediation.devices if it is to be changed all the same";
        return input.Facts.IsPhysical
            ? PolicyDecision.No(DeclineReason.NoProfile, $"there is no ladder for driver {DriverOf(input)}: {remedy}")
            : PolicyDecision.No(DeclineReason.NotAllowed, $"{input.Device} is no physical device: {remedy}");
    }

    private static PolicyDecision? CheckLadder(PolicyInput input, ExporterOptions options) =>
        input is { HasLadder: false, Request: { Settings.IsEmpty: true, Recover: false } }
            ? PolicyDecision.No(DeclineReason.NoProfile,
                $"there is no ladder for driver {DriverOf(input)}: name a profile or features")
            : null;

    private static PolicyDecision? CheckCapability(PolicyInput input, ExporterOptions options) =>
        !input.IsCapable && IsForReal(input)
            ? PolicyDecision.No(DeclineReason.Incapable,
                "CAP_NET_ADMIN is missing: run as root or give it to the program")
            : null;

    private static PolicyDecision? CheckJournal(PolicyInput input, ExporterOptions options) =>
        !input.IsJournalWritable && IsForReal(input)
            ? PolicyDecision.No(DeclineReason.JournalUnavailable, JournalUnavailable)
            : null;

    private static PolicyDecision? CheckPaused(PolicyInput input, ExporterOptions options) => input.IsPaused
        ? PolicyDecision.No(DeclineReason.Paused, input.PauseExplanation)
        : null;

    private static PolicyDecision? CheckBootGrace(PolicyInput input, ExporterOptions options)
    {
        var grace = PrometheusDuration.Format(options.Remediation.BootGrace);
        return input.IsBootGrace
            ? PolicyDecision.No(DeclineReason.BootGrace,
                $"the machine has only just booted (remediation.boot-grace {grace})")
            : null;
    }

    private static PolicyDecision? CheckHung(PolicyInput input, ExporterOptions options) =>
        input is { IsHung: false, Request: { Trigger: RemediationTrigger.Local, Recover: true } }
            ? PolicyDecision.No(DeclineReason.NotHung, $"{input.Device} has sent packets since the last report")
            : null;

    private static PolicyDecision? CheckAmbiguous(PolicyInput input, ExporterOptions options) => input.IsAmbiguous
        ? PolicyDecision.No(DeclineReason.Ambiguous,
            $"another device hangs at the same time as {input.Device}: that is hardly the fault of either")
        : null;

    private static PolicyDecision? CheckQuarantine(PolicyInput input, ExporterOptions options)
    {
        var (record, age, device) = (input.Record, input.Age, input.Device);
        if (input.Request.Trigger == RemediationTrigger.Drift)
            return record.Quarantined
                ? PolicyDecision.No(DeclineReason.Quarantined,
                    $"{device} is in quarantine: nothing of its configuration is changed until a person clears it")
                : null;
        var own = record.SpentAt(age);
        var isNew = !record.Quarantined;
        if (isNew && own < options.Remediation.DeviceBudget && input.HostSpent < options.Remediation.HostBudget)
            return null;
        var why = record.HistoryUnknown
            ? $"a part of the journal was lost, and with it what a person may have decided about {device}, so it is in"
                + $" quarantine: look at it, then quarantine clear {device}"
            : record.Quarantined
            ? $"{device} is in quarantine: nothing of its configuration is changed until a person clears it"
                + $" (quarantine clear {device})"
            : own >= options.Remediation.DeviceBudget
            ? $"the budget of {device} is gone ({own} remediations in 24 h), so it goes into quarantine"
            : $"the budget of this host is gone ({input.HostSpent} remediations in 24 h),"
                + $" so {device} goes into quarantine";
        // Nobody can reach a hung host to clear its quarantine: the local loop may go on with reinits.
        var mayReinit = input is { IsHung: true, Request: { Trigger: RemediationTrigger.Local, Recover: true } }
            && options.Remediation is { QuarantineReinit: true, AllowReinit: true };
        if (!mayReinit)
            return new PolicyDecision(DeclineReason.Quarantined, why, BudgetGone: isNew);
        return isNew || record.QuarantineNext <= age
            ? new PolicyDecision(null, why, ReinitOnly: true, BudgetGone: isNew)
            : PolicyDecision.No(DeclineReason.Quarantined,
                $"{why}; the next reinit is due in {Seconds(record.QuarantineNext - age)}",
                record.QuarantineNext - age);
    }

    // Neither a dry run nor mode observe changes anything.
    private static bool IsForReal(PolicyInput input) => !input.Request.DryRun && input.Mode != RemediationMode.Observe;

    private static string DriverOf(PolicyInput input) => input.Facts.Driver.Length > 0 ? input.Facts.Driver : "unknown";

    private static string Seconds(double seconds) =>
        PrometheusDuration.Format(TimeSpan.FromSeconds(Math.Ceiling(seconds)));
}
