using System.Text;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Persistence;

/// <summary>
/// The file system of the host: all files that persistence reads or writes are below it. Paths in plans, answers and
/// messages are those of the host, without this prefix. Symbolic links are resolved as the host resolves them.
/// </summary>
/// <param name="Path">The directory: <c>/</c>, or where the host's root is mounted.</param>
/// <param name="Sysfs">The mount point of the host's sysfs, as this process sees it.</param>
internal sealed record HostRoot(string Path, string Sysfs)
{
    // The largest file that is read: a long /etc/network/interfaces.
    private const int MaxBytes = 256 * 1024;

    /// <summary>From the options <c>path.rootfs</c> and <c>path.sysfs</c>.</summary>
    public static HostRoot From(PathOptions paths) => new(paths.Rootfs, paths.Sysfs);

    /// <summary>The path that this process opens for a path of the host.</summary>
    public string Full(string path) => System.IO.Path.Join(Path.TrimEnd('/'), path);

    /// <summary>
    /// The path without symbolic links, as the host sees it; null if it does not exist or the links form a loop.
    /// </summary>
    /// <exception cref="PersistenceException">A folder of the path can't be searched.</exception>
    public string? Resolve(string path) => HostLinks.Resolve(this, path);

    /// <summary>True if a file or folder exists, behind all links.</summary>
    /// <inheritdoc cref="Resolve" path="/exception"/>
    public bool Exists(string path) => Resolve(path) is not null;

    /// <summary>The first 256 KiB of a regular file; null if there is no regular file.</summary>
    /// <exception cref="PersistenceException">The file exists and can't be read.</exception>
    public byte[]? Read(string path)
    {
        if (Resolve(path) is not { } resolved)
            return null;
        try
        {
            return RegularFile.Read(Full(resolved), MaxBytes);
        }
        catch (FileKindException)
        {
            // Such as a link to /dev/null, which masks a file of systemd.
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    /// <summary>The lines of a text file; none if it does not exist.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public string[] ReadLines(string path) =>
        Read(path) is { } bytes ? Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('\n') : [];

    /// <summary>The names in a folder, sorted by their characters; none if it does not exist.</summary>
    /// <exception cref="PersistenceException">The folder exists and can't be read.</exception>
    public string[] List(string folder)
    {
        if (Resolve(folder) is not { } resolved || !Directory.Exists(Full(resolved)))
            return [];
        try
        {
            var names = Directory.GetFileSystemEntries(Full(resolved)).Select(System.IO.Path.GetFileName).ToArray();
            Array.Sort(names, StringComparer.Ordinal);
            return names!;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(folder, exception);
        }
    }

    internal static PersistenceException Unreadable(string path, Exception reason) =>
        new(PersistenceError.NotPossible, $"{path} can't be read: {reason.Message}", reason);
}
