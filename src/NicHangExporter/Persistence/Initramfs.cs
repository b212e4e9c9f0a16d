namespace NicHangExporter.Persistence;

/// <summary>
/// The initramfs has copies of <c>.link</c> files. A copy from before the removal turns the settings off at each boot
/// until the initramfs is built again.
/// </summary>
internal static class Initramfs
{
    // The first systemd whose hook for initramfs-tools also copies drop-ins.
    private const int CopiesDropIns = 254;

    /// <summary>
    /// What to run after a file was removed, or replaced by one with fewer settings; null if nothing.
    /// </summary>
    public static string? NoteOf(HostRoot root, string path)
    {
        var isDropIn = Path.GetFileName(path) == PersistencePlace.DropInName;
        if (!path.StartsWith(PersistencePlace.LinkFolder, StringComparison.Ordinal)
            || (isDropIn && SystemdVersion.Read(root) is < CopiesDropIns))
            return null;
        var command = root.Exists("/usr/sbin/update-initramfs") ? "update-initramfs -u -k all"
            : root.Exists("/usr/bin/dracut") || root.Exists("/usr/sbin/dracut") ? "dracut --force --regenerate-all"
            : null;
        return command is null ? null
            : $"run '{command}': an initramfs that was built before has a copy of {path} as it was, which turns the"
                + " settings off again at the next boot";
    }
}
