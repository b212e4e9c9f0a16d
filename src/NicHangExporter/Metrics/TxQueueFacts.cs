using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>What rarely changes about the transmit queues of a device.</summary>
/// <param name="Count">The number of queues in use.</param>
/// <param name="HaveLimits">They count the bytes that wait in the hardware (byte queue limits, BQL).</param>
internal sealed record TxQueueFacts(int Count, bool HaveLimits)
{
    /// <summary>No queues, as of a device that is gone.</summary>
    public static readonly TxQueueFacts None = new(0, false);

    /// <summary>Reads them from sysfs. A device that is gone has no queues.</summary>
    /// <returns>The reason why they are unknown, such as <see cref="Errno.TooManyOpenFiles"/>.</returns>
    public static Errno TryRead(NetDevice device, out TxQueueFacts facts)
    {
        facts = None;
        var errno = device.TryCountTxQueues(out var count);
        if (errno != Errno.None || count == 0)
            return errno;
        errno = device.TryReadQueueUInt64(0, "byte_queue_limits/inflight\0"u8, out _);
        facts = new TxQueueFacts(count, errno == Errno.None);
        return CollectorOutcome.IsFailure(errno) ? errno : Errno.None;
    }
}
