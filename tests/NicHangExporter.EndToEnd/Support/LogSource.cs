namespace NicHangExporter.EndToEnd.Support;

/// <summary>How the exporter under test reads the kernel log.</summary>
public enum LogSource
{
    /// <summary>/dev/kmsg, as on a host.</summary>
    Device,
    /// <summary>syslog(2), as in a pod that is not privileged: the device exists, and can't be opened.</summary>
    Syslog,
}

/// <summary>Makes a source the only one.</summary>
internal static class LogSources
{
    /// <summary>
    /// For <see cref="ExporterCommand.Wrapper"/>: a mount namespace in which /dev/kmsg can't be opened. A pod's device
    /// cgroup refuses with EPERM, this with EACCES.
    /// </summary>
    public static IReadOnlyList<string> Wrapper(this LogSource source) => source == LogSource.Device ? [] :
        ["unshare", "--mount", "--propagation=private", "sh", "-ec",
            "mount --bind /dev/kmsg /dev/kmsg; mount -o remount,bind,nodev /dev/kmsg; exec \"$@\"", "sh"];

    /// <summary>The value of the label of nichang_kmsg_state.</summary>
    public static string State(this LogSource source) => source == LogSource.Device ? "reading" : "reading_syslog";

    /// <summary>Skips the test if this machine does not have it.</summary>
    public static void Required(this LogSource source)
    {
        Requires.Root();
        Requires.File("/dev/kmsg");
        if (source == LogSource.Device)
            return;
        Requires.Program("unshare");
        Requires.Program("mount");
        Requires.File("/sys/module/printk/parameters/time");
        Requires.That(File.ReadAllText("/sys/module/printk/parameters/time").Trim() == "Y",
            "needs printk.time to be on");
        Requires.That(Execution.Of("unshare", "--mount", "true").ExitCode == 0,
            "needs the right to make a mount namespace");
    }
}
