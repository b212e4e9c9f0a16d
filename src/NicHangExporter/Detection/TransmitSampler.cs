using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>
/// Reads the transmit counters without RTNL: tx_packets of all devices by one read of net/dev, and queued bytes from
/// sysfs. Only the thread of <see cref="HangMonitor"/> uses it.
/// </summary>
internal sealed class TransmitSampler(NetDevSource source) : IDisposable
{
    // Where the names change at every sample, some comparisons find differences that the next notifications explain.
    private const int MaxUncompared = 10;

    // One file of sysfs for each device, tx_packets.
    private readonly NetDevReader _reader = new(source, rowsPerDevice: 4);
    private bool _isRead;
    private int _uncompared;

    /// <summary>
    /// Begins a sample of all devices. After a change of the names, compares the inventory with them at the next
    /// sample without a change, when it has the notifications about it, or after ten changes.
    /// </summary>
    /// <param name="inventory">The inventory.</param>
    /// <param name="devices">The number of devices to sample.</param>
    public void Begin(DeviceInventory inventory, int devices)
    {
        _isRead = _reader.TryRead(devices);
        if (!_isRead)
            return;
        if (_uncompared >= MaxUncompared || (_uncompared > 0 && !_reader.NamesChanged))
        {
            inventory.Compare(_reader.Rows);
            _uncompared = 0;
        }
        if (_reader.NamesChanged)
            _uncompared++;
    }

    /// <summary>A sample of the transmitter; null if the device is gone.</summary>
    /// <param name="device">The device.</param>
    /// <param name="place">Its place among the devices of the sample.</param>
    /// <param name="lastTxPackets">tx_packets of the sample before. The queues are read only if it has not
    /// changed.</param>
    /// <param name="pauseFrames">The last reading of the pause frame counter, or null.</param>
    /// <param name="now">The time, since boot.</param>
    public TxSample? Sample(
        WatchedDevice device, int place, ulong? lastTxPackets, PauseReading? pauseFrames, TimeSpan now)
    {
        if (ReadTxPackets(device, place) is not { } packets)
            return null;
        var up = device.IsOperational;
        var inflight = up && packets == lastTxPackets && device.TxQueues is { HaveLimits: true } queues
            ? device.Sysfs.SumInflightBytes(queues.Count)
            : 0;
        ulong? changes = inflight > 0
            && device.Sysfs.TryReadUInt64("carrier_changes\0"u8, out var count) == Errno.None ? count : null;
        return new TxSample(now, up, packets, inflight, pauseFrames, changes);
    }

    /// <summary>tx_packets of a device; null if it is gone.</summary>
    /// <param name="device">The device.</param>
    /// <param name="place">Its place among the devices of the sample.</param>
    public ulong? ReadTxPackets(WatchedDevice device, int place)
    {
        var row = _isRead ? _reader.Find(device.Name, place) : -1;
        if (row >= 0)
            return _reader.Rows[row][NetDevColumn.TxPackets];
        if (device.Sysfs.TryReadUInt64("statistics/tx_packets\0"u8, out var packets) != Errno.None)
            return null;
        if (_isRead)
            _reader.ReportMissing();
        return packets;
    }

    public void Dispose() => _reader.Dispose();
}
