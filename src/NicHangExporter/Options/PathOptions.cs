namespace NicHangExporter.Options;

/// <summary>Files and directories of the host.</summary>
internal sealed record PathOptions
{
    /// <summary>The device of the kernel log. If it can't be opened, syslog(2) is read instead.</summary>
    public const string DefaultKmsg = "/dev/kmsg";

    /// <summary>
    /// The mount point of sysfs. It must be the host's mount: sysfs shows the network namespace of the process that
    /// mounted it.
    /// </summary>
    public string Sysfs { get; init; } = "/sys";

    /// <summary>The mount point of procfs.</summary>
    public string Procfs { get; init; } = "/proc";

    /// <summary>The kernel log: the character device, a pipe or a recording of it.</summary>
    public string Kmsg { get; init; } = DefaultKmsg;

    /// <summary>
    /// Where the host's root is mounted. Only the persistence of settings uses it, to read and write /etc, /run and
    /// /usr of the host.
    /// </summary>
    public string Rootfs { get; init; } = "/";

    /// <summary>The directory of counts, journal and episodes. Null: nothing survives a restart.</summary>
    public string? StateDirectory { get; init; }
}
