using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

/// <summary>The one door to the NIC.</summary>
internal sealed class Remediator
{
    /// <summary>Asks for a remediation. Never blocks.</summary>
    public RemediationTicket Submit(RemediationRequest request) => throw new NotImplementedException();

    /// <summary>Lifts a quarantine and forgets the cool-down with it.</summary>
    /// <returns>Null, or why not, as a sentence.</returns>
    public Task<string?> ClearQuarantineAsync(InterfaceName device, string actor) => throw new NotImplementedException();

    /// <summary>Sets or lifts the kill switch.</summary>
    /// <returns>Null, or why not, as a sentence.</returns>
    public Task<string?> SetPausedAsync(bool paused, string actor) => throw new NotImplementedException();

    /// <summary>The picture of now.</summary>
    public RemediationStatus Status() => throw new NotImplementedException();
}
