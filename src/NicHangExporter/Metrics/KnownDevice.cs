using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>An interface that <see cref="KnownDevices"/> knows, watched or not.</summary>
/// <param name="index">The number of the interface (ifindex).</param>
/// <param name="kind">Its kind.</param>
internal sealed class KnownDevice(long index, DeviceKind kind)
{
    public long Index => index;

    public DeviceKind Kind => kind;

    /// <summary>The name at the last notification.</summary>
    public InterfaceName Name { get; set; }

    /// <summary>The open device if it is watched, otherwise null.</summary>
    public WatchedDevice? Open { get; set; }

    /// <summary>It is watched and no result has had it yet under this name.</summary>
    public bool IsNew { get; set; }

    /// <summary>Stops watching it.</summary>
    public void Close()
    {
        Open?.Dispose();
        Open = null;
    }
}
