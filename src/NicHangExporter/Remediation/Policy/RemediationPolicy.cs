using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Policy;

/// <summary>Everything that a decision depends on. Ages are seconds of witnessed time.</summary>
internal sealed record PolicyInput(RemediationRequest Request, DeviceFacts Facts, DeviceRecord Record, double Age)
{
    /// <summary>How far the trigger may go.</summary>
    public required RemediationMode Mode { get; init; }

    /// <summary>It is on the list, or, where there is none, physical with a ladder for its driver.</summary>
    public required bool IsAllowed { get; init; }

    /// <summary>There is a ladder for the driver.</summary>
    public required bool HasLadder { get; init; }

    /// <summary>CAP_NET_ADMIN.</summary>
    public required bool IsCapable { get; init; }

    /// <summary>The journal can be written.</summary>
    public required bool IsJournalWritable { get; init; }

    /// <summary>The kill switch is set.</summary>
    public required bool IsPaused { get; init; }

    /// <summary>Which of its parts is set, and what ends that.</summary>
    public string PauseExplanation { get; init; } = "";

    /// <summary>A hang is under way: nothing is sent.</summary>
    public required bool IsHung { get; init; }

    /// <summary>Another device hangs at the same time.</summary>
    public required bool IsAmbiguous { get; init; }

    /// <summary>Too soon after boot.</summary>
    public required bool IsBootGrace { get; init; }

    /// <summary>Budget spent by all devices.</summary>
    public required int HostSpent { get; init; }

    /// <summary>Until then every device counts as cooling.</summary>
    public required double UnknownUntil { get; init; }
}

/// <summary>What was decided.</summary>
/// <param name="Declined">Why not; null where it may be.</param>
/// <param name="Explanation">One sentence.</param>
/// <param name="RetryAfter">Seconds until it is worth asking again.</param>
/// <param name="ReinitOnly">In quarantine: nothing but a reinit.</param>
/// <param name="BudgetGone">The device is to be quarantined now.</param>
internal readonly record struct PolicyDecision(
    DeclineReason? Declined, string Explanation = "", double? RetryAfter = null, bool ReinitOnly = false, bool BudgetGone = false)
{
    public static PolicyDecision No(DeclineReason reason, string explanation, double? retryAfter = null) => new(reason, explanation, retryAfter);
}

/// <summary>The gates between a wish and a device, in the order in which they are said. Pure.</summary>
internal static class RemediationPolicy
{
    /// <summary>The pause after the first reinit in quarantine; it doubles up to an hour.</summary>
    private const double FirstQuarantinePause = 60;

    private const double LongestQuarantinePause = 3600;

    /// <summary>Whether the request may go on to a plan.</summary>
    public static PolicyDecision Decide(PolicyInput input, ExporterOptions options)
    {
        var (request, facts, record) = (input.Request, input.Facts, input.Record);
        var device = facts.Name.ToString();
        if (input.Mode == RemediationMode.Off)
            return PolicyDecision.No(DeclineReason.ModeOff, $"remediation.{SnakeCase.Of(request.Trigger)} is off");
        if (facts.IsUpper)
            return PolicyDecision.No(DeclineReason.Upper, facts.Lowers.IsEmpty
                ? $"{device} is no NIC, and no physical one is below it"
                : $"{device} is no NIC: below it {(facts.Lowers.Length == 1 ? "is" : "are")} {string.Join(", ", facts.Lowers)}; name {(facts.Lowers.Length == 1 ? "that" : "one of them")}");
        // What was done is undone also where nothing new would be allowed.
        if (request.Rollback)
            return Able(input) ?? new PolicyDecision(null);
        if (!input.IsAllowed)
            return options.Remediation.Devices.Count > 0
                ? PolicyDecision.No(DeclineReason.NotAllowed, $"{device} is not in remediation.devices ({string.Join(", ", options.Remediation.Devices)})")
                : facts.IsPhysical
                    ? PolicyDecision.No(DeclineReason.NoProfile, $"there is no ladder for driver {(facts.Driver.Length > 0 ? facts.Driver : "unknown")}: name {device} in remediation.devices if it is to be changed all the same")
                    : PolicyDecision.No(DeclineReason.NotAllowed, $"{device} is no physical device: name it in remediation.devices if it is to be changed all the same");
        if (request.Settings.IsEmpty && !request.Recover && !input.HasLadder)
            return PolicyDecision.No(DeclineReason.NoProfile, $"there is no ladder for driver {(facts.Driver.Length > 0 ? facts.Driver : "unknown")}: name a profile or features");
        if (Able(input) is { } unable)
            return unable;
        if (input.IsPaused)
            return PolicyDecision.No(DeclineReason.Paused, input.PauseExplanation);
        if (request.Trigger == RemediationTrigger.Drift)
            return record.Quarantined
                ? PolicyDecision.No(DeclineReason.Quarantined, $"{device} is in quarantine: nothing of its configuration is changed until a person clears it")
                : new PolicyDecision(null);
        // Nobody looks on: neither of them was asked for by a person.
        if (request.Trigger is RemediationTrigger.Local or RemediationTrigger.Webhook)
        {
            if (input.IsBootGrace)
                return PolicyDecision.No(DeclineReason.BootGrace, $"the machine has only just booted (remediation.boot-grace {PrometheusDuration.Format(options.Remediation.BootGrace)})");
            if (request is { Trigger: RemediationTrigger.Local, Recover: true } && !input.IsHung)
                return PolicyDecision.No(DeclineReason.NotHung, $"{device} has sent packets since the last report");
            if (input.IsAmbiguous)
                return PolicyDecision.No(DeclineReason.Ambiguous, $"another device hangs at the same time as {device}: that is hardly the fault of either");
        }
        return Budget(input, options);
    }

