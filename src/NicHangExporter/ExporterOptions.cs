using NicHangExporter.Configuration;

namespace NicHangExporter;

/// <summary>How log lines are written.</summary>
internal enum LogFormat
{
    /// <summary><c>key=value</c> pairs, the habit of the Prometheus world.</summary>
    Logfmt,
    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>
/// Everything that can be set, with its default. How each is spelled on the command line, in the environment and in the
/// file, and what values are accepted, is said once: in <see cref="OptionTable"/>.
/// </summary>
internal sealed class ExporterOptions
{
    /// <summary>Where metrics are served. All addresses by default: a scrape changes nothing and shows no secret.</summary>
    public IReadOnlyList<ListenAddress> ListenAddresses { get; set; } = [ListenAddress.Default];

    /// <summary>The path of the metrics.</summary>
    public string TelemetryPath { get; set; } = "/metrics";

    /// <summary>Where sysfs is mounted. It must be the host's: it shows the network namespace of whoever mounted it.</summary>
    public string SysfsPath { get; set; } = "/sys";

    /// <summary>Where procfs is mounted.</summary>
    public string ProcfsPath { get; set; } = "/proc";

    /// <summary>The kernel log: the character device, a pipe or a recording of it.</summary>
    public string KmsgPath { get; set; } = "/dev/kmsg";

    /// <summary>
    /// Counts hang messages that user space wrote as if they were the kernel's. Anybody who may write to /dev/kmsg can then fake a hang:
    /// for rehearsals only.
    /// </summary>
    public bool AcceptUntrusted { get; set; }

    /// <summary>Where the position in the kernel log and the counts survive a restart. Null: nowhere.</summary>
    public string? StateDirectory { get; set; }

    /// <summary>A silence longer than this ends an episode. Too short and one hang counts as many; mlx5 reports only every 15 s.</summary>
    public TimeSpan EpisodeGap { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often transmit counters are sampled for the witnesses that need no log.</summary>
    public TimeSpan SampleInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long packets must be queued with none sent before it is a stall. Too short and a busy switch looks like a hang.</summary>
    public TimeSpan StallWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often features and settings are read through ethtool. Each reading takes RTNL for some microseconds a device.</summary>
    public TimeSpan EthtoolInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the permanent hardware address is a label: it identifies the machine to every reader of the metrics.</summary>
    public bool PermanentAddress { get; set; }

    /// <summary>Driver counters to export besides the built-in choice: exact names, or with a <c>*</c> at either end.</summary>
    public IReadOnlyList<string> EthtoolStatistics { get; set; } = [];

    /// <summary>The most devices that are looked at; a container host may have thousands of virtual ones.</summary>
    public int MaxDevices { get; set; } = 256;

    /// <summary>The least severe level that is logged.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>How log lines are written.</summary>
    public LogFormat LogFormat { get; set; } = LogFormat.Logfmt;

    /// <summary>The collectors that run.</summary>
    public HashSet<Collector> Collectors { get; } = [.. Collector.All.Where(collector => collector.OnByDefault)];

    /// <summary>True where the collector runs.</summary>
    public bool Has(Collector collector) => Collectors.Contains(collector);
}
