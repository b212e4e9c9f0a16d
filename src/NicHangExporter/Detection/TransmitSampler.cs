using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Detection;

/// <summary>Reads, without RTNL, what the two witnesses need that need no log: tx_packets, queued bytes, tx_timeout.</summary>
internal static class TransmitSampler
{
    /// <summary>A sample of the transmitter, or null where the device has gone.</summary>
    /// <param name="device">The device.</param>
    /// <param name="lastTxPackets">tx_packets of the sample before: queues are only looked at where it has not moved.</param>
    /// <param name="pauseFrames">The pause frame counter and when it was read.</param>
    /// <param name="now">The time, since boot.</param>
    public static TxSample? Sample(NetDevice device, ulong? lastTxPackets, (ulong? Count, TimeSpan At) pauseFrames, TimeSpan now)
    {
        if (device.TryReadUInt64("statistics/tx_packets\0"u8, out var packets) != Errno.None)
            return null;
        var up = device.IsOperational;
        var inflight = up && packets == lastTxPackets ? device.SumInflightBytes(out _) : 0;
        return new TxSample(now, up, packets, inflight, pauseFrames.Count, pauseFrames.At);
    }

    /// <summary>Reads tx_timeout of each queue and tells whether one is higher than at its last reading.</summary>
    /// <param name="device">The device.</param>
    /// <param name="known">The last reading of each queue; brought up to date. A queue that is not in use now (<c>ethtool -L</c>) stays in it,
    /// because the kernel keeps its count and shows it again when the queue comes back.</param>
    public static bool HasTimedOut(NetDevice device, List<ulong?> known)
    {
        var increased = false;
        var queues = device.CountTxQueues();
        for (var queue = 0; queue < queues; queue++)
        {
            if (queue == known.Count)
                known.Add(null);
            if (device.TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var timeouts) != Errno.None)
                continue;
            // Fewer than before: the device was re-created and counts anew.
            increased |= timeouts > known[queue];
            known[queue] = timeouts;
        }
        return increased;
    }
}