    /// <summary>Whether the plan may be carried out now: the cool-down protects whatever passes traffic, and only that.</summary>
    public static PolicyDecision DecidePlan(PolicyInput input, bool interruptsTraffic, bool isOnlyPortOfBond)
    {
        if (input.IsHung || input.Request.Rollback || input.Request.Trigger == RemediationTrigger.Drift)
            return new PolicyDecision(null);
        var until = Math.Max(input.Record.CooldownUntil, input.UnknownUntil);
        if (until > input.Age)
            return PolicyDecision.No(DeclineReason.Cooldown,
                $"{input.Facts.Name} passes traffic and is cooling down for {Seconds(until - input.Age)} more{(input.UnknownUntil > input.Age ? " (a journal was lost, so what was done before is unknown)" : "")}",
                until - input.Age);
        return interruptsTraffic && isOnlyPortOfBond
            ? PolicyDecision.No(DeclineReason.Bond, $"no other port of the bond of {input.Facts.Name} is up: the change would cut its traffic")
            : new PolicyDecision(null);
    }

    /// <summary>Seconds of cool-down that a charged pass begins: the base, doubled for each pass in the budget window before it.</summary>
    public static double CooldownAfter(DeviceRecord record, double age, ExporterOptions options) =>
        Math.Min(options.Remediation.Cooldown.TotalSeconds * Math.Pow(2, Math.Min(record.SpentAt(age), 30)), options.Remediation.CooldownMax.TotalSeconds);

    /// <summary>Seconds of pause after the next reinit in quarantine.</summary>
    public static double QuarantinePause(DeviceRecord record) =>
        Math.Min(FirstQuarantinePause * Math.Pow(2, Math.Min(record.QuarantineTries, 30)), LongestQuarantinePause);

    private static PolicyDecision? Able(PolicyInput input)
    {
        // Neither a dry run nor an observer needs to be able to.
        if (input.Request.DryRun || input.Mode == RemediationMode.Observe)
            return null;
        if (!input.IsCapable)
            return PolicyDecision.No(DeclineReason.Incapable, "CAP_NET_ADMIN is missing: run as root or give it to the program");
        return input.IsJournalWritable
            ? null
            : PolicyDecision.No(DeclineReason.JournalUnavailable, "the journal can't be written, and what is not recorded is not done: see state.directory and the log");
    }

    private static PolicyDecision Budget(PolicyInput input, ExporterOptions options)
    {
        var (record, age, device) = (input.Record, input.Age, input.Facts.Name);
        var own = record.SpentAt(age);
        var gone = own >= options.Remediation.DeviceBudget || input.HostSpent >= options.Remediation.HostBudget;
        if (!record.Quarantined && !gone)
            return new PolicyDecision(null);
        var why = record.HistoryUnknown
            ? $"a part of the journal was lost, and with it what a person may have decided about {device}, so it is in quarantine: look at it, then quarantine clear {device}"
            : record.Quarantined
            ? $"{device} is in quarantine: nothing of its configuration is changed until a person clears it (quarantine clear {device})"
            : own >= options.Remediation.DeviceBudget
                ? $"the budget of {device} is gone ({own} remediations in 24 h), so it goes into quarantine"
                : $"the budget of this host is gone ({input.HostSpent} remediations in 24 h), so {device} goes into quarantine";
        var newly = !record.Quarantined;
        // Nobody can reach a wedged host to clear anything.
        if (input is { IsHung: true, Request: { Trigger: RemediationTrigger.Local, Recover: true } } && options.Remediation is { QuarantineReinit: true, AllowReinit: true })
            return newly || record.QuarantineNext <= age
                ? new PolicyDecision(null, why, ReinitOnly: true, BudgetGone: newly)
                : new PolicyDecision(DeclineReason.Quarantined, $"{why}; the next reinit is due in {Seconds(record.QuarantineNext - age)}", record.QuarantineNext - age);
        return new PolicyDecision(DeclineReason.Quarantined, why, BudgetGone: newly);
    }

    private static string Seconds(double seconds) => PrometheusDuration.Format(TimeSpan.FromSeconds(Math.Ceiling(seconds)));
}
