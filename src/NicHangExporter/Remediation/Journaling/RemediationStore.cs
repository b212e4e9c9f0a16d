using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// Stamps each entry, appends it to the journal and adds it to the state. Time is counted in witnessed seconds: the
/// monotonic clock of each boot, one after the other, without the time between them. So a step of the wall clock
/// changes no cool-down, and a cool-down goes on after a suspend or reboot. Any thread may write, and then waits for
/// the disk. Reading never blocks.
/// </summary>
internal sealed class RemediationStore(
    ExporterOptions options, Journal journal, ExporterMetrics metrics, TimeProvider clock)
{
    /// <summary>How often witnessed time is recorded during a cool-down, in seconds.</summary>
    private const double ClockInterval = 600;

    /// <summary>How often a failed disk is tried again without a request.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Queue<JournalEntry> _early = [];
    private volatile RemediationState _state = RemediationState.Empty;
    private readonly string? _identity = ProcessIdentity.Read(options.Paths.Procfs);
    private string? _bootId;
    private double _ageAtBoot;
    private double _lastWritten;
    private long _seq;
    private TimeSpan _nextRetry;
    private TimeSpan _nextLook;

    /// <summary>
    /// Raised after <see cref="State"/> has changed, under the lock of this class. A handler must not wait.
    /// </summary>
    public event Action? Changed;

    /// <summary>The sum of the journal.</summary>
    public RemediationState State => _state;

    /// <summary>The id of this boot; null if procfs does not tell.</summary>
    public string? BootId => _bootId;

    /// <summary>Seconds since boot.</summary>
    public double Uptime => clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>Seconds witnessed so far.</summary>
    public double Age => Math.Max(_ageAtBoot + Uptime, _lastWritten);

    /// <summary>The <see cref="Age"/> at a moment of this boot.</summary>
    public double AgeAt(TimeSpan sinceBoot) => _ageAtBoot + sinceBoot.TotalSeconds;

    /// <summary>
    /// The journal was read and this process holds it. Else another process resolves what is open in it.
    /// </summary>
    public bool IsOpen => journal.IsOpen;

    public bool IsWritable => journal.IsWritable;

    /// <summary>The errors of the history, in sentences.</summary>
    public IReadOnlyList<string> Problems { get; private set; } = [];

    /// <summary>True if another living process executes this intent.</summary>
    public bool IsRunningElsewhere(JournalEntry intent) =>
        intent.Writer is { } writer && intent.Boot == _bootId && writer != _identity
        && ProcessIdentity.IsAlive(options.Paths.Procfs, writer);

    public void Open()
    {
        lock (_lock)
            OpenJournal();
    }

    /// <summary>Records an entry. The state includes it even if the disk fails.</summary>
    /// <returns>False if it is not on the disk.</returns>
    public bool Record(JournalEntry entry)
    {
        lock (_lock)
            return Append(entry);
    }

    /// <summary>
    /// Opens or writes the journal again after a failure, and records witnessed time during a cool-down.
    /// </summary>
    /// <param name="now">A request waits for it: try even if the last attempt was a moment ago.</param>
    public void Maintain(bool now = false)
    {
        lock (_lock)
            MaintainJournal(now);
    }

    private void OpenJournal()
    {
        var history = journal.Open();
        Problems = history.Problems;
        _bootId = Linux.Sysfs.BootId.Read(options.Paths.Procfs);
        _seq = history.LastSeq;
        _lastWritten = history.LastAge;
        var isSameBoot = _bootId is not null && history.LastBoot == _bootId;
        // Without the id of the boot it is unknown how much of the uptime is in the age already.
        _ageAtBoot = isSameBoot ? history.LastAge - history.LastUptime
            : _bootId is null ? history.LastAge - Uptime
            : history.LastAge;
        // A restored snapshot of the machine sets the monotonic clock back.
        if (isSameBoot && history.LastUptime > Uptime)
            _ageAtBoot = history.LastAge - Uptime;
        _state = history.IsKnown ? history.State : history.State with
        {
            UnknownUntil = Math.Max(history.State.UnknownUntil, Age + options.Remediation.Cooldown.TotalSeconds),
        };
        // A new journal is begun immediately, so that its loss is noticed later, and a lost one counts as lost only
        // once. A damaged one is set aside immediately.
        if (journal.IsOpen && (history.Problems.Count > 0 || history.LastSeq == 0))
            Append(new JournalEntry(JournalEvent.Clock));
        PublishJournal();
        Changed?.Invoke();
    }

    private bool Append(JournalEntry entry)
    {
        var stamped = Stamp(entry) with { Seq = _seq + 1 };
        var before = _state;
        // If this line begins a new file, the checkpoint in front of it has the state without it.
        var durable = journal.Append(stamped, () => new JournalEntry(JournalEvent.Checkpoint)
        {
            Seq = stamped.Seq - 1,
            Time = stamped.Time,
            Boot = stamped.Boot,
            Uptime = stamped.Uptime,
            Age = stamped.Age,
            State = before,
        });
        // Only now: if the journal rejects the entry, its number is used by the next one.
        (_seq, _state, _lastWritten) = (stamped.Seq, before.After(stamped), stamped.Age);
        if (!journal.IsOpen)
        {
            if (_early.Count >= Journal.MaxWaiting)
                _early.Dequeue();
            _early.Enqueue(stamped);
        }
        PublishJournal();
        Changed?.Invoke();
        return durable;
    }

    private void MaintainJournal(bool now)
    {
        if (clock.GetElapsedTime(0) >= _nextLook)
        {
            _nextLook = clock.GetElapsedTime(0) + RetryInterval;
            journal.CheckDirectory();
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
        else if (Age - _lastWritten >= ClockInterval && (_state.UnknownUntil > Age
            || _state.Devices.Values.Any(device => device.CooldownUntil > Age || device.SpentAt(Age) > 0)))
            Append(new JournalEntry(JournalEvent.Clock));
        PublishJournal();
    }

    // Another process held the directory, or it could not be read. Its history comes first; the entries since then
    // follow.
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
