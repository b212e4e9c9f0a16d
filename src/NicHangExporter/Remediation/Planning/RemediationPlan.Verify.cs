using System.Collections.Immutable;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Planning;

internal sealed partial record RemediationPlan
{
    /// <summary>
    /// Which steps did not take, by reading back: <c>tx-tcp-segmentation is on</c>. Off means neither requested nor active; on means requested,
    /// for the kernel may hold it back until what it depends on is on as well. Steps that leave nothing to read have nothing to say here.
    /// </summary>
    public static ImmutableArray<string> Mismatches(IEnumerable<RemediationStep> steps, DeviceFacts after) =>
        [.. steps.Select(step => Mismatch(step, after)).OfType<string>()];

    /// <summary>Which of the settings that were decided to be off are not off any more.</summary>
    public static ImmutableArray<string> Drifted(IEnumerable<string> desiredOff, DeviceFacts now) =>
        [.. desiredOff.Where(setting => IsOn(setting, now))];

    private static string? Mismatch(RemediationStep step, DeviceFacts after) => step switch
    {
        RemediationStep.SetFeature when after.Features is null => "features can't be read",
        RemediationStep.SetFeature { On: true } feature => after.Features.Find(feature.Name) is { Requested: true } ? null : $"{feature.Name} is off",
        RemediationStep.SetFeature feature => IsOn(feature.Name, after) ? $"{feature.Name} is on" : null,
        RemediationStep.SetEee { On: true } => IsOn(Eee, after) ? null : "eee is off",
        RemediationStep.SetEee => IsOn(Eee, after) ? "eee is on" : null,
        // Many drivers report the autonegotiation of the link for that of pause, so an "off" of it proves nothing and its "on" neither.
        RemediationStep.SetPause { Autonegotiation: true } => after.Pause is { Autonegotiation: true } ? null : "pause is not negotiated",
        RemediationStep.SetPause { Rx: false, Tx: false } => IsOn(Pause, after) ? "pause is on" : null,
        RemediationStep.SetPause pause => after.Pause is { } now && now.Rx == pause.Rx && now.Tx == pause.Tx ? null : "pause is not as it was",
        RemediationStep.Reinit or RemediationStep.LinkBounce => null,
        _ => throw new NotSupportedException($"{step.GetType().Name} has no arm here."),
    };

    private static bool IsOn(string setting, DeviceFacts facts) => setting switch
    {
        Eee => facts.Eee is { Enabled: true },
        Pause => facts.Pause is { Rx: true } or { Tx: true },
        _ => facts.Features?.Find(setting) is { } feature && (feature.Active || (feature.Requested && feature.Changeable)),
    };
}
