namespace NicHangExporter.Options;

/// <summary>What is read through ethtool.</summary>
internal sealed record EthtoolOptions
{
    /// <summary>
    /// How often features and settings are read. Each read holds RTNL for some microseconds a device.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Exports the permanent hardware address as a label. It identifies the machine to every reader of the metrics.
    /// </summary>
    public bool PermanentAddress { get; init; }

    /// <summary>
    /// Driver counters to export in addition to the built-in choice: exact names, or with a <c>*</c> at either end.
    /// </summary>
    public IReadOnlyList<string> Statistics { get; init; } = [];
}
