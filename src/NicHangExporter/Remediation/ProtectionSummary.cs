namespace NicHangExporter.Remediation;

/// <summary>Which devices are watched, which are healed, and which are not and why: for the log of the start and for the status.</summary>
internal static class ProtectionSummary
{
    /// <summary>Names in a line; more would hide the next line.</summary>
    private const int MaxNames = 16;

    /// <summary>The devices that are watched; a sentence where there is none.</summary>
    public static string Watched(IReadOnlyCollection<DeviceStatus> devices) =>
        Names(devices.Where(device => device.Watched)) ?? "none: no physical network device is here; --collector.virtual watches the others";

    /// <summary>The devices that are healed automatically; null where none is.</summary>
    public static string? Healed(IReadOnlyCollection<DeviceStatus> devices) =>
        Names(devices.Where(device => device is { Watched: true, NotProtected: null }));

    /// <summary>The devices that are not, by the reason; empty where there is none. What is neither watched nor listed is of no concern.</summary>
    public static IEnumerable<(string Devices, NotProtected Reason)> NotHealed(IReadOnlyCollection<DeviceStatus> devices) => devices
        .Where(device => device is { Present: true, NotProtected: not null } && (device.Watched || device.Listed))
        .GroupBy(device => device.NotProtected!.Value)
        .OrderBy(group => group.Key)
        .Select(group => (Names(group)!, group.Key));

    private static string? Names(IEnumerable<DeviceStatus> devices)
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
