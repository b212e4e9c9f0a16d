using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// A host made of files: a sysfs tree, a procfs with a boot_id, and a kernel log. The test chooses the records,
/// including their sequence numbers.
/// </summary>
internal sealed class FakeHost : IDisposable
{
    private static readonly string[] Statistics =
    [
        "collisions", "multicast", "rx_bytes", "rx_compressed", "rx_crc_errors", "rx_dropped", "rx_errors",
            "rx_fifo_errors", "rx_frame_errors",
        "rx_length_errors", "rx_missed_errors", "rx_nohandler", "rx_over_errors", "rx_packets", "tx_aborted_errors",
        "tx_bytes", "tx_carrier_errors",
        "tx_compressed", "tx_dropped", "tx_errors", "tx_fifo_errors", "tx_heartbeat_errors", "tx_packets",
        "tx_window_errors",
    ];

    private readonly TemporaryDirectory _directory = new();
    private readonly Lock _writing = new();
    private ulong _sequence;

    public FakeHost()
    {
        Directory.CreateDirectory(Path.Combine(Sysfs, "class/net"));
        Boot();
    }

    /// <summary>For <c>--path.sysfs</c>.</summary>
    public string Sysfs => _directory["sys"];

    /// <summary>For <c>--path.procfs</c>.</summary>
    public string Procfs => _directory["proc"];

    /// <summary>For <c>--path.kmsg</c>: a growing file.</summary>
    public string KernelLog => _directory["kmsg"];

    /// <summary>For <c>--state.directory</c>. It does not exist at first.</summary>
    public string State => _directory["state"];

    /// <summary>The flags that select this host.</summary>
    public IEnumerable<string> Paths =>
        [$"--path.sysfs={Sysfs}", $"--path.procfs={Procfs}", $"--path.kmsg={KernelLog}"];

    /// <summary>
    /// Boots: a new boot_id, an empty kernel log, sequence numbers from 0. Only while no exporter runs.
    /// </summary>
    public void Boot()
    {
        Directory.CreateDirectory(Path.Combine(Procfs, "sys/kernel/random"));
        File.WriteAllText(Path.Combine(Procfs, "sys/kernel/random/boot_id"), Guid.NewGuid().ToString() + "\n");
        File.WriteAllText(KernelLog, "");
        _sequence = 0;
    }

    /// <summary>
    /// Adds a network device with hardware as in sysfs: a link in class/net into the tree of devices.
    /// </summary>
    public void AddDevice(string name, string bus = "0000:00:1f.6", string driver = "e1000e")
    {
        var parent = Path.Combine(Sysfs, "devices", "pci0000:00", bus);
        var device = Path.Combine(parent, "net", name);
        Directory.CreateDirectory(Path.Combine(Sysfs, "bus/pci/drivers", driver));
        foreach (var directory in new[] { "statistics", "queues/tx-0/byte_queue_limits", "queues/rx-0" })
            Directory.CreateDirectory(Path.Combine(device, directory));
        foreach (var statistic in Statistics)
            Write(device, $"statistics/{statistic}", "0");
        foreach (var (file, value) in new[]
            { ("ifindex", "2"), ("operstate", "up"), ("mtu", "1500"), ("carrier_changes", "2"),
                ("carrier_up_count", "1"),
            ("carrier_down_count", "1"), ("queues/tx-0/tx_timeout", "0"),
            ("queues/tx-0/byte_queue_limits/inflight", "0") })
            Write(device, file, value);
        File.CreateSymbolicLink(Path.Combine(parent, "driver"), Path.Combine("../../../bus/pci/drivers", driver));
        File.CreateSymbolicLink(Path.Combine(device, "device"), Path.Combine("../..", "../" + bus));
        File.CreateSymbolicLink(Path.Combine(Sysfs, "class/net", name), $"../../devices/pci0000:00/{bus}/net/{name}");
    }

    /// <summary>Writes an attribute of a device atomically.</summary>
    /// <param name="name">The device.</param>
    /// <param name="file">The attribute, below the directory of the device.</param>
    /// <param name="value">Its value.</param>
    public void Set(string name, string file, string value)
    {
        var path = Path.Combine(Sysfs, "class/net", name, file);
        File.WriteAllText(path + ".new", value + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Appends a record of the kernel (facility 0, level 3) to its log.</summary>
    /// <param name="text">The text, unescaped.</param>
    /// <param name="dictionary">Lines such as <c>SUBSYSTEM=pci</c>.</param>
    public void Log(string text, params IEnumerable<string> dictionary)
    {
        lock (_writing)
        {
            var record = new StringBuilder();
            var microseconds = (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;
            record.Append(
                CultureInfo.InvariantCulture,
                $"3,{_sequence++},{microseconds},-;{text.Replace("\n", @"\x0a", StringComparison.Ordinal)}\n");
            foreach (var line in dictionary)
                record.Append(CultureInfo.InvariantCulture, $" {line}\n");
            // A reader of a file sees a write page by page, so it may see the first part of a record alone. Records of
            // one size that divides a page are always whole. The kernel's device gives whole records.
            const string Padding = " PADDING=";
            var size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(512, record.Length + Padding.Length + 1));
            record.Append(Padding).Append('x', size - record.Length - 1).Append('\n');
            File.AppendAllText(KernelLog, record.ToString());
        }
    }

    /// <summary>Skips sequence numbers, like records that a real ring would have overwritten.</summary>
    public void Lose(ulong records) => _sequence += records;

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private static void Write(string device, string file, string value) =>
        File.WriteAllText(Path.Combine(device, file), value + "\n");
}
