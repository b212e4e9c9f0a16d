using System.Diagnostics.CodeAnalysis;
using NicHangExporter.Linux;

namespace NicHangExporter.Metrics;

/// <summary>
/// Reads tx_timeout of the transmit queues of a device, one file for each. It grows only after the kernel's watchdog
/// found a queue stopped for seconds.
/// </summary>
internal static class TxTimeoutReader
{
    /// <summary>
    /// How long a reading is used while packets are sent: of several queues one may be stopped, and a large NIC has
    /// many. A scrape uses it for a device with one queue only.
    /// </summary>
    public static readonly TimeSpan SendingInterval = TimeSpan.FromSeconds(15);

    /// <summary>How long a reading of a device without hardware is used, whose driver has no watchdog.</summary>
    public static readonly TimeSpan VirtualInterval = TimeSpan.FromMinutes(1);

    /// <summary>Whether a reading is recent enough.</summary>
    public static bool IsFresh(WatchedDevice device, [NotNullWhen(true)] TxTimeoutReading? reading, TimeProvider clock)
    {
        if (reading is null || reading.Values.Count != device.TxQueues.Count)
            return false;
        var age = clock.GetElapsedTime(reading.Timestamp);
        if (!device.Sysfs.IsPhysical)
            return age < VirtualInterval;
        // One queue that sends is not stopped. Of several, another one may be.
        return reading.Values.Count == 1 && age < SendingInterval
            && reading.TxPackets is { } before && device.TxPackets is { } now && before != now;
    }

    /// <summary>Reads the counters and keeps them in the device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="txPackets">tx_packets just before; null if it was not read.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="failure">The first failure that the collector reports, or null.</param>
    public static TxTimeoutReading Read(
        WatchedDevice device, ulong? txPackets, TimeProvider clock, out string? failure)
    {
        failure = null;
        var values = new ulong?[device.TxQueues.Count];
        for (var queue = 0; queue < values.Length; queue++)
        {
            var errno = device.Sysfs.TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var value);
            if (errno == Errno.None)
                values[queue] = value;
            else if (CollectorOutcome.IsFailure(errno))
                failure ??= $"queues/tx-{queue}/tx_timeout of {device.Name}: errno {(int)errno}";
        }
        var reading = new TxTimeoutReading(values, clock.GetTimestamp(), txPackets);
        // A failed reading is tried again each time.
        device.TxTimeouts = failure is null ? reading : null;
        return reading;
    }
}
