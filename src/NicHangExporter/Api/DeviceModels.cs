using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Api;

/// <summary>One device that is present or on record.</summary>
internal sealed record DeviceResponse : DeviceSummary
{
    [JsonConstructor]
    public DeviceResponse(string device, string bus, string driver)
        : base(device, bus, driver)
    {
    }

    private DeviceResponse(DeviceSummary summary)
        : base(summary)
    {
    }

    /// <summary>How the last remediation ended.</summary>
    [JsonPropertyOrder(1)]
    public RemediationResponse? Last { get; init; }

    /// <summary>The device as the status has it.</summary>
    public static DeviceResponse Of(DeviceStatus status) => new(status)
    {
        Last = status.Last is { } last ? RemediationResponse.Of(new RecordedRun(null, last)) : null,
    };
}

/// <summary>The devices, and the state of remediation on this host.</summary>
internal sealed record DeviceList : HostSummary
{
    [JsonConstructor]
    public DeviceList(IReadOnlyList<DeviceResponse> devices) => Devices = devices;

    [SetsRequiredMembers]
    private DeviceList(HostSummary summary, IReadOnlyList<DeviceResponse> devices)
        : base(summary) => Devices = devices;

    /// <summary>The devices that are present or on record.</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyList<DeviceResponse> Devices { get; init; }

    /// <summary>The list as the status has it.</summary>
    public static DeviceList Of(RemediationStatus status) =>
        new(status, [.. status.Devices.Select(DeviceResponse.Of)]);
}
