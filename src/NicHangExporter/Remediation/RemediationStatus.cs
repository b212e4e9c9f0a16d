using System.Collections.Immutable;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation;

/// <summary>The state of remediation, for API and console: an immutable snapshot.</summary>
internal sealed record RemediationStatus : HostSummary
{
    /// <summary>The devices that are present or have a record.</summary>
    public required ImmutableArray<DeviceStatus> Devices { get; init; }
}

/// <summary>The state of one device.</summary>
internal sealed record DeviceStatus(string Device, string Bus, string Driver) : DeviceSummary(Device, Bus, Driver)
{
    /// <summary>The last outcome.</summary>
    public JournalEntry? Last { get; init; }
}
