using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>Reads the transmit counters from sysfs without RTNL: tx_packets, queued bytes and tx_timeout.</summary>
internal static class TransmitSampler
{
    /// <summary>A sample of the transmitter; null if the device is gone.</summary>
    /// <param name="device">The device.</param>
    /// <param name="lastTxPackets">tx_packets of the sample before. The queues are read only if it has not
    /// changed.</param>
    /// <param name="pauseFrames">The pause frame counter and the time of its reading.</param>
    /// <param name="now">The time, since boot.</param>
    public static TxSample? Sample(
        WatchedDevice device, ulong? lastTxPackets, (ulong? Count, TimeSpan At) pauseFrames, TimeSpan now)
    {
        if (device.Sysfs.TryReadUInt64("statistics/tx_packets\0"u8, out var packets) != Errno.None)
            return null;
        var up = device.Sysfs.IsOperational;
        var inflight = up && packets == lastTxPackets ? device.Sysfs.SumInflightBytes(out _) : 0;
        ulong? changes = inflight > 0
            && device.Sysfs.TryReadUInt64("carrier_changes\0"u8, out var count) == Errno.None ? count : null;
        return new TxSample(now, up, packets, inflight, pauseFrames.Count, pauseFrames.At, changes);
    }

    /// <summary>tx_timeout of each queue in use; null for one that can't be read.</summary>
    public static IReadOnlyList<ulong?> ReadTimeouts(WatchedDevice device)
    {
        var readings = new ulong?[device.Sysfs.CountTxQueues()];
        for (var queue = 0; queue < readings.Length; queue++)
            if (device.Sysfs.TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var timeouts) == Errno.None)
                readings[queue] = timeouts;
        return readings;
    }
}
