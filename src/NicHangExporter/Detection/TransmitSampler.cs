using NicHangExporter.Detection.Episodes;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>Reads the transmit counters from sysfs without RTNL: tx_packets and queued bytes.</summary>
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
        var up = device.IsOperational;
        var inflight = up && packets == lastTxPackets && device.TxQueues is { HaveLimits: true } queues
            ? device.Sysfs.SumInflightBytes(queues.Count)
            : 0;
        return new TxSample(now, up, packets, inflight, pauseFrames.Count, pauseFrames.At);
    }
}
