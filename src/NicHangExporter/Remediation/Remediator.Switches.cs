using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

// What people decide about the remediation itself: the kill switch by command, and the end of a quarantine. The newest decision wins.
internal sealed partial class Remediator
{
    private readonly Lock _pauseGate = new();
    private bool _pausedNow;

    // How often a pause was asked for: a resume that is older than the last of them lifts nothing.
    private long _pauses;

    // How often a device went into quarantine, and at which of those times each one did: what was asked for before lifts nothing.
    private long _quarantines;
    private readonly Dictionary<string, long> _quarantinedAs = [];

    private bool IsPaused => Volatile.Read(ref _pausedNow) || _killSwitch.IsSet;

    /// <summary>Which of the two kill switches is set, the command or the file.</summary>
    public PauseState Pause() =>
        PauseState.Of(Volatile.Read(ref _pausedNow), _killSwitch.Look(), _options.Remediation.DisableFile, isAssumed: _ledger.State.PauseAssumed);

    /// <summary>Sets or lifts the kill switch; the file is another one. A pause is in force when this returns the task.</summary>
    /// <returns>Null, or what is wrong.</returns>
    public Task<AdminError?> SetPausedAsync(bool paused, string actor)
    {
        // Within the lock, so that what is asked for first is also queued first.
        lock (_pauseGate)
            return paused ? PauseAsync(actor) : ResumeAsync(actor, _pauses);
    }

    /// <summary>Lifts a quarantine, and with it forgets the cool-down and the budget spent.</summary>
    /// <returns>Null, or why not.</returns>
    public Task<AdminError?> ClearQuarantineAsync(InterfaceName device, string actor)
    {
        var seen = Volatile.Read(ref _quarantines);
        return AskAsync(question => Clear(question, device, actor, seen));
    }

    private Task<AdminError?> PauseAsync(string actor)
    {
        // At once, and not when the thread has time: who pauses means now.
        _pauses++;
        Volatile.Write(ref _pausedNow, true);
        // Nobody has to wait for the answer that it is safe to give late: it is recorded also where the asker was told that it is not yet.
        return AskAsync(_ => Paused(actor), late: new AdminError(AdminErrorKind.NotDurable,
            "remediation is paused, but that is not on record yet: the journal is written when the command returns that the kernel has now; a restart before that forgets the pause"));
    }

    private AdminError? Paused(string actor)
    {
        // What is so already is not written down again.
        var isNews = _ledger.State is { Paused: false } or { PauseAssumed: true };
        var durable = isNews ? _ledger.Record(new JournalEntry(JournalEvent.Paused) { Actor = actor }) : _ledger.IsWritable;
        if (isNews)
            LogSwitch("set", actor);
        PublishAll();
        return durable ? null : new AdminError(AdminErrorKind.NotDurable, "remediation is paused, but the journal can't be written: a restart will forget it");
    }

    private Task<AdminError?> ResumeAsync(string actor, long pauses) => AskAsync(question =>
    {
        if (IsOvertaken())
            return Overtaken();
        if (!question.TryClaim())
            return null;
        var isNews = _ledger.State.Paused || Volatile.Read(ref _pausedNow);
        var durable = isNews ? _ledger.Record(new JournalEntry(JournalEvent.Resumed) { Actor = actor }) : _ledger.IsWritable;
        lock (_pauseGate)
            if (!IsOvertaken())
                Volatile.Write(ref _pausedNow, false);
        if (isNews)
            LogSwitch("lifted", actor);
        PublishAll();
        return IsOvertaken() ? Overtaken()
            : durable ? null
            : new AdminError(AdminErrorKind.NotDurable, "remediation is no longer paused, but the journal can't be written: a restart will forget it");

        bool IsOvertaken() => Interlocked.Read(ref _pauses) != pauses;

        static AdminError Overtaken() => new(AdminErrorKind.Overtaken, "remediation stays paused: somebody has paused it after this was asked for");
    });

