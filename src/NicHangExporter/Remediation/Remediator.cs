using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Remediation;

/// <summary>
/// The one door to the NIC: whoever wants a device changed asks here, and nothing else changes one. One pass at a time on the whole host; who asks for the
/// same device meanwhile joins it. Asking never blocks; everything else happens on the lane's thread.
/// </summary>
internal sealed partial class Remediator : IDisposable
{
    /// <summary>How often a pass is looked at: how fine the time to the first packet is measured.</summary>
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(250);

    private const int IdleTicks = 4;

    private readonly ExporterOptions _options;
    private readonly RemediationStore _ledger;
    private readonly DeviceControl _access;
    private readonly ProfileCatalog _catalogue;
    private readonly HangSignals _evidence;
    private readonly KillSwitch _killSwitch;
    private readonly DeviceInventory _inventory;
    private readonly EpisodeRecorder _recorder;
    private readonly RemediationWorker _lane;
    private readonly ExporterMetrics _metrics;
    private readonly RemediationPublisher _publisher;
    private readonly DeviceRoutes _routes;
    private readonly Linux.Sysfs.NetClass _netClass;
    private readonly TimeProvider _clock;
    private readonly ILogger<Remediator> _logger;

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Active? _active;
    private readonly HashSet<Active> _waiting = [];

    // The loop's requests whose turn has not come: one for each device, whatever the number of reports.
    private readonly Dictionary<(InterfaceName Device, BusAddress? Bus), Active> _localWaiting = [];
    private volatile bool _stopping;
    private long _requests;
    private ITimer? _timer;
    private int _tickPosted;
    private int _ticks;

    // Owned by the lane.
    private RemediationRun? _pass;
    private RunContext? _context;
    private bool _isCapable;
    private bool _begun;

    public Remediator(
        ExporterOptions options, RemediationStore ledger, DeviceControl access, ProfileCatalog catalogue, HangSignals evidence, KillSwitch killSwitch,
        DeviceInventory inventory, EpisodeRecorder recorder, RemediationWorker lane, ExporterMetrics metrics, TimeProvider clock, ILogger<Remediator> logger)
    {
        (_options, _ledger, _access, _catalogue, _evidence, _killSwitch) = (options, ledger, access, catalogue, evidence, killSwitch);
        (_inventory, _recorder, _lane, _metrics, _clock, _logger) = (inventory, recorder, lane, metrics, clock, logger);
        _netClass = new Linux.Sysfs.NetClass(options.Paths.Sysfs);
        _routes = new DeviceRoutes(options, _netClass);
        _publisher = new RemediationPublisher(options, metrics, clock);
    }

    /// <summary>Opens the journal, settles what an earlier process left open, and begins to take requests. The state directory must be held by now.</summary>
    public void Start()
    {
        _lane.Post(() => Safely(Begin));
        _timer = _clock.CreateTimer(_ => OnTimer(), null, TickInterval, TickInterval);
    }

    /// <summary>Done when what the journal knows is in the metrics. It may never be, while something holds RTNL.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Asks for a remediation. Never blocks and never throws for what is asked.</summary>
    public RemediationTicket Submit(RemediationRequest request)
    {
        var id = $"r{_clock.GetUtcNow().ToUnixTimeMilliseconds():x}-{Interlocked.Increment(ref _requests)}";
        var active = new Active(id, request, _clock.GetTimestamp());
        lock (_gate)
        {
            if (_stopping)
                return Answered(active, DeclineReason.ShuttingDown, "the program is ending");
            if (!request.DryRun)
            {
                if (_active is { IsExpired: true } stuck)
                    return Answered(active, DeclineReason.Busy, $"a command to the kernel for {stuck.Request.Device} has not returned ({stuck.Id})", _options.Remediation.VerifyWindow.TotalSeconds);
                // What may still be refused, in whatever number it comes, keeps the loop from nothing: it gets a turn of its own, ahead of them.
                if (_active is { } other && (request.Trigger != RemediationTrigger.Local || other.IsBegun))
                    return TryJoin(other, request) ?? Answered(active, DeclineReason.Busy, WhoIsBusy(other), _options.Remediation.VerifyWindow.TotalSeconds);
                if (request.Trigger == RemediationTrigger.Local && TryJoinWaiting(active) is { } waiting)
                    return new RemediationTicket(waiting.Id, Joined: true, waiting.Outcome.Task);
                _active ??= active;
            }
            _waiting.Add(active);
        }
        if (!_lane.Post(() => Carry(active), yields: !IsOwn(request)))
            Finish(active, Declined(active, DeclineReason.ShuttingDown, "the program is ending"));
        return new RemediationTicket(id, Joined: false, active.Outcome.Task);
    }

