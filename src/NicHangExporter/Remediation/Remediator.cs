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
    private readonly ExporterOptions _options;
    private readonly RemediationStore _store;
    private readonly DecidedSettings _decided;
    private readonly EpisodeRecorder _recorder;
    private readonly RemediationWorker _worker;
    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger<Remediator> _logger;

    private readonly OutcomeFactory _outcomes;
    private readonly RequestQueue _queue;
    private readonly FaultGuard _guard;
    private readonly PauseSwitch _pause;
    private readonly ProcessCapabilities _capabilities;
    private readonly DeviceLocator _locator;
    private readonly RecoveryMonitor _proofs;
    private readonly RemediationPublisher _publisher;
    private readonly StatusPublisher _status;
    private readonly JournalLoader _journal;
    private readonly AdminCommands _admin;
    private readonly RunSupervisor _runs;
    private readonly DeviceGates _deviceGates;
    private readonly RequestHandler _handler;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Maintenance _maintenance;

    /// <summary>Composes the parts. They share the logger: the event id names the part that logs.</summary>
    public Remediator(
        ExporterOptions options, RemediationStore store, DeviceControl control, NetClass netClass,
        ProfileCatalog catalog,
        HangSignals signals, KillSwitch killSwitch, DeviceInventory inventory, EpisodeRecorder recorder,
        RemediationWorker worker, ExporterMetrics metrics, TimeProvider clock, ILogger<Remediator> logger)
    {
        (_options, _store, _recorder, _worker) = (options, store, recorder, worker);
        _decided = new DecidedSettings(store);
        (_metrics, _clock, _logger) = (metrics, clock, logger);

        // Requests and their answers.
        _outcomes = new OutcomeFactory(metrics);
        _queue = new RequestQueue(options, _outcomes, clock);
        var deadline = new RequestDeadline(options, _queue, metrics, logger);
        _guard = new FaultGuard(metrics, logger);

        // What is known of devices and of the process.
        _pause = new PauseSwitch(options, killSwitch, store);
        _capabilities = new ProcessCapabilities(options);
        _locator = new DeviceLocator(options, control);
        var probe = new HangProbe(control, signals, store, clock);
        var allowed = new AllowedDevices(options, catalog);

        // What goes on besides requests.
        var links = new LinkRestorer(store, control, clock, logger);
        var recovery = new CrashRecovery(store, control, _locator, catalog, logger);
        var drift = new DriftCorrector(options, store, _locator, catalog, clock, logger);
        var followUps = new FollowUpScheduler(options, store, probe, clock);
        _proofs = new RecoveryMonitor(options, store, _locator, probe, logger);

        // What is shown.
        _publisher = new RemediationPublisher(options, metrics, clock);
        _status = new StatusPublisher(
            options, store, inventory, _locator, control,
            new DeviceStatusBuilder(options, store, probe, allowed, drift, _capabilities), allowed,
            new UnmatchedEntries(options, netClass, metrics, logger), _pause, _capabilities, signals, _publisher,
            clock);

        // What decides and acts.
        var quarantine = new Quarantine(store, worker, _guard, _status, logger);
        _journal = new JournalLoader(store, _pause, recovery, _status, logger);
        _admin = new AdminCommands(
            new AdminQueue(options, worker, _guard, clock), _pause, quarantine, store, _locator, inventory, _status,
            logger);
        _runs = new RunSupervisor(
            options, _queue, _outcomes, _guard, store, control, signals, _pause, recovery, followUps, quarantine,
            recorder, _status, metrics, clock, logger, run => Ended?.Invoke(run));
        _deviceGates = new DeviceGates(
            _queue, _outcomes, control, store, _journal, links, recovery, _runs, followUps, logger);
        var noChange = new NoChangeAnswers(
            _outcomes, new AnswerMemory(store, metrics), store, recorder, _status, logger);
        var intents = new IntentFactory(
            options, store, catalog, probe, new DeviceRoutes(options, netClass), logger);
        var planGates = new PlanGates(
            options, control, store, catalog, allowed, probe, signals, _pause, _capabilities, followUps, intents,
            noChange, quarantine, clock);
        _handler = new RequestHandler(_queue, _guard, _deviceGates, planGates, _runs);
        _maintenance = new Maintenance(
            options, worker, _guard, _queue, deadline, _runs, _journal, links, recovery, followUps, _proofs, drift,
            _locator, _status, store, Submit, clock);
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
        _maintenance.Start();
    }

    /// <summary>Submits a request. Never blocks, and never throws because of the request.</summary>
    public RemediationTicket Submit(RemediationRequest request)
    {
        if (_queue.Add(request, out var pending) is { } answered)
            return answered;
        if (!_worker.Post(() => Handle(pending), isExternal: !request.IsInternal))
            _queue.Finish(pending, _outcomes.Decline(pending, DeclineReason.ShuttingDown,
                RemediationWorker.ShuttingDown));
        _maintenance.Adjust();
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
    public IReadOnlyList<string> Decided => _decided.Names;

    /// <summary>
    /// Something may have turned a setting on again: a driver at link-up, or another program. Looks now whether one of
    /// those is on that remediations keep off. A running remediation ends first.
    /// </summary>
    /// <param name="device">The device. If it has no settings to keep off, nothing is read.</param>
    /// <param name="isLinkUp">Its link came up. One correction is not put off then.</param>
    public void CheckDrift(InterfaceName device, bool isLinkUp)
    {
        if (Decided.Count > 0)
            _maintenance.CheckDrift(device, isLinkUp);
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
        await _maintenance.StopAsync();
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
        _maintenance.Dispose();
    }

    private void Post(Action work) => _worker.Post(() => _guard.Run(work));

    private void Handle(PendingRequest pending)
    {
        _handler.Handle(pending);
        _maintenance.Adjust();
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
        _maintenance.IsReady = _deviceGates.IsReady = true;
        _status.Publish();
        _ready.TrySetResult();
    }

    // On the thread of a scrape.
    private void PublishCurrent() =>
        _metrics.RemediationCommand.Set(Math.Round(_worker.Busy.TotalSeconds, 3));

    [LoggerMessage(EventIds.RemediationIncapable, LogLevel.Warning,
        "Remediation is in mode enforce, but CAP_NET_ADMIN is missing: nothing can be changed. Run as root, or give it "
        + "to the program (AmbientCapabilities=CAP_NET_ADMIN in a systemd unit, --cap-add NET_ADMIN for a container)")]
    private partial void LogIncapable();
}
