using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>What rarely changes about the transmit queues of a device.</summary>
/// <param name="Count">The number of queues in use.</param>
/// <param name="HaveLimits">They count the bytes that wait in the hardware (byte queue limits, BQL).</param>
internal sealed record TxQueueFacts(int Count, bool HaveLimits)
{
    /// <summary>Reads them from sysfs.</summary>
    public static TxQueueFacts Read(NetDevice device)
    {
        var count = device.CountTxQueues();
        return new TxQueueFacts(
            count,
            count > 0 && device.TryReadQueueUInt64(0, "byte_queue_limits/inflight\0"u8, out _) == Errno.None);
    }
}
