using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// rx_nohandler of one device, which is not in net/dev (docs/decisions/0047). The kernel counts a packet there that the
/// device received, so the file is read when rx_packets has moved since the read before. A packet is counted in
/// rx_packets before it is counted here, so the file is read once more when rx_packets stands still again.
/// </summary>
internal sealed class NoHandlerCounter(WatchedDevice device) : IDisposable
{
    private NumberFile? _file;
    private ulong _rxPackets;
    private ulong _value;
    private Errno _errno;
    private bool _isPending;
    private bool? _countsAlone;

    private static ReadOnlySpan<byte> File => "statistics/rx_nohandler\0"u8;

    /// <summary>The counter.</summary>
    /// <param name="rxPackets">rx_packets of the device.</param>
    /// <param name="isNew">The device is seen for the first time, or its counters have been reset.</param>
    /// <param name="value">The counter.</param>
    /// <returns>
    /// <see cref="Errno.NoDevice"/> if the device is gone, <see cref="Errno.NoEntry"/> if this kernel has no such
    /// counter (before 4.6); or another error.
    /// </returns>
    public Errno Read(ulong rxPackets, bool isNew, out ulong value)
    {
        var hasMoved = rxPackets != _rxPackets && !isNew;
        if (isNew || (_errno != Errno.NoEntry && (hasMoved || _isPending || _errno != Errno.None || CountsAlone)))
            _errno = ReadFile(keep: hasMoved || _countsAlone == true);
        (_rxPackets, _isPending) = (rxPackets, isNew || hasMoved);
        value = _value;
        return _errno;
    }

    public void Dispose() => _file?.Dispose();

    // A team counts here what its ports receive, without counting it in its own rx_packets. Nothing in sysfs tells a
    // team from other virtual devices that stand alone. A veth (its link is its peer) and a tap do not.
    private bool CountsAlone => _countsAlone ??=
        !device.Sysfs.IsPhysical
        && device.Sysfs.TryReadUInt64("ifindex\0"u8, out var index) == Errno.None
        && device.Sysfs.TryReadUInt64("iflink\0"u8, out var link) == Errno.None
        && index == link
        && device.Sysfs.TryReadText("tun_flags\0"u8, stackalloc byte[32], out _) == Errno.NoEntry;

    // Only the file of a device that receives is kept open.
    private Errno ReadFile(bool keep)
    {
        if (_file is null && keep)
            device.Sysfs.TryOpen(File, out _file);
        var errno = _file?.TryReadUInt64(out _value) ?? device.Sysfs.TryReadUInt64(File, out _value);
        return FileTable.IsGone(errno, device) ? Errno.NoDevice : errno;
    }
}
