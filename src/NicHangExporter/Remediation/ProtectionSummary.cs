namespace NicHangExporter.Remediation;

/// <summary>
/// Which devices are watched, which are healed, and which are not and why: for the log at the start and the status.
/// </summary>
internal static class ProtectionSummary
{
    /// <summary>The most names in a line.</summary>
    private const int MaxNames = 16;

    /// <summary>The watched devices; a sentence if there are none.</summary>
    public static string Watched(IReadOnlyCollection<DeviceSummary> devices) =>
        Names(devices.Where(device => device.Watched))
        ?? "none: no physical network device is here; --collector.virtual watches the others";

    /// <summary>The devices that are healed automatically; null if there are none.</summary>
    public static string? Healed(IReadOnlyCollection<DeviceSummary> devices) =>
        Names(devices.Where(device => device is { Watched: true, NotProtected: null }));

    /// <summary>The watched or listed devices that are not, by reason; empty if there are none.</summary>
    public static IEnumerable<(string Devices, NotProtected Reason)> NotHealed(
        IReadOnlyCollection<DeviceSummary> devices) =>
        devices
        .Where(device => device is { Present: true, NotProtected: not null } && (device.Watched || device.Listed))
        .GroupBy(device => device.NotProtected!.Value)
        .OrderBy(group => group.Key)
        .Select(group => (Names(group)!, group.Key));

    private static string? Names(IEnumerable<DeviceSummary> devices)
    {
        var names = devices.Select(device => device.Device).ToList();
        return names.Count switch
        {
            0 => null,
            <= MaxNames => string.Join(", ", names),
            _ => $"{string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} more",
        };
    }
}
