using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Remediation.Planning;

internal sealed partial record RemediationPlan
{
    /// <summary>
    /// A setting as it is, for journal and answers: <c>off</c> only where it is neither requested nor in force; null where the device has none such. What is requested off and held on by something else says so: a way back is
    /// owed for it.
    /// </summary>
    public static string? Read(DeviceFacts facts, string setting) => setting switch
    {
        Eee => facts.Eee is { } eee ? PauseText.OnOff(eee.Enabled) : null,
        Pause => facts.Pause is { } pause ? pause is { Rx: false, Tx: false } ? "off" : PauseText.Format(pause) : null,
        _ => facts.Features?.Find(setting) is not { } feature ? null
            : feature is { Active: true, Requested: false, Changeable: true } ? "on, requested off"
            : PauseText.OnOff(feature.Active || (feature.Requested && feature.Changeable)),
    };
}
