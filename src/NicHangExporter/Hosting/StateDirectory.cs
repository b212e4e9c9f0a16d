using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Hosting;

/// <summary>
/// Owns the state directory for this process: makes it, for its owner's eyes only, and holds its lock. Two processes that write one file would each undo
/// what the other wrote. The lock goes with the process, however that ends; and it counts only while its name still leads to it, because a directory that was
/// deleted or replaced is anybody's.
/// </summary>
internal sealed partial class StateDirectory(ExporterOptions options, ILogger<StateDirectory>? log = null) : IDisposable
{
    // Beside the files of the journal.
    private static readonly ImmutableArray<string> Kept = ["state.json", "alerts.json", "decisions.json", "episodes"];

    private readonly Lock _gate = new();
    private volatile FileStream? _lock;
    private FileStatus _lockStatus;
    private bool _disposed;

    /// <summary>The directory; null where none is configured.</summary>
    public string? Path => options.Paths.StateDirectory;

    /// <summary>True where this process may write there: it has the lock, and the lock is still in the directory of this name.</summary>
    public bool IsHeld => _lock is not null && IsInPlace;

    /// <summary>
    /// True where no process had kept anything in the directory when it was taken: what is not in it was never there. A lock or a file that was not finished is
    /// what a first start leaves that ended at once.
    /// </summary>
    public bool IsNew { get; private set; }

    /// <summary>True where nothing is wrong with the directory, but another process has its lock.</summary>
    public bool IsTakenByAnother { get; private set; }

    /// <summary>Why it is not held, in one line; null where it is, was not tried, or none is configured.</summary>
    public string? Failure =>
        _lock is not null && !IsInPlace ? $"{Path} was deleted or replaced while it was in use: nothing is done in it until a restart" : _failure;

    /// <summary>Completes when this process takes the directory, at once or after another process has let go of it.</summary>
    public Task Taken => _taken.Task;

    private readonly TaskCompletionSource _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _failure;

    // For good: another process may have recorded a decision in the directory of this name meanwhile, and that is not known here.
    private volatile bool _isLost;

    private bool IsInPlace
    {
        get
        {
            if (_isLost)
                return false;
            var errno = FileStatus.TryReadUnfollowed(LockFile(Path!), out var now);
            if (errno == Errno.None && now.IsSameFile(_lockStatus))
                return true;
            // What can't be looked at now, because of a disk that fails, may be the same one.
            if (errno is Errno.None or Errno.NoEntry or Errno.NotDirectory)
                _isLost = true;
            return false;
        }
    }

    /// <summary>
    /// What is wrong with a directory, in one line that names it; null where it can be used or made. Changes nothing, and says nothing of whether another
    /// process holds it: that one may have ended by the time it counts.
    /// </summary>
    public static string? FaultOf(string path)
    {
        var (parent, user) = (System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/", FileStatus.EffectiveUser);
        if (PlaceFaultOf(path, user, out var isMissing) is { } wrongPlace)
            return wrongPlace;
        var errno = PathAccess.OfDirectory(isMissing ? parent : path);
        if (errno != Errno.None)
            return $"{path} can't be {(isMissing ? "made" : "written")}: {new System.ComponentModel.Win32Exception((int)errno).Message}";
        foreach (var file in isMissing ? [] : new[] { LockFile(path), System.IO.Path.Combine(path, "journal.jsonl") })
            if (FileStatus.TryReadUnfollowed(file, out var status) == Errno.None)
            {
                // Anything else that has the journal's name is set aside as damaged.
                if (status.Kind != FileKind.Regular && file == LockFile(path))
                    return new FileKindException(file, status.Kind).Message;
                if (status.Kind == FileKind.Regular && PathAccess.OfFile(file) is var access and not Errno.None)
                    return $"{file} can't be written: {new System.ComponentModel.Win32Exception((int)access).Message}";
            }
        return null;
    }

    /// <summary>Adds an error where remediation is to change something and its journal has no directory that can be used.</summary>
    public static void Check(ExporterOptions options, List<string> errors)
    {
        if (options.Paths.StateDirectory is { } path && options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce && FaultOf(path) is { } fault)
            errors.Add(Refusal(fault));
    }

    /// <summary>Why the program does not start over a directory that can't be used.</summary>
    public static string Refusal(string fault) => $"state.directory, which remediation in mode enforce needs for its journal: {fault}";

    /// <summary>
    /// Takes hold of the directory; does nothing where it is held. After a failure it may be tried again: the other process may have ended. One that was
    /// deleted or replaced is not taken again: what another process has done in it since is not known here.
    /// </summary>
    public bool TryTake()
    {
        lock (_gate)
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
                (_failure, IsTakenByAnother, IsNew) = (null, false, !Directory.EnumerateFileSystemEntries(path).Any(IsKept));
                _taken.TrySetResult();
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A lock whose directory can't be read is given back, so that the next try begins anew.
                _lock?.Dispose();
                _lock = null;
                _failure = exception.Message.Split('\n')[0];
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

    // Directories of the kernel pass every question about permissions, and yet hold no file of ours.
    private static string? PlaceFaultOf(string path, uint user, out bool isMissing)
    {
        if (StateDirectorySafety.FaultOf(path, user, out isMissing) is { } fault)
            return fault;
        var place = isMissing ? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/" : path;
        if (KernelFileSystem.NameOf(place) is not { } kind)
            return null;
        return $"{path} is on {kind}, which holds no files: take a directory on a disk, as in /var/lib/nic-hang-exporter";
    }

    private void Make(string path)
    {
        if (PlaceFaultOf(path, FileStatus.EffectiveUser, out var isMissing) is { } fault)
            throw new IOException(fault);
        if (!isMissing)
            return;
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Said aloud: a name with a mistake in it makes a directory that nobody looks into.
        if (log is not null)
            LogMade(log, path);
        try
        {
            // A file is as durable as the names that lead to it.
            DirectorySync.Flush(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path)) ?? "/");
        }
        catch (LinuxException)
        {
            // A parent that we may write but not open. Whoever needs durability flushes the directory itself and hears of it there.
        }
    }

    private void Lock(string path)
    {
        var file = LockFile(path);
        using var checkedFile = RegularFile.OpenOrCreate(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Require(FileStatus.TryRead(checkedFile, out _lockStatus), file);
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
        if (FileStatus.TryRead(held.SafeFileHandle, out var status) != Errno.None || !status.IsSameFile(_lockStatus) || !IsInPlace)
        {
            // Not taken yet, so not lost: it may be tried again.
            _isLost = false;
            held.Dispose();
            throw new IOException($"{file} was replaced at this very moment");
        }
        _lock = held;
    }

    private static bool IsKept(string entry)
    {
        var name = System.IO.Path.GetFileName(entry);
        return Kept.Contains(name) || (name.StartsWith("journal.jsonl", StringComparison.Ordinal) && !name.EndsWith(".new", StringComparison.Ordinal));
    }

    private static void Require(Errno errno, string file)
    {
        if (errno != Errno.None)
            throw new LinuxException("fstat", file, errno);
    }

    private static string LockFile(string path) => System.IO.Path.Combine(path, "lock");

    [LoggerMessage(EventIds.StateDirectoryMade, LogLevel.Information, "There was no state directory {Path}, so it was made, empty")]
    private static partial void LogMade(ILogger logger, string path);
}
