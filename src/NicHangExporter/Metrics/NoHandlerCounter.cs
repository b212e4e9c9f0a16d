using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>
/// rx_nohandler of one device, which is not in net/dev (docs/decisions/0047). Only a port counts there, and a device
/// above ports. A port counts a packet that it received, so its file is read when rx_packets has moved since the read
/// before. A packet is counted in rx_packets before it is counted here, so the file is read once more when rx_packets
/// stands still again. A team counts here what its ports receive, without counting it in its own rx_packets, so the
/// file of a device above others is read each time.
/// </summary>
internal sealed class NoHandlerCounter(WatchedDevice device) : IDisposable
{
    private NumberFile? _file;
    private ulong _rxPackets;
    private ulong _value;
    private Errno _errno;
    private bool _isPending;
    private bool _isPort;
    private bool _isUpper;

    private static ReadOnlySpan<byte> File => "statistics/rx_nohandler\0"u8;

    /// <summary>The counter.</summary>
    /// <param name="rxPackets">rx_packets of the device.</param>
    /// <param name="isNew">The device is seen for the first time, or its counters have been reset, or the kernel has
    /// notified a change, as it does when a device becomes a port.</param>
    /// <param name="value">The counter.</param>
    /// <returns>
    /// <see cref="Errno.NoDevice"/> if the device is gone, <see cref="Errno.NoEntry"/> if this kernel has no such
    /// counter (before 4.6); or another error.
    /// </returns>
    public Errno Read(ulong rxPackets, bool isNew, out ulong value)
    {
        if (isNew)
            FindRole();
        var hasMoved = rxPackets != _rxPackets && !isNew;
        var mayHaveCounted = (_isPort && (hasMoved || _isPending)) || _isUpper || _errno != Errno.None;
        if (isNew || (mayHaveCounted && _errno != Errno.NoEntry))
            _errno = ReadFile(keep: (_isPort && hasMoved) || _isUpper);
        (_rxPackets, _isPending) = (rxPackets, isNew || hasMoved);
        value = _value;
        return _errno;
    }

    public void Dispose() => _file?.Dispose();

    private void FindRole()
    {
        try
        {
            (_isPort, _isUpper) = (device.Sysfs.HasMaster, device.Sysfs.HasLowers);
        }
        catch (LinuxException)
        {
            // Unknown: the file is read each time, and reports what is wrong.
            (_isPort, _isUpper) = (true, true);
        }
    }

    // Only the file of a device that receives is kept open.
    private Errno ReadFile(bool keep)
    {
        if (_file is null && keep)
            device.Sysfs.TryOpen(File, out _file);
        var errno = _file?.TryReadUInt64(out _value) ?? device.Sysfs.TryReadUInt64(File, out _value);
        return FileTable.IsGone(errno, device) ? Errno.NoDevice : errno;
    }
}
