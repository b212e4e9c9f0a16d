namespace NicHangExporter.Metrics;

/// <summary>The watched devices at one moment, for one pass over their attributes.</summary>
/// <param name="devices">The devices.</param>
/// <param name="shown">The devices that have series.</param>
/// <param name="dropped">The number of devices beyond the limit.</param>
/// <param name="failed">True if listing or opening failed, so that devices may be missing.</param>
/// <param name="version">See <see cref="Version"/>.</param>
/// <param name="ownsDevices">True if this object disposes of the devices; false if the inventory keeps them.</param>
internal sealed class OpenDevices(
    IReadOnlyList<WatchedDevice> devices, IReadOnlyList<WatchedDevice> shown, int dropped, bool failed, long version,
    bool ownsDevices) : IDisposable
{
    // Null if all have series.
    private readonly HashSet<WatchedDevice>? _shown = shown.Count == devices.Count ? null : [.. shown];

    /// <summary>The watched devices: hardware first, otherwise by name.</summary>
    public IReadOnlyList<WatchedDevice> All => devices;

    /// <summary>The devices that have series.</summary>
    public IReadOnlyList<WatchedDevice> Shown => shown;

    /// <summary>Devices beyond the limit.</summary>
    public int Dropped => dropped;

    /// <summary>True if devices may be missing.</summary>
    public bool Failed => failed;

    /// <summary>
    /// Another number for each result that differs in a device, a name, <see cref="Shown"/>, <see cref="Dropped"/> or
    /// <see cref="Failed"/>. Without notifications every result has another one.
    /// </summary>
    public long Version => version;

    /// <summary>True if the device has series.</summary>
    public bool IsShown(WatchedDevice device) => _shown?.Contains(device) != false;

    public void Dispose()
    {
        if (ownsDevices)
            foreach (var device in devices)
                device.Dispose();
    }
}
