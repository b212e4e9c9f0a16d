using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Options;
using NicHangExporter.State;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// The durable record of what was done to which device: <c>journal.jsonl</c> in the state directory, one JSON object a
/// line, each on the disk before <see cref="Append"/> returns true. Each file begins with a checkpoint, the sum of all
/// lines before it, so that older files are for people only.
/// </summary>
/// <remarks>
/// A file gets its name only when it is complete and on the disk. After any failure the file is closed, cut to what is
/// known to be on the disk, and continued from there: the kernel drops what an fsync could not write and reports it
/// only once, so neither a second fsync nor reading back proves anything. Any thread may call; an append waits for the
/// disk, the properties never block.
/// </remarks>
internal sealed partial class Journal(
    ExporterOptions options, StateDirectory directory, TimeProvider clock, ILogger<Journal> logger,
    JournalFiles? files = null) : IDisposable
{
    /// <summary>
    /// The most entries that wait for a failed disk. Further ones are replaced by their sum, a checkpoint.
    /// </summary>
    public const int MaxWaiting = 1000;

    private readonly JournalFiles _files = files ?? new JournalFiles();
    private readonly Lock _lock = new();
    private readonly LogThrottle _complaints = new(clock);
    private readonly Queue<JournalLine> _waiting = [];
    private readonly string _path = Path.Combine(options.Paths.StateDirectory ?? "", "journal.jsonl");

    // The file that lines are appended to, as far as it is known to be on the disk.
    private Stream? _file;
    private long _length;
    private long _checkpointLength;
    private int? _unproven;
    private JournalEntry? _last;
    private RemediationState _state = RemediationState.Empty;

    // A decision has reached the disk, and the decision mark is older.
    private bool _isMarkDue;

    // The checkpoint of the next file, what becomes of the current one, and how many waiting lines a new file has that
    // only lacks its name.
    private JournalLine? _opening;
    private Predecessor _predecessor;
    private int? _unnamed;

    private long _seq;
    private long _summed;
    private long _writeFailures;
    private string? _complaint;
    private volatile bool _isOpen;
    private volatile bool _isWritable;

    /// <summary>The file with the journal's name when a new one is begun.</summary>
    private enum Predecessor
    {
        /// <summary>It does not exist, or it is not needed.</summary>
        None,
        /// <summary>It is valid: lines are appended to it.</summary>
        Current,
        /// <summary>It is damaged.</summary>
        Damaged,
    }

    /// <summary>
    /// The history was read and this process holds the directory. From then on entries that can't be written wait. If
    /// false, <see cref="Open"/> may be called again.
    /// </summary>
    public bool IsOpen => _isOpen;

    /// <summary>Entries reach the disk.</summary>
    public bool IsWritable => _isWritable;

    /// <summary>The number of failed writes.</summary>
    public long WriteFailures => Interlocked.Read(ref _writeFailures);

    /// <summary>
    /// Reads the history and prepares for appending. A damaged file stays in place until a new one replaces it, so that
    /// a crash before that changes nothing. If another process holds the directory, the history is still read, and
    /// <see cref="IsOpen"/> stays false.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public JournalHistory Open()
    {
        lock (_lock)
        {
            if (IsOpen)
                throw new InvalidOperationException("The journal is open");
            if (directory.Path is null)
                return JournalHistory.Nothing;
            var held = directory.TryTake();
            JournalReader? reading = null;
            try
            {
                reading = JournalReader.Of(_path, _files, directory.IsNew || !held);
                if (!held)
                    return reading.History with
                    {
                        Problems = [directory.Failure ?? "The program ends", .. reading.History.Problems],
                    };
                Resume(reading);
                return reading.History;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // A directory that can't be taken is reported elsewhere.
                if (held)
                    Fail(exception);
                var problem = exception.Message.Split('\n')[0];
                // The history that was read counts although a file can't be removed.
                return reading is null
                    ? JournalHistory.Unreadable(problem)
                    : reading.History with { Problems = [.. reading.History.Problems, problem] };
            }
        }
    }

    /// <summary>
    /// Appends an entry and returns true once it is on the disk. False: it waits, and is written before the next one.
    /// An intent for which this is false must not be executed, and needs an outcome that says so.
    /// </summary>
    /// <param name="entry">The entry, complete.</param>
    /// <param name="checkpoint">
    /// Makes the checkpoint of the state before this entry, if a new file is due. Its number is replaced.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The entry does not follow the last one, or has a value that the next start would treat as damage.
    /// </exception>
    public bool Append(JournalEntry entry, Func<JournalEntry> checkpoint)
    {
        lock (_lock)
        {
            if (!IsOpen)
                return false;
            if (entry.Seq != _seq + 1)
                throw new ArgumentException($"entry {entry.Seq} of the journal can't follow {_seq}", nameof(entry));
            var line = JournalLine.Of(entry);
            var isFull = _waiting.Count >= MaxWaiting;
            var isNewFileDue = _predecessor != Predecessor.Current || IsDue(line);
            if (isFull || (_waiting.Count == 0 && _opening is null && isNewFileDue))
                _opening = JournalLine.Of(checkpoint() with { Seq = _seq });
            if (isFull)
            {
                _summed += _waiting.Count;
                _waiting.Clear();
                _unnamed = null;
            }
            _seq = entry.Seq;
            _waiting.Enqueue(line);
            return Write();
        }
    }

    /// <summary>Tries again to write the entries that wait.</summary>
    /// <returns>True if none waits and the journal is writable.</returns>
    public bool Retry()
    {
        lock (_lock)
            return IsOpen && ((IsWritable && _waiting.Count == 0) || Write());
    }

    /// <summary>Checks that this process still holds the directory.</summary>
    public void CheckDirectory()
    {
        lock (_lock)
            if (IsOpen && IsWritable && !directory.IsHeld)
                Fail(new IOException(directory.Failure ?? "The program ends"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            Close();
            _isOpen = _isWritable = false;
        }
    }

    private bool IsDue(JournalLine line) => _length - _checkpointLength + line.Bytes.Length > _files.MaxBytes;

    private void Resume(JournalReader reading)
    {
        if (reading.IsUnnamed)
        {
            _files.Move(JournalReader.Unnamed(_path), _path);
            _files.SyncDirectory(directory.Path!);
        }
        else if (reading.Current is not null)
            _files.Delete(JournalReader.Unnamed(_path));
        _seq = reading.History.LastSeq;
        // The mark is damaged, lost, of a version without it, or older than the journal because of a crash in between.
        _isMarkDue = reading.Mark is null || !reading.History.IsKnown
            || reading.Mark.Paused != reading.History.State.Paused;
        _isOpen = _isWritable = true;
        if (reading.Fault is { } fault)
            Distrust(fault);
        if (reading.Current is not { } scan)
            return;
        _predecessor = Predecessor.Current;
        (_length, _checkpointLength, _unproven) = (scan.Length, scan.CheckpointLength, scan.LastStart);
        (_last, _state) = (scan.Last, scan.State!);
        LogOpened(_path, _seq, _state.Devices.Count);
        if (scan.Torn > 0)
            LogTorn(_path, scan.Torn);
        // The history is valid whether or not the journal can be written.
        Write();
    }

    private void Distrust(string fault)
    {
        _predecessor = Predecessor.Damaged;
        LogSetAside(_path, FreeAside(), fault);
    }

    private bool Write()
    {
        try
        {
            do
            {
                if (!directory.IsHeld)
                    throw new IOException(directory.Failure ?? "The program ends");
                if (_opening is null && _predecessor == Predecessor.Current && !IsInPlace() && !Reopen())
                    _opening = JournalLine.Of(Checkpoint(_last!, _state));
                if (_opening is { } opening)
                    BeginFile(opening);
                else if (_waiting.TryPeek(out var line))
                    AddLine(line);
            } while (_waiting.Count > 0);
            if (_isMarkDue && _last is { } last)
            {
                new DecisionMark(last.Seq, _state.Paused).Write(_path, _files);
                _isMarkDue = false;
            }
            Succeed();
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Fail(exception);
            return false;
        }
    }

    [LoggerMessage(EventIds.JournalOpened, LogLevel.Information,
        "The journal {Path} goes on after entry {Seq}; it knows of {Devices} devices")]
    private partial void LogOpened(string path, long seq, int devices);

    [LoggerMessage(EventIds.JournalUnavailable, LogLevel.Error,
        "The journal {Path} can't be used, so nothing is remediated until it can: {Reason}")]
    private partial void LogUnavailable(string path, string reason);

    [LoggerMessage(EventIds.JournalRecovered, LogLevel.Information,
        "The journal {Path} can be written again; {Summed} of the entries since then are in it only as a sum")]
    private partial void LogRecovered(string path, long summed);

    [LoggerMessage(EventIds.JournalSetAside, LogLevel.Error,
        "The journal {Path} can't be continued and will be kept as {Aside} when the next entry comes: {Reason}")]
    private partial void LogSetAside(string path, string aside, string reason);

    [LoggerMessage(EventIds.JournalTorn, LogLevel.Warning,
        "The last {Bytes} bytes of the journal {Path} were not written to their end and are cut away")]
    private partial void LogTorn(string path, int bytes);
}
