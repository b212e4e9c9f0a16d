using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>
/// The rows of <see cref="PathOptions"/>, <see cref="DetectionOptions"/> and <see cref="EthtoolOptions"/>.
/// </summary>
internal static class DetectionOptionTable
{
    private static readonly OptionGroup<PathOptions> Paths =
        new(options => options.Paths, (options, paths) => options with { Paths = paths });

    private static readonly OptionGroup<DetectionOptions> Detection =
        new(options => options.Detection, (options, detection) => options with { Detection = detection });

    private static readonly OptionGroup<EthtoolOptions> Ethtool =
        new(options => options.Ethtool, (options, ethtool) => options with { Ethtool = ethtool });

    public static readonly ImmutableArray<OptionDefinition> Rows =
    [
        Paths.Path("path.sysfs", "Mount point of the host's sysfs.",
            paths => paths.Sysfs, (paths, path) => paths with { Sysfs = path }),
        Paths.Path("path.procfs", "Mount point of the host's procfs.",
            paths => paths.Procfs, (paths, path) => paths with { Procfs = path }),
        Paths.Path("path.kmsg", "Kernel log device, or a pipe or recording of it.",
            paths => paths.Kmsg, (paths, path) => paths with { Kmsg = path }),
        Paths.Path("path.rootfs", "Where the host's root directory is mounted. Only persisted settings use it.",
            paths => paths.Rootfs, (paths, path) => paths with { Rootfs = path }) with { IsAdvanced = true },
        Detection.Switch("kmsg.accept-untrusted",
            "Test mode: count hang messages that user space wrote to the kernel log.",
            detection => detection.AcceptUntrusted, (detection, on) => detection with { AcceptUntrusted = on }),
        Paths.Path("state.directory",
            "Directory for counts, the remediation journal and hang episodes. Remediation needs it. Commands use "
                + "/var/lib/nic-hang-exporter if it exists.",
            paths => paths.StateDirectory, (paths, path) => paths with { StateDirectory = path }),
        Detection.Time("hang.episode-gap", "Time without a hang report after which a hang episode ends.", "5s", "1h",
            detection => detection.EpisodeGap, (detection, value) => detection with { EpisodeGap = value }),
        Detection.Time("hang.sample-interval", "How often transmit counters are sampled.", "100ms", "1m",
            detection => detection.SampleInterval, (detection, value) => detection with { SampleInterval = value })
            with { IsAdvanced = true },
        Detection.Time("stall.window", "How long packets must wait with none sent before that counts as a TX stall.",
            "2s", "10m", detection =>
                detection.StallWindow, (detection, value) => detection with { StallWindow = value }),
        Ethtool.Time("ethtool.interval",
            "How often driver statistics are read by ethtool ioctls while something scrapes; otherwise once a minute. "
            + "Settings are read as often only if the kernel does not report their changes.",
            "1s", "1h", ethtool => ethtool.Interval, (ethtool, value) => ethtool with { Interval = value }),
        Ethtool.Switch("ethtool.permanent-address",
            "Export the permanent hardware address as a label of nichang_device_info.",
            ethtool => ethtool.PermanentAddress, (ethtool, on) => ethtool with { PermanentAddress = on }),
        Ethtool.List("ethtool.statistics", "NAME",
            "Driver counter of ethtool -S to export in addition: its exact name, or with * at either end. Repeatable.",
            CheckStatistic, ethtool => ethtool.Statistics, (ethtool, values) => ethtool with { Statistics = values }),
        Detection.Number("device.max", "Maximum number of devices to watch.", 1, 10_000,
            detection => detection.MaxDevices, (detection, number) => detection with { MaxDevices = number })
            with { IsAdvanced = true },
    ];

    private static string? CheckStatistic(string value) =>
        value.Trim('*').Length == 0 || value.Trim('*').Contains('*')
            ? $"'{value}' is no counter name: write a name of ethtool -S, with * only at its start or end, as in "
                + "rx_missed_errors or tx_queue_*"
            : null;
}
