namespace NicHangExporter.Hosting;

/// <summary>The file systems that show the kernel's own state, and store nothing for anybody.</summary>
internal static class KernelFileSystem
{
    // As statfs(2) tells them and .NET spells them.
    private static readonly HashSet<string> Names =
        ["proc", "sysfs", "cgroupfs", "cgroup2fs", "debugfs", "tracefs", "securityfs", "selinuxfs", "smackfs", "bpf_fs", "binfmt_misc", "pstorefs", "efivarfs", "configfs", "devpts"];

    /// <summary>Which of them a directory is on; null where it is on none, or is not there.</summary>
    public static string? NameOf(string directory)
    {
        try
        {
            return new DriveInfo(directory).DriveFormat is var name && Names.Contains(name) ? name : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Gone, or not to be looked at: making or locking it says why.
            return null;
        }
    }
}