    /// <summary>The picture of the last look, with the time of the command under way as it is now.</summary>
    public RemediationStatus Status()
    {
        var pause = Pause();
        return (Volatile.Read(ref _status) ?? BuildStatus([])) with
        {
            CommandSeconds = Math.Round(_lane.Busy.TotalSeconds, 1),
            Paused = pause.IsPaused,
            PausedBy = pause.By,
            PauseExplanation = pause.IsPaused ? pause.Explanation : null,
            Running = _active is { } active ? $"{active.Id}: {active.Request.Device}" : null,
        };
    }

    /// <summary>
    /// Takes no more requests, ends the pass under way (what is changed stays and is said to be unproven; a link that is down comes up) and closes the
    /// journal. Waits no longer than the deadline: a command in the kernel can't be cancelled, and its intent is in the journal.
    /// </summary>
    public async Task StopAsync(TimeSpan deadline)
    {
        lock (_gate)
            _stopping = true;
        if (_timer is not null)
            await _timer.DisposeAsync();
        _lane.Post(() => Safely(() =>
        {
            if (_pass is { } pass && _context is { } context)
                Complete(context, pass.Abandon());
        }));
        var patience = Task.Delay(deadline, _clock);
        await Task.WhenAny(_lane.CloseAsync(), patience);
        await Task.WhenAny(_recorder.CloseAsync(), patience);
        foreach (var active in Waiting())
            Finish(active, Answer(active, RemediationVerdict.Failed, "the program ends while a command to the kernel has not returned; the next start finds out what came of it"));
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void Begin()
    {
        _ledger.Open();
        _isCapable = Capabilities.Effective(_options.Paths.Procfs, Capability.NetAdmin) ?? false;
        _metrics.CapabilityPresent.WithLabels("net_admin").Set(_isCapable ? 1 : 0);
        _metrics.CapabilityPresent.WithLabels("syslog").Set(Capabilities.Effective(_options.Paths.Procfs, Capability.SysLog) == true ? 1 : 0);
        _publisher.PublishModes();
        if (_options.Remediation.Mode(RemediationTrigger.Drift) == RemediationMode.Enforce && !_isCapable)
            LogIncapable();
        Safely(TakeUp);
        _begun = true;
        PublishAll();
        _ready.TrySetResult();
    }

    private void OnTimer()
    {
        _metrics.RemediationCommand.Set(Math.Round(_lane.Busy.TotalSeconds, 3));
        if (_lane.Busy > _options.Remediation.Deadline)
            foreach (var active in Waiting())
                Expire(active);
        // Only a pass has to be looked at this often.
        if (_active is null && _ticks++ % IdleTicks != 0)
            return;
        if (Interlocked.Exchange(ref _tickPosted, 1) == 0 && !_lane.Post(() => Safely(Tick)))
            Interlocked.Exchange(ref _tickPosted, 0);
    }

    private void Tick()
    {
        Interlocked.Exchange(ref _tickPosted, 0);
        if (!_begun)
            return;
        if (_pass is { } pass && _context is { } context && !Safely(() => Watch(pass, context)))
            GiveUp(context.Active);
        Tend();
    }

    private void Watch(RemediationRun pass, RunContext context)
    {
        if (pass.Tick() is { } result)
            Complete(context, result);
    }

    // A fault of ours in the middle of a pass: whoever waits is told, and what is half done is settled as if the process had died of it.
    private void GiveUp(Active active)
    {
        // A dry run has begun nothing, and may have been asked for in the middle of somebody else's pass.
        if (!active.Request.DryRun)
        {
            (_pass, _context) = (null, null);
            Safely(ResolvePending);
        }
        Finish(active, Answer(active, RemediationVerdict.Failed, "an unexpected error, which is in the log; what was begun is in the journal"));
    }

    /// <summary>The top of the lane's work: an error here is a fault of ours; it is logged, and the lane goes on.</summary>
    private bool Safely(Action work)
    {
        try
        {
            work();
            return true;
        }
#pragma warning disable CA1031 // A lane that dies heals nothing.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _metrics.MonitorFailures.Inc();
            LogFailed(exception);
            return false;
        }
    }

