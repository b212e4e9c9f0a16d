using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api;

/// <summary>What of <see cref="Remediator"/> the API needs.</summary>
/// <param name="Submit">Asks for a remediation.</param>
/// <param name="ClearQuarantine">Lifts a quarantine, for the named actor.</param>
/// <param name="SetPaused">Sets or lifts the kill switch, for the named actor.</param>
/// <param name="Status">The picture of now.</param>
/// <param name="Age">Seconds witnessed so far, the clock of <see cref="JournalEntry.Age"/>.</param>
internal sealed record ApiDoor(
    Func<RemediationRequest, RemediationTicket> Submit, Func<InterfaceName, string, Task<AdminError?>> ClearQuarantine,
    Func<bool, string, Task<AdminError?>> SetPaused, Func<RemediationStatus> Status, Func<double> Age)
{
    /// <summary>The door of this process.</summary>
    public static ApiDoor Of(Remediator remediator, RemediationStore ledger) =>
        new(remediator.Submit, remediator.ClearQuarantineAsync, remediator.SetPausedAsync, remediator.Status, () => ledger.Age);
}
