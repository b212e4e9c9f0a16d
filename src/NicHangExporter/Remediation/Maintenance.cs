using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Handling;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Remediation;

/// <summary>
/// The work of the remediator that no request asks for. It runs on the thread of <see cref="RemediationWorker"/>: at
/// the ticks of a timer while something is in progress, every few seconds otherwise, and when drift is suspected.
/// </summary>
internal sealed class Maintenance : IDisposable
{
    /// <summary>
    /// How often the worker looks at what nothing reports to it: the state directory, the kill switch file, the
    /// devices.
    /// </summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly ExporterOptions _options;
    private readonly RemediationWorker _worker;
    private readonly FaultGuard _guard;
    private readonly RequestDeadline _deadline;
    private readonly RunSupervisor _runs;
    private readonly JournalLoader _journal;
    private readonly LinkRestorer _links;
    private readonly CrashRecovery _recovery;
    private readonly FollowUpScheduler _followUps;
    private readonly RecoveryMonitor _proofs;
    private readonly DriftCorrector _drift;
    private readonly DeviceLocator _locator;
    private readonly StatusPublisher _status;
    private readonly RemediationStore _store;
    private readonly Func<RemediationRequest, RemediationTicket> _submit;
    private readonly TickTimer _timer;
    private readonly TimeProvider _clock;
    private readonly Action _tickIfDue;
    private TimeSpan _wait;
    private TimeSpan _tickedAt;
    private int _tickPosted;
    private readonly Lock _newsLock = new();
    private Dictionary<InterfaceName, bool> _news = [];

    public Maintenance(
        ExporterOptions options, RemediationWorker worker, FaultGuard guard, RequestQueue queue,
        RequestDeadline deadline, RunSupervisor runs, JournalLoader journal, LinkRestorer links,
        CrashRecovery recovery, FollowUpScheduler followUps, RecoveryMonitor proofs, DriftCorrector drift,
        DeviceLocator locator, StatusPublisher status, RemediationStore store,
        Func<RemediationRequest, RemediationTicket> submit, TimeProvider clock)
    {
        (_options, _worker, _guard, _deadline, _runs) = (options, worker, guard, deadline, runs);
        (_journal, _links, _recovery, _followUps, _proofs) = (journal, links, recovery, followUps, proofs);
        (_drift, _locator, _status, _store, _submit) = (drift, locator, status, store, submit);
        (_clock, _tickIfDue) = (clock, TickIfDue);
        _timer = new TickTimer(
            () => runs.IsRunning ? TickTimer.Fast
                : queue.HasPending || followUps.HasAny || store.State.IsUnsettled ? TickTimer.Slow : null,
            OnTimer, clock);
        store.Changed += Adjust;
    }

    /// <summary>The journal is read. Until then nothing is done. For the worker thread.</summary>
    public bool IsReady { private get; set; }

    /// <summary>Starts the ticks and the looks.</summary>
    public void Start()
    {
        _worker.Repeat(TickTimer.Fast, Look);
        _timer.Start();
    }

    /// <inheritdoc cref="TickTimer.Adjust"/>
    public void Adjust() => _timer.Adjust();

    /// <summary>
    /// Looks for drift as soon as no remediation runs, if the device has settings to keep off. Any thread may call.
    /// </summary>
    /// <param name="device">The device whose settings may have changed.</param>
    /// <param name="isLinkUp">Because its link came up.</param>
    public void CheckDrift(InterfaceName device, bool isLinkUp)
    {
        lock (_newsLock)
        {
            var isPosted = _news.Count > 0;
            _news[device] = isLinkUp || _news.GetValueOrDefault(device);
            if (isPosted)
                return;
        }
        _worker.Post(() => _guard.Run(TakeNews));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _store.Changed -= Adjust;
        _timer.Dispose();
    }

    /// <summary>Ends the ticks. Done when none runs.</summary>
    public ValueTask StopAsync() => _timer.DisposeAsync();

    private void TakeNews()
    {
        Dictionary<InterfaceName, bool> news;
        lock (_newsLock)
            (news, _news) = (_news, []);
        var isRequested = false;
        foreach (var (device, isLinkUp) in news)
            // By hardware: the device may have another name than in the journal.
            isRequested |= _locator.Identify(device) is { } facts && _drift.Request(facts.Key, isLinkUp);
        if (isRequested && IsReady && !_runs.IsRunning && _drift.CheckIfDue(_submit))
            _status.Publish();
    }

    private void OnTimer()
    {
        if (_worker.Busy > _options.Remediation.Deadline)
            _deadline.ExpireAll();
        Adjust();
        if (Interlocked.Exchange(ref _tickPosted, 1) == 0 && !_worker.Post(() => _guard.Run(Tick)))
            Interlocked.Exchange(ref _tickPosted, 0);
    }

    private TimeSpan Look()
    {
        _wait = LookInterval;
        _guard.Run(_tickIfDue);
        return _wait > TickTimer.Slow ? _wait : TickTimer.Slow;
    }

    private void TickIfDue()
    {
        // The timer needs a thread of the pool, and may get none.
        if (!_timer.IsRunning || _clock.GetElapsedTime(0) - _tickedAt >= LookInterval)
            Tick();
        if (_drift.DueIn is { } due && due < _wait)
            _wait = due;
    }

    private void Tick()
    {
        Interlocked.Exchange(ref _tickPosted, 0);
        _tickedAt = _clock.GetElapsedTime(0);
        if (!IsReady)
            return;
        _runs.Tick();
        MaintainDevices();
        Adjust();
    }

    // The order matters: a link that is down comes before anything else that changes a device.
    private void MaintainDevices()
    {
        _journal.Maintain();
        _links.RestoreIfDue();
        if (!_runs.IsRunning)
        {
            // Those whose device could not be read before, and those that an unexpected exception left open.
            _recovery.ResolveInterrupted();
            _followUps.SubmitDue(_submit);
            _proofs.NoteRecovered();
            if (_drift.CheckIfDue(_submit))
                _status.Publish();
        }
        _status.PublishIfDue();
    }
}
