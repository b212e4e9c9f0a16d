using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Admin;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Handling;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Remediation;

/// <summary>
/// The only path to a change of a NIC, for the local loop, the API, the webhook and the console. One remediation runs
/// at a time on the whole host. The public members never block; the work runs on the thread of
/// <see cref="RemediationWorker"/>.
/// </summary>
internal sealed partial class Remediator : IDisposable
{
    /// <summary>
    /// How often the worker looks at what nothing reports to it: the state directory, the kill switch file, the
    /// devices.
    /// </summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly ExporterOptions _options;
    private readonly RemediationStore _store;
    private readonly EpisodeRecorder _recorder;
    private readonly RemediationWorker _worker;
    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Remediator> _logger;

    private readonly OutcomeFactory _outcomes;
    private readonly RequestQueue _queue;
    private readonly RequestDeadline _deadline;
    private readonly FaultGuard _guard;
    private readonly PauseSwitch _pause;
    private readonly ProcessCapabilities _capabilities;
    private readonly DeviceLocator _locator;
    private readonly LinkRestorer _links;
    private readonly CrashRecovery _recovery;
    private readonly DriftCorrector _drift;
    private readonly FollowUpScheduler _followUps;
    private readonly RecoveryMonitor _proofs;
    private readonly RemediationPublisher _publisher;
    private readonly StatusPublisher _status;
    private readonly JournalLoader _journal;
    private readonly AdminCommands _admin;
    private readonly RunSupervisor _runs;
    private readonly DeviceGates _deviceGates;
    private readonly RequestHandler _handler;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TickTimer _timer;
    private int _tickPosted;
    private int _driftPosted;

    // On the worker thread.
    private bool _isStarted;

    /// <summary>Composes the parts. They share the logger: the event id names the part that logs.</summary>
    public Remediator(
        ExporterOptions options, RemediationStore store, DeviceControl control, NetClass netClass,
        ProfileCatalog catalog,
        HangSignals signals, KillSwitch killSwitch, DeviceInventory inventory, EpisodeRecorder recorder,
        RemediationWorker worker, ExporterMetrics metrics, TimeProvider clock, ILogger<Remediator> logger)
    {
        (_options, _store, _recorder, _worker) = (options, store, recorder, worker);
        (_metrics, _clock, _logger) = (metrics, clock, logger);

        // Requests and their answers.
        _outcomes = new OutcomeFactory(metrics);
        _queue = new RequestQueue(options, _outcomes, clock);
        _deadline = new RequestDeadline(options, _queue, metrics, logger);
        _guard = new FaultGuard(metrics, logger);

        // What is known of devices and of the process.
        _pause = new PauseSwitch(options, killSwitch, store);
        _capabilities = new ProcessCapabilities(options);
        _locator = new DeviceLocator(options, control);
        var probe = new HangProbe(control, signals, store, clock);
        var allowed = new AllowedDevices(options, catalog);

        // What goes on besides requests.
        _links = new LinkRestorer(store, control, clock, logger);
        _recovery = new CrashRecovery(store, control, _locator, catalog, logger);
        _drift = new DriftCorrector(options, store, _locator, catalog, clock, logger);
        _followUps = new FollowUpScheduler(options, store, probe, clock);
        _proofs = new RecoveryMonitor(options, store, _locator, probe, logger);

        // What is shown.
        _publisher = new RemediationPublisher(options, metrics, clock);
        _status = new StatusPublisher(
            options, store, inventory, _locator, control,
            new DeviceStatusBuilder(options, store, probe, allowed, _drift, _capabilities), allowed,
            new UnmatchedEntries(options, netClass, metrics, logger), _pause, _capabilities, signals, _publisher,
            clock);

        // What decides and acts.
        var quarantine = new Quarantine(store, worker, _guard, _status, logger);
        _journal = new JournalLoader(store, _pause, _recovery, _status, logger);
        _admin = new AdminCommands(
            new AdminQueue(options, worker, _guard, clock), _pause, quarantine, store, _locator, inventory, _status,
            logger);
        _runs = new RunSupervisor(
            options, _queue, _outcomes, _guard, store, control, signals, _pause, _recovery, _followUps, quarantine,
            recorder, _status, metrics, clock, logger, run => Ended?.Invoke(run));
        _deviceGates = new DeviceGates(
            _queue, _outcomes, control, store, _journal, _links, _recovery, _runs, _followUps, logger);
        var noChange = new NoChangeAnswers(
            _outcomes, new AnswerMemory(store, metrics), store, recorder, _status, logger);
        var intents = new IntentFactory(
            options, store, catalog, probe, new DeviceRoutes(options, netClass), logger);
        var planGates = new PlanGates(
            options, control, store, catalog, allowed, probe, signals, _pause, _capabilities, _followUps, intents,
            noChange, quarantine, clock);
        _handler = new RequestHandler(_queue, _guard, _deviceGates, planGates, _runs);
        _timer = new TickTimer(
            () => _runs.IsRunning ? TickTimer.Fast
                : _queue.HasPending || _followUps.HasAny || store.State.IsUnsettled ? TickTimer.Slow : null,
            OnTimer, clock);
        store.Changed += _timer.Adjust;
        metrics.BeforeScrape += PublishCurrent;
    }

