using NicHangExporter.Linux;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Metrics;

/// <summary>What a comparison of net/dev with sysfs found.</summary>
/// <param name="Difference">Why they are not of one network namespace, in words; null if they agree.</param>
/// <param name="Total">The sum of all compared counters. Two comparisons that agree with different totals are
/// proof.</param>
internal readonly record struct NamespaceComparison(string? Difference, ulong Total);

/// <summary>
/// Finds out whether a file net/dev shows the network namespace of sysfs. Neither has a number of its namespace, so the
/// names and the counters are compared.
/// </summary>
internal static class NamespaceCheck
{
    // A device may come or go during a comparison.
    private const int Attempts = 3;

    /// <summary>Compares the names of all devices, and packets and bytes of each.</summary>
    public static NamespaceComparison Compare(NetClass netClass, NetDevFile file)
    {
        NamespaceComparison result = default;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            result = CompareOnce(netClass, file);
            if (result.Difference is null)
                break;
        }
        return result;
    }

    private static NamespaceComparison CompareOnce(NetClass netClass, NetDevFile file)
    {
        var names = new List<InterfaceName>();
        if (netClass.TryList(names) is not Errno.None and var unlisted)
            return Differs($"sysfs can't be listed (errno {(int)unlisted})");
        // The names first: they cost two system calls, the counters of a device in sysfs more than ten.
        if (file.TryRead() is not Errno.None and var unread)
            return Differs(Describe(file, unread));
        if (CompareNames(names, file) is { } difference)
            return Differs(difference);
        var before = names.ConvertAll(name => Traffic.Read(netClass, name));
        if (file.TryRead() is not Errno.None and var unreadAgain)
            return Differs(Describe(file, unreadAgain));
        var after = names.ConvertAll(name => Traffic.Read(netClass, name));
        ulong total = 0;
        for (var device = 0; device < names.Count; device++)
        {
            // Without packets in sysfs it is a device that has gone, and must not be in the file either.
            if (before[device] is not { } earliest || after[device] is not { } latest)
                return Differs($"{names[device]} can't be read in sysfs");
            var row = file.Table.Find(names[device], device);
            if (row < 0 || !Traffic.Of(file.Table.Rows[row]).IsBetween(earliest, latest))
                return Differs($"{file.Path} and sysfs have different counters of {names[device]}");
            total += latest.Total;
        }
        return CompareNames(names, file) is { } late
            ? Differs(late)
            : new NamespaceComparison(null, total);
    }

    private static string? CompareNames(List<InterfaceName> names, NetDevFile file)
    {
        for (var device = 0; device < names.Count; device++)
            if (file.Table.Find(names[device], device) < 0)
                return $"{file.Path} has no {names[device]}, which is in sysfs";
        return names.Count == file.Table.Count
            ? null
            : $"{file.Path} has {file.Table.Count} devices, sysfs {names.Count}";
    }

    /// <summary>Why a file could not be read, in words.</summary>
    public static string Describe(NetDevFile file, Errno errno) => file.MalformedLine > 0
        ? $"line {file.MalformedLine} of {file.Path} is not as this kernel should write it"
        : $"{file.Path} can't be read (errno {(int)errno})";

    private static NamespaceComparison Differs(string difference) => new(difference, 0);

    private readonly record struct Traffic(ulong RxPackets, ulong RxBytes, ulong TxPackets, ulong TxBytes)
    {
        public ulong Total => RxPackets + RxBytes + TxPackets + TxBytes;

        public static Traffic Of(in NetDevRow row) => new(
            row[NetDevColumn.RxPackets], row[NetDevColumn.RxBytes], row[NetDevColumn.TxPackets],
            row[NetDevColumn.TxBytes]);

        // Null if the device is gone, or was re-created or renamed meanwhile.
        public static Traffic? Read(NetClass netClass, InterfaceName name)
        {
            try
            {
                using var device = netClass.Open(name);
                return device is not null
                    && device.TryReadUInt64("statistics/rx_packets\0"u8, out var rxPackets) == Errno.None
                    && device.TryReadUInt64("statistics/rx_bytes\0"u8, out var rxBytes) == Errno.None
                    && device.TryReadUInt64("statistics/tx_packets\0"u8, out var txPackets) == Errno.None
                    && device.TryReadUInt64("statistics/tx_bytes\0"u8, out var txBytes) == Errno.None
                    ? new Traffic(rxPackets, rxBytes, txPackets, txBytes)
                    : null;
            }
            catch (LinuxException)
            {
                return null;
            }
        }

        public bool IsBetween(in Traffic earliest, in Traffic latest) =>
            IsBetween(RxPackets, earliest.RxPackets, latest.RxPackets)
            && IsBetween(RxBytes, earliest.RxBytes, latest.RxBytes)
            && IsBetween(TxPackets, earliest.TxPackets, latest.TxPackets)
            && IsBetween(TxBytes, earliest.TxBytes, latest.TxBytes);

        // Differences, so that a counter may pass the end of its range in between.
        private static bool IsBetween(ulong value, ulong earliest, ulong latest) =>
            value - earliest <= latest - earliest;
    }
}
