using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Hangs;

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
        Span<byte> state = stackalloc byte[32];
        // operstate, not carrier: carrier would wait for RTNL.
        var up = device.TryReadText("operstate\0"u8, state, out var length) == Errno.None
            && (state[..length].SequenceEqual("up"u8) || state[..length].SequenceEqual("unknown"u8));
        ulong inflight = 0;
        if (up && packets == lastTxPackets)
        {
            var queues = device.CountTxQueues();
            for (var queue = 0; queue < queues; queue++)
                if (device.TryReadQueueUInt64(queue, "byte_queue_limits/inflight\0"u8, out var bytes) == Errno.None)
                    inflight += bytes;
        }
        return new TxSample(now, up, packets, inflight, pauseFrames.Count, pauseFrames.At);
    }

    /// <summary>The sum of tx_timeout over all queues, or null where the kernel has no such counter.</summary>
    public static ulong? TxTimeouts(NetDevice device)
    {
        ulong? sum = null;
        var queues = device.CountTxQueues();
        for (var queue = 0; queue < queues; queue++)
            if (device.TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var timeouts) == Errno.None)
                sum = (sum ?? 0) + timeouts;
        return sum;
    }
}