    /// <summary>
    /// Raised on the worker thread after an outcome is in the journal and in <see cref="Status"/>. A handler must not
    /// wait.
    /// </summary>
    public event Action<EndedRemediation>? Ended;

    /// <summary>
    /// Done when the journal is read and in the metrics. That may never be, while something holds RTNL.
    /// </summary>
    public Task Ready => _ready.Task;

    /// <summary>
    /// Opens the journal, resolves what an earlier process left open, and begins to handle requests. The caller has
    /// taken the state directory.
    /// </summary>
    public void Start()
    {
        _worker.Post(() => _guard.Run(Begin));
        _worker.Repeat(TickTimer.Fast, Look);
        _timer.Start();
    }

    /// <summary>Submits a request. Never blocks, and never throws because of the request.</summary>
    public RemediationTicket Submit(RemediationRequest request)
    {
        if (_queue.Add(request, out var pending) is { } answered)
            return answered;
        if (!_worker.Post(() => Handle(pending), isExternal: !request.IsInternal))
            _queue.Finish(pending, _outcomes.Decline(pending, DeclineReason.ShuttingDown,
                RemediationWorker.ShuttingDown));
        _timer.Adjust();
        return new RemediationTicket(pending.Id, Joined: false, pending.Outcome.Task);
    }

    /// <summary>The devices of the last published status.</summary>
    public ImmutableArray<DeviceStatus> Devices => _status.Latest.Devices;

    /// <summary>
    /// The last published status, with the pause and the duration of the running command as they are now.
    /// </summary>
    public RemediationStatus Status()
    {
        var pause = Pause();
        return _status.Latest with
        {
            CommandSeconds = Math.Round(_worker.Busy.TotalSeconds, 1),
            Paused = pause.IsPaused,
            PausedBy = pause.IsPaused ? pause.By : null,
            PauseExplanation = pause.IsPaused ? pause.Explanation : null,
            Running = _queue.Active is { } active ? $"{active.Id}: {active.Request.Device}" : null,
        };
    }

    /// <summary>
    /// Reads journal and devices on the calling thread and returns the status. It resolves nothing and no request may
    /// follow; a running daemon keeps its journal. Instead of <see cref="Start"/>, never after it.
    /// </summary>
    public RemediationStatus ReadStatus()
    {
        _store.Open();
        _pause.Load(_store.State.Paused);
        _capabilities.Read();
        _status.Publish();
        return Status();
    }

    /// <summary>Which of the two kill switches is set, the command or the file.</summary>
    public PauseState Pause() => _pause.State;

    /// <inheritdoc cref="AdminCommands.SetPausedAsync"/>
    public Task<AdminError?> SetPausedAsync(bool paused, string actor)
    {
        var recorded = _admin.SetPausedAsync(paused, actor);
        // A pause is in force already, although the worker may be busy.
        if (paused)
            _publisher.PublishPause(true);
        return recorded;
    }

    /// <inheritdoc cref="AdminCommands.ClearQuarantineAsync"/>
    public Task<AdminError?> ClearQuarantineAsync(InterfaceName device, string actor) =>
        _admin.ClearQuarantineAsync(device, actor);

    /// <summary>The settings that remediations keep off, on any device. Reading never blocks.</summary>
    public IEnumerable<string> Decided => _store.State.Devices.Values.SelectMany(record => record.Desired);

    /// <summary>
    /// Something may have turned a setting on again: a driver at link-up, or another program. Looks now whether one of
    /// those is on that remediations keep off. A running remediation ends first.
    /// </summary>
    public void CheckDrift()
    {
        if (Decided.Any() && Interlocked.Exchange(ref _driftPosted, 1) == 0)
            Post(() =>
            {
                Interlocked.Exchange(ref _driftPosted, 0);
                _drift.Request();
                if (_isStarted && !_runs.IsRunning && _drift.CheckIfDue(Submit))
                    _status.Publish();
            });
    }

