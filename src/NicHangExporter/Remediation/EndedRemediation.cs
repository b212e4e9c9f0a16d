using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation;

/// <summary>A remediation that has changed a device and has its outcome in the journal.</summary>
/// <param name="Device">The name of the device.</param>
/// <param name="Bus">Its address on the bus; empty for a virtual device.</param>
/// <param name="Verdict">How it ended.</param>
/// <param name="TakenBack">The settings that a request to undo everything gave back; empty for other requests.</param>
internal sealed record EndedRemediation(
    InterfaceName Device, BusAddress Bus, RemediationVerdict Verdict, ImmutableArray<string> TakenBack);