    private void Finish(Active active, RemediationOutcome outcome)
    {
        lock (_gate)
        {
            _waiting.Remove(active);
            if (_active == active)
                _active = null;
        }
        active.Outcome.TrySetResult(outcome);
        // Nobody is added any more: whoever looks finds another in its place, or none.
        foreach (var follower in active.Followers)
            Finish(follower, outcome);
    }

    // Whether it is this request's turn. One at a time; and one that the loop has gone ahead of finds another in its place.
    private bool TryTakeTurn(Active active)
    {
        Active other;
        lock (_gate)
        {
            if (_active is not { IsBegun: true } || _active == active)
            {
                _active = active;
                return true;
            }
            other = _active;
            if (Covers(other.Request, active.Request))
            {
                // What it asks for is under way: from now on it is not told that nothing was done.
                active.Follows = other.Id;
                _ = active.TryBegin();
                other.Followers.Add(active);
                return false;
            }
        }
        Finish(active, Declined(active, DeclineReason.Busy, WhoIsBusy(other), _options.Remediation.VerifyWindow.TotalSeconds));
        return false;
    }

    private static string WhoIsBusy(Active other) => $"a remediation of {other.Request.Device} is under way ({other.Id})";

    private static RemediationTicket? TryJoin(Active running, RemediationRequest asked)
    {
        if (!Covers(running.Request, asked))
            return null;
        running.IsJoined = true;
        return new RemediationTicket(running.Id, Joined: true, running.Outcome.Task);
    }

    // Who joins gets the outcome of what somebody else has asked for: it must be what he has asked for himself.
    private static bool Covers(RemediationRequest running, RemediationRequest asked) =>
        running.Device == asked.Device && running.Rollback == asked.Rollback && (running.Recover || !asked.Recover)
        && (asked.Settings.IsEmpty ? running.Settings.IsEmpty : asked.Settings.All(running.Settings.Contains));

    private RemediationTicket Answered(Active active, DeclineReason reason, string explanation, double? retryAfter = null)
    {
        active.Outcome.TrySetResult(Declined(active, reason, explanation, retryAfter));
        return new RemediationTicket(active.Id, Joined: false, active.Outcome.Task);
    }

    private RemediationOutcome Declined(Active active, DeclineReason reason, string explanation, double? retryAfter = null)
    {
        _metrics.RemediationDeclined.WithLabels(SnakeCase.Of(active.Request.Trigger), SnakeCase.Of(reason)).Inc();
        return Answer(active, RemediationVerdict.Declined, explanation) with { Declined = reason, RetryAfter = retryAfter };
    }

    private static RemediationOutcome Answer(Active active, RemediationVerdict verdict, string explanation) =>
        new(active.Id, active.Request.Device.ToString(), verdict, explanation);

    private static JournalEntry Entry(JournalEvent what, DeviceFacts facts) =>
        new(what) { Key = facts.Key, Device = facts.Name.ToString(), Driver = facts.Driver.Length > 0 ? facts.Driver : null };

    /// <summary>What belongs to the pass under way.</summary>
    private sealed record RunContext(Active Active, DeviceFacts Facts, RemediationPlan Plan, JournalEntry Intent, bool WasHung, bool IsFirstRung);

    [LoggerMessage(EventIds.RemediationIncapable, LogLevel.Warning, "Remediation is in mode enforce, but CAP_NET_ADMIN is missing: nothing can be changed. Run as root, or give it to the program (AmbientCapabilities=CAP_NET_ADMIN in a systemd unit, --cap-add NET_ADMIN for a container)")]
    private partial void LogIncapable();

    [LoggerMessage(EventIds.RemediationFailed, LogLevel.Error, "An unexpected error on the remediation thread")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(EventIds.HistoryUnknown, LogLevel.Warning, "A part of the journal was lost, and with it what a person may have decided: every device that was not cleared since is in quarantine until a person clears it (quarantine clear DEVICE), no setting of it is changed, and {Meanwhile}")]
    private partial void LogHistoryUnknown(string meanwhile);
}
