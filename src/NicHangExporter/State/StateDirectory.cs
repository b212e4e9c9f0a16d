using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.State;

/// <summary>
/// The state directory of this process. Makes it with mode 0700 and holds its lock: two processes that write one file
/// would each undo what the other wrote. The kernel releases the lock with the process, however that ends. The lock
/// counts only while its name still leads to it: any process may use a directory that was deleted or replaced.
/// </summary>
internal sealed partial class StateDirectory(ExporterOptions options, ILogger<StateDirectory>? log = null) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // The journal's names are in IsKept.
    private static readonly ImmutableArray<string> Kept = ["state.json", "alerts.json", "decisions.json", "episodes"];

    private readonly Lock _sync = new();
    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FileStream? _lock;
    private FileStatus _lockStatus;
    private string? _lockFile;
    private string? _failure;
    private bool _disposed;

    // Never reset: another process may have recorded a decision in the new directory, which is unknown here.
    private volatile bool _isLost;

    /// <summary>The directory; null if none is configured.</summary>
    public string? Path => options.Paths.StateDirectory;

    /// <summary>This process may write there: it has the lock, and the lock is still in the directory of this
    /// name.</summary>
    public bool IsHeld => _lock is not null && IsInPlace;

    /// <summary>
    /// No process had kept anything in the directory when it was taken, so what is missing never existed. A lock and
    /// unfinished files do not count: a first start that ended early leaves them.
    /// </summary>
    public bool IsNew { get; private set; }

    /// <summary>The directory is usable, but another process has its lock.</summary>
    public bool IsTakenByAnother { get; private set; }

    /// <summary>Why the directory is not held, in one line; null if it is held, was not tried, or none is
    /// configured.</summary>
    public string? Failure => _lock is not null && !IsInPlace
        ? $"{Path} was deleted or replaced while it was in use: nothing is done in it until a restart"
        : _failure;

    /// <summary>Completes when this process takes the directory: at the start, or after another process has released
    /// it.</summary>
    public Task Taken => _taken.Task;

    private bool IsInPlace
    {
        get
        {
            if (_isLost)
                return false;
            var errno = FileStatus.TryReadUnfollowed(_lockFile ??= LockFile(Path!), out var now);
            if (errno == Errno.None && now.IsSameFile(_lockStatus))
                return true;
            // After any other error, as of a disk that fails, it may still be the same file.
            if (errno is Errno.None or Errno.NoEntry or Errno.NotDirectory)
                _isLost = true;
            return false;
        }
    }

    /// <summary>
    /// Takes the directory; does nothing if it is held. It can be called again after a failure: the other process may
    /// have ended. A directory that was deleted or replaced is not taken again: what another process has done in it
    /// since is unknown here.
    /// </summary>
    public bool TryTake()
    {
        lock (_sync)
        {
            if (Path is not { } path || _disposed)
                return false;
            if (_lock is not null)
                return IsHeld;
            IsTakenByAnother = false;
            try
            {
                Make(path);
                Lock(path);
                IsNew = !Directory.EnumerateFileSystemEntries(path).Any(IsKept);
                _failure = null;
                _taken.TrySetResult();
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // If the directory can't be listed, the lock is released, so that the next call starts from the
                // beginning.
                _lock?.Dispose();
                _lock = null;
                _failure = exception.Message.Split('\n')[0];
                return false;
            }
        }
    }

    /// <summary>Releases the directory for good.</summary>
    public void Dispose()
    {
        lock (_sync)
        {
            _disposed = true;
            _lock?.Dispose();
            _lock = null;
        }
    }

    private void Make(string path)
    {
        if (PlaceFaultOf(path, FileStatus.EffectiveUser, out var isMissing) is { } fault)
            throw new IOException(fault);
        if (!isMissing)
            return;
        Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
        // Logged because a misspelt path makes a directory that nobody looks into.
        if (log is not null)
            LogMade(log, path);
        try
        {
            // A file is as durable as the names that lead to it.
            DirectorySync.Flush(ParentOf(path));
        }
        catch (LinuxException)
        {
            // A parent that can be written but not opened. A caller that needs durability flushes the directory itself
            // and gets the error there.
        }
    }

    private void Lock(string path)
    {
        var file = LockFile(path);
        using var checkedFile = RegularFile.OpenOrCreate(file, OwnerOnly);
        if (FileStatus.TryRead(checkedFile, out _lockStatus) is var errno and not Errno.None)
            throw new LinuxException("fstat", file, errno);
        FileStream held;
        try
        {
            // FileShare.None is flock(2).
            held = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception.HResult == (int)Errno.Again)
        {
            IsTakenByAnother = true;
            throw;
        }
        if (FileStatus.TryRead(held.SafeFileHandle, out var status) != Errno.None
            || !status.IsSameFile(_lockStatus) || !IsInPlace)
        {
            // It was never held, so it can be tried again.
            _isLost = false;
            held.Dispose();
            throw new IOException($"{file} was replaced while it was being locked");
        }
        _lock = held;
    }

    private static bool IsKept(string entry)
    {
        var name = System.IO.Path.GetFileName(entry);
        return Kept.Contains(name)
            || (name.StartsWith("journal.jsonl", StringComparison.Ordinal)
                && !name.EndsWith(".new", StringComparison.Ordinal));
    }

    private static string LockFile(string path) => System.IO.Path.Combine(path, "lock");

    private static string ParentOf(string path) =>
        System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/";

    [LoggerMessage(EventIds.StateDirectoryMade, LogLevel.Information,
        "The state directory {Path} did not exist, so it was made, empty")]
    private static partial void LogMade(ILogger logger, string path);
}