    /// <summary>Records that a hang is confirmed on a device. The request to remedy it comes separately.</summary>
    public void NoteHang(InterfaceName device) => Post(() =>
    {
        if (_proofs.NoteHang(device))
            _status.Publish();
    });

    /// <summary>Begins the evidence of a live hang episode, long before it is remedied.</summary>
    public void BeginEpisode(
        string id, InterfaceName device, BusAddress bus, string driver, DateTimeOffset start, string? report,
        IReadOnlyList<string> kernelLines) =>
        Post(() => _recorder.Begin(id, device, bus, driver, start, report, kernelLines));

    /// <summary>Records the end of an episode.</summary>
    public void EndEpisode(InterfaceName device, EpisodeSummary summary, IReadOnlyList<string> kernelLines) =>
        Post(() =>
        {
            _recorder.End(summary.Id, summary, kernelLines);
            // The key of a device that is gone can't be read; its episode is in the bundle.
            if (_locator.Identify(device) is { } facts)
                _store.Record(JournalEntry.For(JournalEvent.Episode, facts) with { Episode = summary });
            _status.Publish();
        });

    /// <summary>
    /// Declines later requests, ends the running remediation and closes the worker. The change stands and its outcome
    /// is unverified; a link that is down comes up. Returns after the deadline at the latest: a command in the kernel
    /// can't be cancelled, and its intent is in the journal.
    /// </summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        _queue.Close();
        await _timer.DisposeAsync();
        Post(_runs.Abandon);
        var timeout = Task.Delay(deadline, _clock);
        await Task.WhenAny(_worker.CloseAsync(), timeout);
        await Task.WhenAny(_recorder.CloseAsync(), timeout);
        foreach (var pending in _queue.Pending())
            _queue.Finish(pending, pending.Answer(RemediationVerdict.Failed,
                "the program ends while a command to the kernel has not returned; the next start finds out what came of"
                + " it"));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.BeforeScrape -= PublishCurrent;
        _store.Changed -= _timer.Adjust;
        _timer.Dispose();
    }

    private void Post(Action work) => _worker.Post(() => _guard.Run(work));

    private void Handle(PendingRequest pending)
    {
        _handler.Handle(pending);
        _timer.Adjust();
    }

    private void Begin()
    {
        _store.Open();
        _capabilities.Read();
        _capabilities.Publish(_metrics);
        _publisher.PublishModes();
        _publisher.PublishPause(_pause.IsSet);
        if (_options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce
            && !_capabilities.HasNetAdmin)
            LogIncapable();
        _guard.Run(_journal.LoadFromJournal);
        _isStarted = _deviceGates.IsReady = true;
        _status.Publish();
        _ready.TrySetResult();
    }

    // On the thread of a scrape.
    private void PublishCurrent() =>
        _metrics.RemediationCommand.Set(Math.Round(_worker.Busy.TotalSeconds, 3));

    private void OnTimer()
    {
        if (_worker.Busy > _options.Remediation.Deadline)
            _deadline.ExpireAll();
        _timer.Adjust();
        if (Interlocked.Exchange(ref _tickPosted, 1) == 0 && !_worker.Post(() => _guard.Run(Tick)))
            Interlocked.Exchange(ref _tickPosted, 0);
    }

    private TimeSpan Look()
    {
        var wait = LookInterval;
        _guard.Run(() =>
        {
            if (!_timer.IsRunning)
                Tick();
            if (_drift.DueIn is { } due && due < wait)
                wait = due;
        });
        return wait > TickTimer.Slow ? wait : TickTimer.Slow;
    }

    private void Tick()
    {
        Interlocked.Exchange(ref _tickPosted, 0);
        if (!_isStarted)
            return;
        _runs.Tick();
        Maintain();
        _timer.Adjust();
    }

    // The order matters: a link that is down comes before anything else that changes a device.
    private void Maintain()
    {
        _journal.Maintain();
        _links.RestoreIfDue();
        if (!_runs.IsRunning)
        {
            // Those whose device could not be read before, and those that an unexpected exception left open.
            _recovery.ResolveInterrupted();
            _followUps.SubmitDue(Submit);
            _proofs.NoteRecovered();
            if (_drift.CheckIfDue(Submit))
                _status.Publish();
        }
        _status.PublishIfDue();
    }

    [LoggerMessage(EventIds.RemediationIncapable, LogLevel.Warning,
        "Remediation is in mode enforce, but CAP_NET_ADMIN is missing: nothing can be changed. Run as root, or give it "
        + "to the program (AmbientCapabilities=CAP_NET_ADMIN in a systemd unit, --cap-add NET_ADMIN for a container)")]
    private partial void LogIncapable();
}
