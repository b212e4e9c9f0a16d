using NicHangExporter.Exposition;

namespace NicHangExporter.Remediation;

/// <summary>
/// What has happened, and when: stamps each entry, puts it into the journal and folds it into the state. Time is counted in witnessed seconds: the
/// monotonic clock of each boot, one after the other, with nothing for the time between them. So a step of the wall clock changes no cool-down, a suspended or
/// rebooted machine is still cooling, and nothing ever cools faster than a clock that was watched. Only the lane's thread writes; anybody may read.
/// </summary>
internal sealed class RemediationLedger(ExporterOptions options, StateDirectory directory, Journal journal, ExporterMetrics metrics, TimeProvider clock)
{
    /// <summary>How often witnessed time is written down while something cools.</summary>
    private const double ClockInterval = 600;

    /// <summary>How often a journal that could not be opened is tried again.</summary>
    private const double OpenInterval = 15;

    private volatile RemediationState _state = RemediationState.Empty;
    private string? _bootId;
    private double _ageAtBoot;
    private double _lastWritten;
    private double _nextOpen;
    private long _seq;

    /// <summary>What the journal adds up to.</summary>
    public RemediationState State => _state;

    /// <summary>The identity of this boot; null where procfs does not tell.</summary>
    public string? BootId => _bootId;

    /// <summary>Seconds since boot.</summary>
    public double Uptime => clock.GetElapsedTime(0).TotalSeconds;

    /// <summary>Seconds witnessed so far.</summary>
    public double Age => Math.Max(_ageAtBoot + Uptime, _lastWritten);

    /// <summary>Whether what happens is recorded.</summary>
    public bool IsWritable => journal.IsWritable;

    /// <summary>Reads the journal.</summary>
    public void Open()
    {
        _nextOpen = Uptime + OpenInterval;
        directory.TryTake();
        var history = journal.Open();
        _bootId = Linux.Sysfs.BootId.Read(options.ProcfsPath);
        _seq = history.LastSeq;
        _lastWritten = history.LastAge;
        var isSameBoot = _bootId is not null && history.LastBoot == _bootId;
        // Without an identity of the boot nothing tells how much of the uptime is already in the age.
        _ageAtBoot = isSameBoot ? history.LastAge - history.LastUptime : _bootId is null ? history.LastAge - Uptime : history.LastAge;
        // A restored snapshot of the machine sets the monotonic clock back.
        if (isSameBoot && history.LastUptime > Uptime)
            _ageAtBoot = history.LastAge - Uptime;
        _state = history.IsKnown ? history.State : history.State with { UnknownUntil = Math.Max(history.State.UnknownUntil, Age + options.Cooldown.TotalSeconds) };
        PublishJournal();
    }

    /// <summary>Writes an entry down and takes it into the state, which holds it even where the disk does not: it happened.</summary>
    /// <returns>False where it is not on the disk.</returns>
    public bool Record(JournalEntry entry)
    {
        var stamped = Stamp(entry) with { Seq = ++_seq };
        var before = _state;
        _state = before.After(stamped);
        _lastWritten = stamped.Age;
        // Should this line begin a new file, the state goes in front of it: the one without it.
        var durable = journal.Append(stamped, () => Stamp(new JournalEntry(JournalEvent.Checkpoint)) with { Seq = stamped.Seq - 1, State = before });
        PublishJournal();
        return durable;
    }

    /// <summary>Tries to write again what could not be written, and notes the time while something cools.</summary>
    public void Tend()
    {
        if (options.StateDirectory is null)
            return;
        if (!journal.IsOpen)
        {
            // Another process held the directory, or it was not there: what it has written since is the history now.
            if (Uptime >= _nextOpen)
                Open();
        }
        else if (!journal.IsWritable)
            _ = journal.Retry();
        else if (Age - _lastWritten >= ClockInterval && _state.Devices.Values.Any(device => device.CooldownUntil > Age || device.SpentAt(Age) > 0 || _state.UnknownUntil > Age))
            Record(new JournalEntry(JournalEvent.Clock));
        PublishJournal();
    }

    private JournalEntry Stamp(JournalEntry entry) => entry with { Time = clock.GetUtcNow(), Boot = _bootId, Uptime = Math.Round(Uptime, 3), Age = Math.Round(Age, 3) };

    private void PublishJournal()
    {
        metrics.JournalWritable.Set(journal.IsWritable ? 1 : 0);
        metrics.JournalWriteFailures.IncTo(journal.WriteFailures);
    }
}
