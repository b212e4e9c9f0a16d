using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Logging;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Reads values that need the RTNL lock on a dedicated thread and publishes them as one immutable snapshot. The thread
/// can be stuck in the kernel forever, because an ioctl can't be cancelled. Then the snapshot gets old, which a metric
/// shows, and no other thread waits.
/// </summary>
internal sealed partial class EthtoolPoller(
    IEthtool ethtool, DeviceInventory inventory, ExporterOptions options, CollectorHealth health, TimeProvider clock,
    ILogger<EthtoolPoller> logger) : IDisposable
{
    /// <summary>
    /// The kernel notifies most changes of the names of a driver's counters, and their number changes as well. In so
    /// many polls the names of each device are read once without a sign.
    /// </summary>
    private const int NamesTurn = 16;

    private readonly EthtoolReader _reader = new(ethtool, options);
    private readonly ImmutableArray<Collector> _collectors =
        [.. Collector.NeedEthtool.Where(options.Collectors.Has)];
    private readonly List<DeviceSnapshot> _devices = [];
    private int _turn;
    private readonly LogThrottle _failedLog = new(clock);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EthtoolSnapshot? _current;
    private long _pollStarted;

    /// <summary>When the thread reads what.</summary>
    public PollSchedule Schedule { get; } = new(options.Ethtool.Interval, options.Detection.StallWindow, clock);

    /// <summary>The last complete snapshot; null before the first.</summary>
    public EthtoolSnapshot? Current => _current;

    /// <summary>Completes with the first snapshot, possibly never.</summary>
    public Task First => _first.Task;

    /// <summary>The duration of the running poll; zero between polls.</summary>
    public TimeSpan Waiting =>
        Interlocked.Read(ref _pollStarted) is var started && started != 0
            ? clock.GetElapsedTime(started)
            : TimeSpan.Zero;

    /// <summary>Starts the thread if a collector needs it.</summary>
    public void Start()
    {
        Schedule.Request();
        // A background thread, so that the process can exit while an ioctl does not return.
        if (options.Collectors.Has(Collector.Stall) || Collector.NeedEthtool.Any(options.Collectors.Has))
            new Thread(Run) { IsBackground = true, Name = "ethtool" }.Start();
        else
            _first.TrySetResult();
    }

    /// <summary>Makes the thread end after its poll. Does not wait for it.</summary>
    public void Stop() => Schedule.Stop();

    /// <inheritdoc/>
    public void Dispose() => Schedule.Stop();

    /// <summary>Reads once, on the calling thread.</summary>
    /// <param name="scope">
    /// What is read. Settings of a device that the last snapshot does not have are read in any case.
    /// </param>
    /// <param name="isRequested">A request is the reason: nothing is taken from the last poll.</param>
    public void Poll(PollScope scope = PollScope.Everything, bool isRequested = false)
    {
        var known = _current;
        // A poll that failed may have been one of a request.
        var readsAllNames = Schedule.Begin(scope) || isRequested || !Schedule.IsNotified || known is { IsBroken: true };
        var started = clock.GetTimestamp();
        Interlocked.Exchange(ref _pollStarted, started);
        var last = scope == PollScope.Statistics && known is { IsBroken: false } ? known : null;
        _turn += last is null ? 1 : 0;
        _devices.Clear();
        using (var open = inventory.Open())
            for (var place = 0; place < open.All.Count; place++)
            {
                var device = open.All[place];
                var isShown = open.IsShown(device);
                var before = known?.Find(device.Name, device.Bus, place);
                var settings = last is not null && before?.IsShown == isShown
                    ? before
                    : _reader.ReadSettings(device.Name, device.Bus, isShown, before);
                var readsNames = last is null && (readsAllNames || (_turn + device.Index) % NamesTurn == 0);
                _devices.Add(_reader.ReadStatistics(settings, readsNames));
            }
        var now = clock.GetTimestamp();
        var (timestamp, duration) = last is null
            ? (now, clock.GetElapsedTime(started, now))
            : (last.Timestamp, last.Duration);
        Publish(known is not null && AreSame(known.Devices, _devices)
            ? known.At(timestamp, duration, (started, now))
            : new EthtoolSnapshot(timestamp, [.. _devices], duration)
            {
                StatisticsStarted = started,
                StatisticsTimestamp = now,
            });
        _first.TrySetResult();
    }

    /// <summary>
    /// Reads the settings of the requested devices once, on the calling thread, and the statistics of those that are
    /// new.
    /// </summary>
    public void PollRequested()
    {
        var requested = Schedule.TakeRequested(out var appeared);
        if (_current is not { IsBroken: false } last)
        {
            Poll(isRequested: true);
            return;
        }
        Interlocked.Exchange(ref _pollStarted, clock.GetTimestamp());
        var devices = last.Devices.ToBuilder();
        using (var open = inventory.Open())
            foreach (var device in open.All.Where(device => requested.Contains(device.Name)))
            {
                var known = last.Find(device.Name, device.Bus);
                var read = _reader.ReadSettings(device.Name, device.Bus, open.IsShown(device), known);
                if (known is null)
                    devices.Add(ReadNew(read));
                else
                    devices[last.Devices.IndexOf(known)] = appeared.Contains(device.Name)
                        ? ReadNew(read)
                        : read with { Chosen = null };
            }
        Publish(
            new EthtoolSnapshot(last.Timestamp, devices.ToImmutable(), last.Duration)
            {
                StatisticsStarted = last.StatisticsStarted,
                StatisticsTimestamp = last.StatisticsTimestamp,
            });
    }

    /// <summary>Reads once. After an unexpected error the last snapshot stays, marked as broken.</summary>
    public void PollSafely(PollScope scope)
    {
        try
        {
            if (scope == PollScope.Requested)
                PollRequested();
            else
                Poll(scope);
        }
#pragma warning disable CA1031 // An unexpected answer of a driver must not end the thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.Exchange(ref _pollStarted, 0);
            if (_current is { } last)
                _current = last with { IsBroken = true };
            if (_failedLog.IsDue(1, out var polls))
                LogFailed(exception, polls);
        }
    }

    // The snapshot's time of the statistics is that of the last poll of all devices. For pause frames the time matters.
    private DeviceSnapshot ReadNew(DeviceSnapshot settings) =>
        _reader.ReadStatistics(settings, readsNames: true) with { PauseFramesReceived = null };

    private void Publish(EthtoolSnapshot snapshot)
    {
        foreach (var collector in _collectors)
            health.Report(collector, snapshot.Failures.GetValueOrDefault(collector));
        _current = snapshot;
        Interlocked.Exchange(ref _pollStarted, 0);
    }

    private static bool AreSame(ImmutableArray<DeviceSnapshot> before, List<DeviceSnapshot> now)
    {
        if (before.Length != now.Count)
            return false;
        for (var place = 0; place < before.Length; place++)
            if (!ReferenceEquals(before[place], now[place]))
                return false;
        return true;
    }

    private void Run()
    {
        while (true)
        {
            Schedule.IsNotified = inventory.IsNotified;
            if (Schedule.Wait() is not { } scope)
                return;
            PollSafely(scope);
        }
    }

    [LoggerMessage(
        EventIds.PollFailed, LogLevel.Error,
        "{Polls} ethtool polls failed with an unexpected error, so the snapshot gets old")]
    private partial void LogFailed(Exception exception, ulong polls);
}
