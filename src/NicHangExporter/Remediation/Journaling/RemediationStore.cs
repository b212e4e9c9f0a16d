using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// What has happened, and when: stamps each entry, puts it into the journal and folds it into the state. Time is counted in witnessed seconds: the
/// monotonic clock of each boot, one after the other, with nothing for the time between them. So a step of the wall clock changes no cool-down, a suspended or
/// rebooted machine is still cooling, and nothing ever cools faster than a clock that was watched. Any thread may write, and waits for the disk then; reading
/// waits for nothing.
/// </summary>
internal sealed class RemediationStore(ExporterOptions options, Journal journal, ExporterMetrics metrics, TimeProvider clock)
{
    /// <summary>How often witnessed time is written down while something cools.</summary>
    private const double ClockInterval = 600;

    /// <summary>How often a disk that refuses is tried again when nobody asks for anything.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Queue<JournalEntry> _early = [];
    private volatile RemediationState _state = RemediationState.Empty;
    private readonly string? _identity = ProcessIdentity.Read(options.Paths.Procfs);
    private string? _bootId;
    private double _ageAtBoot;
    private double _lastWritten;
    private long _seq;
    private TimeSpan _nextRetry;
    private TimeSpan _nextLook;

    /// <summary>What the journal adds up to.</summary>
    public RemediationState State => _state;

    /// <summary>The identity of this boot; null where procfs does not tell.</summary>
    public string? BootId => _bootId;

    /// <summary>Seconds since boot.</summary>
    public double Uptime => clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>Seconds witnessed so far.</summary>
    public double Age => Math.Max(_ageAtBoot + Uptime, _lastWritten);

    /// <summary>What <see cref="Age"/> was at a moment of this boot.</summary>
    public double AgeAt(TimeSpan sinceBoot) => _ageAtBoot + sinceBoot.TotalSeconds;

    /// <summary>Whether the journal was read and is ours; what another process has begun is not ours to settle.</summary>
    public bool IsOpen => journal.IsOpen;

    /// <summary>Whether what happens is recorded.</summary>
    public bool IsWritable => journal.IsWritable;

    /// <summary>What is wrong with the history, in sentences; empty where nothing is.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>True where another process, which lives, carries out this intent: it is not ours to settle.</summary>
    public bool IsUnderWay(JournalEntry intent) =>
        intent.Writer is { } writer && intent.Boot == _bootId && writer != _identity && ProcessIdentity.IsAlive(options.Paths.Procfs, writer);

    /// <summary>Reads the journal.</summary>
    public void Open()
    {
        lock (_gate)
            OpenJournal();
    }

    /// <summary>Writes an entry down and takes it into the state, which holds it even where the disk does not: it happened.</summary>
    /// <returns>False where it is not on the disk.</returns>
    public bool Record(JournalEntry entry)
    {
        lock (_gate)
            return Append(entry);
    }

    /// <summary>Tries again what could not be opened or written, and notes the time while something cools.</summary>
    /// <param name="now">Also where that was tried a moment ago: somebody waits for it.</param>
    public void Tend(bool now = false)
    {
        lock (_gate)
            TendJournal(now);
    }

    private void OpenJournal()
    {
        var history = journal.Open();
        Problems = history.Problems;
        _bootId = Linux.Sysfs.BootId.Read(options.Paths.Procfs);
        _seq = history.LastSeq;
        _lastWritten = history.LastAge;
        var isSameBoot = _bootId is not null && history.LastBoot == _bootId;
        // Without an identity of the boot nothing tells how much of the uptime is already in the age.
        _ageAtBoot = isSameBoot ? history.LastAge - history.LastUptime : _bootId is null ? history.LastAge - Uptime : history.LastAge;
        // A restored snapshot of the machine sets the monotonic clock back.
        if (isSameBoot && history.LastUptime > Uptime)
            _ageAtBoot = history.LastAge - Uptime;
        _state = history.IsKnown ? history.State : history.State with { UnknownUntil = Math.Max(history.State.UnknownUntil, Age + options.Remediation.Cooldown.TotalSeconds) };
        // A new journal is begun at once: else nobody could tell later that it was lost, and a lost one would count as lost at each start.
        // And one that is damaged is set aside at once.
        if (journal.IsOpen && (history.Problems.Count > 0 || history.LastSeq == 0))
            Append(new JournalEntry(JournalEvent.Clock));
        PublishJournal();
    }

    private bool Append(JournalEntry entry)
    {
        var stamped = Stamp(entry) with { Seq = _seq + 1 };
        var before = _state;
        // Should this line begin a new file, the state goes in front of it: the one without it.
        var durable = journal.Append(stamped, () => new JournalEntry(JournalEvent.Checkpoint)
        {
            Seq = stamped.Seq - 1,
            Time = stamped.Time,
            Boot = stamped.Boot,
            Uptime = stamped.Uptime,
            Age = stamped.Age,
            State = before,
        });
        // Only now: an entry that the journal throws out must not take a number, or no other could ever follow.
        (_seq, _state, _lastWritten) = (stamped.Seq, before.After(stamped), stamped.Age);
        if (!journal.IsOpen)
        {
            if (_early.Count >= Journal.MaxWaiting)
                _early.Dequeue();
            _early.Enqueue(stamped);
        }
        PublishJournal();
        return durable;
    }

    private void TendJournal(bool now)
    {
        if (clock.GetElapsedTime(0) >= _nextLook)
        {
            _nextLook = clock.GetElapsedTime(0) + RetryInterval;
            journal.LookAtDirectory();
        }
        var isWritable = journal.IsOpen && journal.IsWritable;
        if (!isWritable && options.Paths.StateDirectory is not null)
        {
            if (!now && clock.GetElapsedTime(0) < _nextRetry)
                return;
            _nextRetry = clock.GetElapsedTime(0) + RetryInterval;
            if (journal.IsOpen)
                _ = journal.Retry();
            else
                Reopen();
        }
        else if (Age - _lastWritten >= ClockInterval && (_state.UnknownUntil > Age || _state.Devices.Values.Any(device => device.CooldownUntil > Age || device.SpentAt(Age) > 0)))
            Append(new JournalEntry(JournalEvent.Clock));
        PublishJournal();
    }

    // The directory was somebody else's, or could not be read, and now it can: its history counts, and what has happened here since comes after it.
    private void Reopen()
    {
        var (state, lastWritten, ageAtBoot, seq) = (_state, _lastWritten, _ageAtBoot, _seq);
        OpenJournal();
        if (!journal.IsOpen)
        {
            (_state, _lastWritten, _ageAtBoot, _seq) = (state, lastWritten, ageAtBoot, seq);
            return;
        }
        while (_early.TryDequeue(out var entry))
            Append(entry);
    }

    private JournalEntry Stamp(JournalEntry entry) => entry with
    {
        Time = clock.GetUtcNow(),
        Boot = _bootId,
        Uptime = Math.Round(Uptime, 3),
        Age = Math.Round(Age, 3),
        Writer = entry.Event == JournalEvent.Intent ? _identity : null,
    };

    private void PublishJournal()
    {
        metrics.JournalWritable.Set(journal.IsWritable ? 1 : 0);
        metrics.JournalWriteFailures.IncTo(journal.WriteFailures);
    }
}
