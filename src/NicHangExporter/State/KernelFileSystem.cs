namespace NicHangExporter.State;

/// <summary>The file systems that show the kernel's state and store no files.</summary>
internal static class KernelFileSystem
{
    // As statfs(2) tells them and .NET spells them.
    private static readonly HashSet<string> Names =
    [
        "proc", "sysfs", "cgroupfs", "cgroup2fs", "debugfs", "tracefs", "securityfs", "selinuxfs", "smackfs", "bpf_fs",
        "binfmt_misc", "pstorefs", "efivarfs", "configfs", "devpts",
    ];

    /// <summary>The name of the one that a directory is on; null if it is on another file system, or does not
    /// exist.</summary>
    public static string? NameOf(string directory)
    {
        try
        {
            return new DriveInfo(directory).DriveFormat is var name && Names.Contains(name) ? name : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It does not exist or can't be read. Making or locking it reports why.
            return null;
        }
    }
}