    private AdminError? Clear(Question question, InterfaceName device, string actor, long seen)
    {
        if (Identify(device) is not { } facts)
            return new AdminError(AdminErrorKind.UnknownDevice, $"there is no device {device}, or it can't be read");
        if (_quarantinedAs.GetValueOrDefault(facts.Key) > seen)
            return new AdminError(AdminErrorKind.Overtaken, $"{device} stays in quarantine: it has got there after this was asked for; see why, then ask again");
        var record = _ledger.State.Device(facts.Key);
        if (!record.Quarantined && record.Charges.Count == 0)
            return new AdminError(AdminErrorKind.NothingToDo, $"{device} is not in quarantine, and no budget of it is spent");
        if (!question.TryClaim())
            return null;
        if (!_ledger.Record(Entry(JournalEvent.Cleared, facts) with { Actor = actor }))
            return new AdminError(AdminErrorKind.NotDurable, "the journal can't be written: the quarantine is lifted, but a restart may bring it back");
        LogCleared(device.ToString(), actor);
        AcceptHistory(actor);
        PublishAll();
        return null;
    }

    // The quarantine of what is not on record has an end as well: when a person has cleared whatever is watched.
    // A device that can't be looked at is not cleared, and one that is not among those that are watched may be any.
    private void AcceptHistory(string actor)
    {
        if (!_ledger.State.HistoryUnknown)
            return;
        using (var open = _inventory.Open())
        {
            if (open.Failed || open.Dropped > 0)
                return;
            foreach (var device in open.All)
                if (Identify(device.Name) is not { } facts || _ledger.State.Device(facts.Key).HistoryUnknown)
                    return;
        }
        _ledger.Record(new JournalEntry(JournalEvent.HistoryAccepted) { Actor = actor });
        LogHistoryAccepted(actor);
    }

    // On the remediation thread.
    private void CountQuarantine(string key) => _quarantinedAs[key] = Interlocked.Increment(ref _quarantines);

    /// <summary>Has something done on the remediation thread, and waits for its answer as long as for a command to the kernel.</summary>
    /// <param name="work">It must claim the question before it changes anything, unless the change is safe at any later time.</param>
    /// <param name="late">What to say where the thread does not come to it in time and it is done later all the same; null where it is not done then.</param>
    private async Task<AdminError?> AskAsync(Func<Question, AdminError?> work, AdminError? late = null)
    {
        var question = new Question();
        var answer = new TaskCompletionSource<AdminError?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_lane.Post(yields: true, work: () =>
            {
                if (!question.IsGivenUp || late is not null)
                    if (!Safely(() => answer.TrySetResult(work(question))))
                        answer.TrySetResult(new AdminError(AdminErrorKind.Failed, "an unexpected error, which is in the log"));
            }))
            return new AdminError(AdminErrorKind.ShuttingDown, "the program is ending");
        try
        {
            return await answer.Task.WaitAsync(_options.Remediation.Deadline, _clock);
        }
        catch (TimeoutException)
        {
            return late is not null ? late
                : question.TryGiveUp() ? new AdminError(AdminErrorKind.Busy, "nothing was done: the remediation thread is busy with a command that the kernel does not return from")
                : new AdminError(AdminErrorKind.Busy, "it is being done, but the disk of the journal does not answer; the status tells what came of it");
        }
    }

    /// <summary>What somebody waits for: either it is begun, or the asker is told that nothing was done; never both.</summary>
    private sealed class Question
    {
        private const int Asked = 0, Claimed = 1, GivenUp = 2;

        private int _state;

        /// <summary>The asker has been told that nothing was done.</summary>
        public bool IsGivenUp => Volatile.Read(ref _state) == GivenUp;

        /// <summary>From now on it is done; false where the asker has been told that nothing was.</summary>
        public bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Asked) == Asked;

        /// <summary>From now on it is not done any more; false where it is being done.</summary>
        public bool TryGiveUp() => Interlocked.CompareExchange(ref _state, GivenUp, Asked) == Asked;
    }

    [LoggerMessage(EventIds.QuarantineCleared, LogLevel.Warning, "The quarantine of {Device} was lifted by {Actor}")]
    private partial void LogCleared(string device, string actor);

    [LoggerMessage(EventIds.HistoryAccepted, LogLevel.Warning, "Every device that is watched was cleared since a part of the journal was lost, the last one by {Actor}: a device that is not on record is no longer in quarantine")]
    private partial void LogHistoryAccepted(string actor);

    [LoggerMessage(EventIds.KillSwitchChanged, LogLevel.Warning, "The kill switch was {Change} by {Actor}")]
    private partial void LogSwitch(string change, string actor);
}
