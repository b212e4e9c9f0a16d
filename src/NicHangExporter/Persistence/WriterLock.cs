using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>
/// Lets one process at a time change persistence files: the helper, and commands or setup as root. All of them see the
/// same /etc, also in a sandbox that makes it read-only.
/// </summary>
internal static class WriterLock
{
    /// <summary>How long a writer waits. A change takes milliseconds, on a slow disk seconds.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private const string Folder = "/etc";

    /// <summary>Waits for the lock. Null if the host has no /etc, or its file system has no locks.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.WriteFailed"/>: another process keeps
    /// it.</exception>
    public static DirectoryLock? Take(HostRoot root, TimeSpan timeout)
    {
        if (!root.Exists(Folder))
            return null;
        var path = root.Full(root.Resolve(Folder)!);
        DirectoryLock? taken = null;
        try
        {
            // It mostly sleeps. Nothing wakes a process when another one lets go, except a wait without a timeout.
            if (SpinWait.SpinUntil(() => (taken = DirectoryLock.TryTake(path)) is not null, timeout))
                return taken;
        }
        catch (LinuxException)
        {
            // Such as NFS. Each file is replaced completely all the same.
            return null;
        }
        throw new PersistenceException(PersistenceError.WriteFailed,
            $"another process has {Folder} locked (flock) and may be changing persistence files: try again");
    }
}
