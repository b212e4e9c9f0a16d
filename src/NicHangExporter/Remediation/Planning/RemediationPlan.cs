using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;
using static NicHangExporter.Remediation.Planning.DeviceSettings;

namespace NicHangExporter.Remediation.Planning;

/// <summary>The steps that a request needs on a device, and what of it needs none or is not possible. Pure.</summary>
internal sealed record RemediationPlan
{
    /// <summary>Features one by one, dependents first; then EEE, then flow control, then the recovery action.</summary>
    public ImmutableArray<RemediationStep> Steps { get; init; } = [];

    /// <summary>
    /// What is requested now, by setting: <c>on</c> or <c>off</c> for a feature and EEE, a text for flow control. It
    /// has each setting that a step changes. A plan that restores has each setting that is no longer kept off, with a
    /// step or without.
    /// </summary>
    public IReadOnlyDictionary<string, string> Before { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// What was asked for and is off: features by the kernel's name, eee, pause; a short name if this kernel has none
    /// of its features.
    /// </summary>
    public ImmutableArray<string> AlreadyOff { get; init; } = [];

    /// <summary>Features that were asked for and that the driver has fixed on.</summary>
    public ImmutableArray<string> Fixed { get; init; } = [];

    /// <summary>What was asked for by exact name and does not exist in this kernel.</summary>
    public ImmutableArray<string> Unknown { get; init; } = [];

    /// <summary>A step resets the adapter or renegotiates: the link is down for seconds.</summary>
    public bool InterruptsTraffic { get; init; }

    public bool ChangesNothing => Steps.IsEmpty;

    /// <summary>There are no steps because each setting that was asked for is fixed on.</summary>
    public bool NothingChangeable { get; init; }

    /// <summary>The last step, if it is a recovery action; else null.</summary>
    public RemediationStep? RecoveryAction =>
        Steps is [.., RemediationStep.Reinit or RemediationStep.LinkBounce] ? Steps[^1] : null;

    /// <summary>The plan that turns settings off and then recovers the device.</summary>
    /// <param name="facts">The device, as just read.</param>
    /// <param name="settings">Short, long or the kernel's names, eee, pause, in any order.</param>
    /// <param name="action">The recovery action: reinit or link bounce; null for none.</param>
    /// <param name="ladder">The driver's row; null if it has none.</param>
    public static RemediationPlan Create(
        DeviceFacts facts, ImmutableArray<string> settings, RemediationStep? action, DriverLadder? ladder)
    {
        if (action is RemediationStep.SetFeature or RemediationStep.SetEee or RemediationStep.SetPause)
            throw new ArgumentException($"{action} is no recovery action.", nameof(action));
        var findings = OffloadNames.Fold(settings).Select(setting => SettingFinding.Of(facts, setting)).ToList();
        var changing = FeatureOrder.Sort(findings.SelectMany(finding => finding.Changing).Distinct()).ToList();
        List<RemediationStep> steps = [.. changing.Select(name => new RemediationStep.SetFeature(name, false))];
        var before = changing.ToDictionary(name => name, name => Requested(facts, name));
        if (findings.Any(finding => finding.Eee))
        {
            steps.Add(new RemediationStep.SetEee(false));
            before[Eee] = "on";
        }
        if (findings.Any(finding => finding.Pause))
        {
            steps.Add(new RemediationStep.SetPause(false, false, false));
            before[Pause] = PauseText.Format(facts.Pause!);
        }
        if (action is not null)
            steps.Add(action);
        return new RemediationPlan
        {
            Steps = [.. steps],
            Before = before,
            AlreadyOff = [.. findings.SelectMany(finding => finding.Off).Distinct()],
            Fixed = [.. findings.SelectMany(finding => finding.Fixed).Distinct()],
            Unknown = [.. findings.SelectMany(finding => finding.Unknown).Distinct()],
            InterruptsTraffic = steps.Any(step => Interrupts(step, facts, ladder)),
            // A group counts by its members that are on: those that the driver never had are off everywhere.
            NothingChangeable = steps.Count == 0 && findings.Count > 0
                && findings.All(finding => !finding.Fixed.IsEmpty),
        };
    }

    /// <summary>
    /// The plan that restores what was requested before, not what was active: a feature that another one held down
    /// would stay off for ever. A setting that this kernel or driver can't change any more has no step.
    /// </summary>
    /// <param name="facts">The device, as just read.</param>
    /// <param name="original"><see cref="Before"/> of what is to be undone.</param>
    /// <param name="ladder">The driver's row; null if it has none.</param>
    public static RemediationPlan Restore(
        DeviceFacts facts, IReadOnlyDictionary<string, string> original, DriverLadder? ladder)
    {
        var steps = new List<RemediationStep>();
        foreach (var name in FeatureOrder.Sort(original.Keys.Except([Eee, Pause])).Reverse())
            if (original[name] is "on" or "off" && facts.Features?.Find(name) is { Changeable: true } feature
                && feature.Requested != (original[name] == "on"))
                steps.Add(new RemediationStep.SetFeature(name, !feature.Requested));
        if (original.GetValueOrDefault(Eee) == "on" && facts.Eee is { Enabled: false, Supported: not 0 })
            steps.Add(new RemediationStep.SetEee(true));
        if (PauseText.Parse(original.GetValueOrDefault(Pause)) is { } wanted && facts.Pause is { } pause
            && !IsAs(pause, wanted))
            steps.Add(new RemediationStep.SetPause(wanted.Autonegotiation, wanted.Rx, wanted.Tx));
        return new RemediationPlan
        {
            Steps = [.. steps],
            Before = original.Keys.ToDictionary(name => name, name => Requested(facts, name)),
            InterruptsTraffic = steps.Any(step => Interrupts(step, facts, ladder)),
        };
    }

    /// <summary>True if a step takes the link down for seconds.</summary>
    public static bool Interrupts(RemediationStep step, DeviceFacts facts, DriverLadder? ladder) => step switch
    {
        RemediationStep.SetFeature feature => (ladder ?? DriverLadder.Unknown).Resets(feature.Name),
        // Drivers renegotiate, or reinitialise the adapter, even if nothing changes.
        RemediationStep.SetEee => true,
        RemediationStep.SetPause pause => pause.Autonegotiation || facts.Pause is { Autonegotiation: true },
        RemediationStep.Reinit or RemediationStep.LinkBounce => true,
        _ => throw new NotSupportedException($"{step.GetType().Name} has no arm here."),
    };

    private static string Requested(DeviceFacts facts, string setting) => setting switch
    {
        Eee => PauseText.OnOff(facts.Eee is { Enabled: true }),
        Pause => PauseText.Format(facts.Pause ?? new PauseParameters(false, false, false)),
        _ => PauseText.OnOff(facts.Features?.Find(setting) is { Requested: true }),
    };

    // Negotiated rx and tx are a result, not a request.
    private static bool IsAs(PauseParameters pause, PauseParameters wanted) =>
        pause == wanted || (pause.Autonegotiation && wanted.Autonegotiation);
}
