using System.Collections.Immutable;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// Reads settings from the facts of a device: a feature by the kernel's name, EEE or flow control. Pure.
/// </summary>
internal static class DeviceSettings
{
    /// <summary>The name of the setting for Energy-Efficient Ethernet.</summary>
    public const string Eee = "eee";

    /// <summary>The name of the setting for flow control by pause frames.</summary>
    public const string Pause = "pause";

    /// <summary>
    /// A setting as text for journal and answers; null if the device has none such. "off" only if it is neither
    /// requested nor active. "on, requested off" if something else holds it on: a rollback must then request it again.
    /// </summary>
    public static string? Read(DeviceFacts facts, string setting) => setting switch
    {
        Eee => facts.Eee is { } eee ? PauseText.OnOff(eee.Enabled) : null,
        Pause => facts.Pause is { } pause ? pause is { Rx: false, Tx: false } ? "off" : PauseText.Format(pause) : null,
        _ => facts.Features?.Find(setting) is not { } feature ? null
            : feature is { Active: true, Requested: false, Changeable: true } ? "on, requested off"
            : PauseText.OnOff(feature.Active || (feature.Requested && feature.Changeable)),
    };

    /// <summary>
    /// The steps that did not take effect, as <c>tx-tcp-segmentation is on</c>. Off means neither requested nor active.
    /// On means requested: the kernel may hold a feature back until those that it depends on are on. Recovery actions
    /// leave nothing to read.
    /// </summary>
    public static ImmutableArray<string> Mismatches(IEnumerable<RemediationStep> steps, DeviceFacts after) =>
        [.. steps.Select(step => Mismatch(step, after)).OfType<string>()];

    /// <summary>The settings of a list that are on.</summary>
    public static ImmutableArray<string> Drifted(IEnumerable<string> desiredOff, DeviceFacts now) =>
        [.. desiredOff.Where(setting => IsOn(setting, now))];

    private static string? Mismatch(RemediationStep step, DeviceFacts after) => step switch
    {
        RemediationStep.SetFeature when after.Features is null => "features can't be read",
        RemediationStep.SetFeature { On: true } feature =>
            after.Features.Find(feature.Name) is { Requested: true } ? null : $"{feature.Name} is off",
        RemediationStep.SetFeature feature => IsOn(feature.Name, after) ? $"{feature.Name} is on" : null,
        RemediationStep.SetEee { On: true } => IsOn(Eee, after) ? null : "eee is off",
        RemediationStep.SetEee => IsOn(Eee, after) ? "eee is on" : null,
        // Many drivers report the autonegotiation of the link as that of pause: it proves nothing either way.
        RemediationStep.SetPause { Autonegotiation: true } =>
            after.Pause is { Autonegotiation: true } ? null : "pause is not negotiated",
        RemediationStep.SetPause { Rx: false, Tx: false } => IsOn(Pause, after) ? "pause is on" : null,
        RemediationStep.SetPause pause =>
            after.Pause is { } now && now.Rx == pause.Rx && now.Tx == pause.Tx ? null : "pause is not as it was",
        RemediationStep.Reinit or RemediationStep.LinkBounce => null,
        _ => throw new NotSupportedException($"{step.GetType().Name} has no arm here."),
    };

    private static bool IsOn(string setting, DeviceFacts facts) => setting switch
    {
        Eee => facts.Eee is { Enabled: true },
        Pause => facts.Pause is { Rx: true } or { Tx: true },
        _ => facts.Features?.Find(setting) is { } feature
        && (feature.Active || (feature.Requested && feature.Changeable)),
    };
}
