using NicHangExporter.Linux;

namespace NicHangExporter;

/// <summary>
/// Owns the state directory for this process: makes it, for root's eyes only, and holds its lock. Two processes that write one file would each undo what
/// the other wrote. The lock goes with the process, however that ends.
/// </summary>
internal sealed class StateDirectory(ExporterOptions options) : IDisposable
{
    private readonly Lock _gate = new();
    private volatile FileStream? _lock;
    private bool _disposed;

    /// <summary>The directory; null where none is configured.</summary>
    public string? Path => options.StateDirectory;

    /// <summary>True where this process may write there.</summary>
    public bool IsHeld => _lock is not null;

    /// <summary>True where no process had taken hold of the directory before this one: what is not in it was never there.</summary>
    public bool IsNew { get; private set; }

    /// <summary>Why it is not held, in one line; null where it is, was not tried, or none is configured.</summary>
    public string? Failure { get; private set; }

    /// <summary>Takes hold of the directory; does nothing where it is held. After a failure it may be tried again: the other process may have ended.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            if (Path is not { } path || _disposed)
                return false;
            if (IsHeld)
                return true;
            try
            {
                Make(path);
                var file = System.IO.Path.Combine(path, "lock");
                var isNew = !File.Exists(file);
                _lock = new FileStream(file, new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.ReadWrite,
                    Share = FileShare.None,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                });
                Failure = null;
                IsNew = isNew;
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                Failure = exception.Message.Split('\n')[0];
                return false;
            }
        }
    }

    /// <summary>Lets go of the directory, for good.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _lock?.Dispose();
            _lock = null;
        }
    }

    private static void Make(string path)
    {
        var made = new List<string>();
        for (var missing = System.IO.Path.GetFullPath(path); missing is not null && !Directory.Exists(missing); missing = System.IO.Path.GetDirectoryName(missing))
            made.Add(missing);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        try
        {
            // A file is as durable as the names that lead to it.
            foreach (var directory in made)
                DirectorySync.Flush(System.IO.Path.GetDirectoryName(directory) ?? "/");
        }
        catch (LinuxException)
        {
            // A parent that we may write but not open. Whoever needs durability flushes the directory itself and hears of it there.
        }
    }
}
