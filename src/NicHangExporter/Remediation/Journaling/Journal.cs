using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// The durable record of what was done to which device: <c>journal.jsonl</c> in the state directory, one JSON object a line, each on the disk before
/// <see cref="Append"/> returns true. Every file begins with a checkpoint, the state that all lines before it add up to, so that older files are for
/// people only.
/// </summary>
/// <remarks>
/// A file gets its name only when it is complete and on the disk, and after any failure the file is closed, cut back to what is known to be on the disk and
/// written on from there: the kernel drops what an fsync could not write and says so only once, so neither a second fsync nor what can be read back proves
/// anything. May be used by several threads; an append waits for the disk, the properties wait for nothing.
/// </remarks>
internal sealed partial class Journal(
    ExporterOptions options, StateDirectory directory, TimeProvider clock, ILogger<Journal> logger, JournalFiles? files = null) : IDisposable
{
    /// <summary>How many entries wait for a disk that fails; from there on their sum waits, which is as good for every decision.</summary>
    public const int MaxWaiting = 1000;

    private readonly JournalFiles _files = files ?? new JournalFiles();
    private readonly Lock _gate = new();
    private readonly LogThrottle _complaints = new(clock);
    private readonly Queue<JournalLine> _waiting = [];
    private readonly string _path = Path.Combine(options.Paths.StateDirectory ?? "", "journal.jsonl");

    // The file that lines are added to: what is known to be on the disk, and nothing else.
    private Stream? _file;
    private long _length;
    private long _checkpointLength;
    private int? _unproven;
    private JournalEntry? _last;
    private RemediationState _state = RemediationState.Empty;

    // A decision has reached the disk, and what is known of it beside the journal is older.
    private bool _isMarkDue;

    // The file to be begun before the next line, its predecessor's fate, and how many waiting lines are in it already where only its name is missing.
    private JournalLine? _opening;
    private Predecessor _predecessor;
    private int? _unnamed;

    private long _seq;
    private long _summed;
    private long _writeFailures;
    private string? _complaint;
    private volatile bool _isOpen;
    private volatile bool _isWritable;

    /// <summary>What becomes of the file that has the journal's name when a new one is begun.</summary>
    private enum Predecessor
    {
        /// <summary>There is none, or nobody needs it.</summary>
        None,
        /// <summary>It is sound: lines are added to it.</summary>
        Current,
        /// <summary>It is damaged.</summary>
        Damaged,
    }

    /// <summary>
    /// True where the history was read and the directory is ours: from then on entries that can't be written wait. False: <see cref="Open"/> may be
    /// tried again.
    /// </summary>
    public bool IsOpen => _isOpen;

    /// <summary>True while what is appended reaches the disk.</summary>
    public bool IsWritable => _isWritable;

    /// <summary>How often the disk has refused.</summary>
    public long WriteFailures => Interlocked.Read(ref _writeFailures);

    /// <summary>
    /// Reads everything and makes ready for appending. A damaged file stays where it is until a new one can take its place: whoever is killed before that
    /// finds the same again. Where another process holds the directory the history is read all the same, and <see cref="IsOpen"/> stays false.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is open already.</exception>
    public JournalHistory Open()
    {
        lock (_gate)
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
                    return reading.History with { Problems = [directory.Failure ?? "The program ends", .. reading.History.Problems] };
                Resume(reading);
                return reading.History;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // Who can't take the directory says so elsewhere.
                if (held)
                    Fail(exception);
                var problem = exception.Message.Split('\n')[0];
                // What could be read is not thrown away because something in its way can't be removed.
                return reading is null ? JournalHistory.Unreadable(problem) : reading.History with { Problems = [.. reading.History.Problems, problem] };
            }
        }
    }

    /// <summary>
    /// Adds an entry and returns true once it is on the disk. False: it is not, but it waits, and is written before the next one. An intent that was
    /// refused must not be carried out, and needs an outcome that says so.
    /// </summary>
    /// <param name="entry">The entry, complete.</param>
    /// <param name="checkpoint">Makes the checkpoint of the state <em>before</em> this entry, where a new file is due; its number is not looked at.</param>
    /// <exception cref="ArgumentException">The entry does not follow the last one, or holds what the next start would take for damage.</exception>
    public bool Append(JournalEntry entry, Func<JournalEntry> checkpoint)
    {
        lock (_gate)
        {
            if (!IsOpen)
                return false;
            if (entry.Seq != _seq + 1)
                throw new ArgumentException($"entry {entry.Seq} of the journal can't follow {_seq}", nameof(entry));
            var line = JournalLine.Of(entry);
            var isFull = _waiting.Count >= MaxWaiting;
            if (isFull || (_waiting.Count == 0 && _opening is null && (_predecessor != Predecessor.Current || IsDue(line))))
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

    /// <summary>Tries again to write what waits.</summary>
    /// <returns>True where nothing waits and the journal is writable.</returns>
    public bool Retry()
    {
        lock (_gate)
            return IsOpen && ((IsWritable && _waiting.Count == 0) || Write());
    }

    /// <summary>Looks whether the directory is still ours, where nothing is written that would show it.</summary>
    public void LookAtDirectory()
    {
        lock (_gate)
            if (IsOpen && IsWritable && !directory.IsHeld)
                Fail(new IOException(directory.Failure ?? "The program ends"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
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
        // Damaged, lost, of a version that had none, or older than the journal: the process died between the two.
        _isMarkDue = reading.Mark is null || !reading.History.IsKnown || reading.Mark.Paused != reading.History.State.Paused;
        _isOpen = _isWritable = true;
        if (reading.Fault is { } fault)
            Distrust(fault);
        if (reading.Current is not { } scan)
            return;
        _predecessor = Predecessor.Current;
        (_length, _checkpointLength, _last, _state, _unproven) = (scan.Length, scan.CheckpointLength, scan.Last, scan.State!, scan.LastStart);
        LogOpened(_path, _seq, _state.Devices.Count);
        if (scan.Torn > 0)
            LogTorn(_path, scan.Torn);
        // It can be read, so the history is good whether or not it can be written.
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
}
