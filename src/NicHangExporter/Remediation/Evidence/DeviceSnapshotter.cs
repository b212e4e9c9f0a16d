using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// Takes snapshots of a device. It only reads, and neither self-test nor register dump: with a hung adapter these can
/// crash the kernel.
/// </summary>
internal sealed class DeviceSnapshotter(IEthtool ethtool, NetClass netClass, TimeProvider clock)
{
    /// <summary>The most queues or virtual devices in a snapshot.</summary>
    private const int MaxListed = 256;

    private static readonly string[] Counters =
    [
        "tx_packets", "tx_bytes", "tx_errors", "tx_dropped", "tx_carrier_errors", "tx_aborted_errors", "tx_fifo_errors",
        "rx_packets", "rx_bytes", "rx_errors", "rx_dropped", "rx_missed_errors",
    ];

    /// <summary>The part from sysfs. It never blocks.</summary>
    public DeviceStateSnapshot TakeFromSysfs(InterfaceName device)
    {
        var errors = new List<string>();
        var snapshot = Blank(device.ToString());
        try
        {
            using var open = netClass.Open(device);
            if (open is null)
                return snapshot with { Errors = [$"sysfs: {device} is not there"] };
            snapshot = snapshot with
            {
                Operstate = ReadOperstate(open, errors),
                Counters = ReadCounters(open, errors),
                Queues = ReadQueues(open, errors)
            };
            // Separately, so that an error here keeps the rest.
            snapshot = snapshot with { Uppers = ReadUppers(device) };
        }
        catch (LinuxException exception)
        {
            errors.Add(exception.Message);
        }
        return snapshot with { Errors = errors };
    }

    /// <summary>A snapshot of a device that is absent.</summary>
    public DeviceStateSnapshot TakeAbsent(string device, string error) => Blank(device) with { Errors = [error] };

    /// <summary>The snapshot with the part from ethtool. It waits for RTNL without a limit.</summary>
    public DeviceStateSnapshot Complete(DeviceStateSnapshot snapshot, InterfaceName device)
    {
        var errors = new List<string>(snapshot.Errors);
        var gone = false;
        return snapshot with
        {
            DriverInfo = Ask(() => ethtool.ReadDriverInfo(device)),
            Link = Ask(() => ethtool.ReadLink(device)),
            LinkSettings = Ask(() => ethtool.ReadLinkSettings(device)),
            Eee = Ask(() => ethtool.ReadEnergyEfficientEthernet(device)),
            Pause = Ask(() => ethtool.ReadPause(device)),
            Rings = Ask(() => ethtool.ReadRings(device)),
            Features = Describe(Ask(() => ethtool.ReadFeatures(device))),
            Statistics = Name(Ask(() => ethtool.ReadStatistics(device))),
            Errors = errors,
        };

        // Null without an error means that the driver does not implement it.
        T? Ask<T>(Func<T?> read)
        {
            if (gone)
                return default;
            try
            {
                return read();
            }
            catch (LinuxException exception)
            {
                errors.Add(exception.Message);
                // Gone, or detached by its driver: other commands would fail, too.
                gone = exception.Errno == Errno.NoDevice;
                return default;
            }
        }
    }

    private static string? ReadOperstate(NetDevice device, List<string> errors)
    {
        Span<byte> text = stackalloc byte[64];
        var errno = device.TryReadText("operstate\0"u8, text, out var length);
        return Succeeded(errno, "operstate", device, errors) ? KernelText.Escape(text[..length]) : null;
    }

    private static Dictionary<string, ulong> ReadCounters(NetDevice device, List<string> errors)
    {
        var counters = new Dictionary<string, ulong>();
        foreach (var name in Counters)
            if (Succeeded(device.TryReadUInt64(Encoding.ASCII.GetBytes($"statistics/{name}\0"), out var value),
                $"statistics/{name}", device, errors))
                counters[name] = value;
        if (Succeeded(device.TryReadUInt64("carrier_changes\0"u8, out var changes), "carrier_changes", device, errors))
            counters["carrier_changes"] = changes;
        return counters;
    }

    private static List<TxQueueState> ReadQueues(NetDevice device, List<string> errors)
    {
        var queues = new List<TxQueueState>();
        _ = Succeeded(device.TryCountTxQueues(out var count), "queues", device, errors);
        if (count > MaxListed)
            errors.Add($"queues: only {MaxListed} of {count}");
        for (var queue = 0; queue < Math.Min(count, MaxListed); queue++)
        {
            // Without BQL there are no such files; that is no error.
            ulong? timeouts = device.TryReadQueueUInt64(queue, "tx_timeout\0"u8, out var number) == Errno.None ? number
                : null;
            ulong? inflight = device.TryReadQueueUInt64(queue, "byte_queue_limits/inflight\0"u8,
                out number) == Errno.None ? number : null;
            ulong? limit = device.TryReadQueueUInt64(queue, "byte_queue_limits/limit\0"u8, out number) == Errno.None
                ? number : null;
            queues.Add(new TxQueueState(queue, timeouts, inflight, limit));
        }
        return queues;
    }

    // All levels: the bridge on a bond matters as much as the bond.
    private List<UpperDevice> ReadUppers(InterfaceName device)
    {
        var uppers = new List<InterfaceName>(netClass.ListUppers(device));
        for (var i = 0; i < uppers.Count; i++)
            uppers.AddRange(netClass.ListUppers(uppers[i])
                .Where(upper => !uppers.Contains(upper)).Take(MaxListed - uppers.Count));
        return [.. uppers.Select(upper => new UpperDevice(upper.ToString(),
            [.. netClass.ListLowers(upper).Take(MaxListed).Select(port => port.ToString())]))];
    }

    private static Dictionary<string, string>? Describe(DeviceFeatures? features)
    {
        if (features is null)
            return null;
        var described = new Dictionary<string, string>();
        foreach (var feature in features.All)
            described[feature.Name] = (feature.Active ? "on" : "off")
                + (!feature.Changeable ? " [fixed]" : feature.Requested == feature.Active ? "" : feature.Requested
                    ? " [requested on]" : " [requested off]");
        return described;
    }

    private static Dictionary<string, ulong>? Name(IReadOnlyList<Statistic>? statistics)
    {
        if (statistics is null)
            return null;
        var named = new Dictionary<string, ulong>(statistics.Count);
        foreach (var (name, value) in statistics)
            for (var again = 1; !named.TryAdd(again == 1 ? name : $"{name}#{again}", value); again++)
            {
                // The next number.
            }
        return named;
    }

    private DeviceStateSnapshot Blank(string device) =>
        new() { Device = device, Time = clock.GetUtcNow(), Uptime = clock.GetElapsedTime(0).TotalSeconds };

    private static bool Succeeded(Errno errno, string attribute, NetDevice device, List<string> errors)
    {
        if (errno != Errno.None)
            errors.Add(new LinuxException("read", $"{device.Name}/{attribute}", errno).Message);
        return errno == Errno.None;
    }
}
