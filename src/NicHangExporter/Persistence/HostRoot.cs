using NicHangExporter.Options;

namespace NicHangExporter.Persistence;

/// <summary>
/// The file system of the host: all files that persistence reads or writes are below it. Paths in plans, answers and
/// messages are those of the host, without this prefix.
/// </summary>
/// <param name="Path">The directory: <c>/</c>, or where the host's root is mounted.</param>
/// <param name="Sysfs">The mount point of the host's sysfs, as this process sees it.</param>
internal sealed record HostRoot(string Path, string Sysfs)
{
    /// <summary>From the options <c>path.rootfs</c> and <c>path.sysfs</c>.</summary>
    public static HostRoot From(PathOptions paths) => new(paths.Rootfs, paths.Sysfs);
}
