using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Logging;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Reads what needs RTNL, on a thread of its own, and publishes it as one immutable snapshot. The thread can be stuck in the kernel for
/// ever, because nothing can cancel an ioctl; then the snapshot grows old, which is visible, and nobody else waits.
/// </summary>
internal sealed partial class EthtoolPoller(
    IEthtool ethtool, DeviceInventory inventory, ExporterOptions options, CollectorHealth health, TimeProvider clock, ILogger<EthtoolPoller> logger)
    : IDisposable
{
    private readonly EthtoolStatistics _statistics = new(options.Ethtool.Statistics);
    private readonly CancellationTokenSource _stop = new();
    private readonly LogThrottle _failedLog = new(clock);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EthtoolSnapshot? _current;
    private long _pollStarted;

    /// <summary>The last complete snapshot, or null before the first.</summary>
    public EthtoolSnapshot? Current => _current;

    /// <summary>Done when the first snapshot is there. It may never be.</summary>
    public Task First => _first.Task;

    /// <summary>How long the poll that is under way has been running; zero between polls.</summary>
    public TimeSpan Waiting => Interlocked.Read(ref _pollStarted) is var started && started != 0 ? clock.GetElapsedTime(started) : TimeSpan.Zero;

    /// <summary>Starts the thread, where a collector needs it.</summary>
    public void Start()
    {
        var stop = _stop.Token;
        // A background thread: a process that is told to stop must not wait for an ioctl that never returns.
        if (options.Collectors.Has(Collector.Stall) || Collector.NeedEthtool.Any(options.Collectors.Has))
            new Thread(() => Run(stop)) { IsBackground = true, Name = "ethtool" }.Start();
        else
            _first.TrySetResult();
    }

    /// <summary>Tells the thread to end after its poll. Nobody waits for that: it may never come.</summary>
    public void Stop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>Reads everything once, on the calling thread.</summary>
    public void Poll()
    {
        var started = clock.GetTimestamp();
        Interlocked.Exchange(ref _pollStarted, started);
        var failures = new Dictionary<Collector, string>();
        var devices = ImmutableArray.CreateBuilder<DeviceSnapshot>();
        using (var open = inventory.Open())
            foreach (var device in open.All)
                devices.Add(Read(device.Name, device.BusAddress, open.Shown.Contains(device), failures));
        foreach (var collector in Collector.NeedEthtool.Where(options.Collectors.Has))
            health.Report(collector, failures.GetValueOrDefault(collector));
        var now = clock.GetTimestamp();
        _current = new EthtoolSnapshot(now, devices.DrainToImmutable(), [.. failures.Keys], clock.GetElapsedTime(started, now));
        Interlocked.Exchange(ref _pollStarted, 0);
        _first.TrySetResult();
    }

    private void Run(CancellationToken stop)
    {
        using var never = new ManualResetEventSlim();
        try
        {
            while (true)
            {
                PollSafely();
                // Not a timer, which would come by way of the thread pool.
                never.Wait(options.Ethtool.Interval, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private void PollSafely()
    {
        try
        {
            Poll();
        }
#pragma warning disable CA1031 // The top of the thread's loop: an answer of some driver that we did not foresee must not end the watch for hangs.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.Exchange(ref _pollStarted, 0);
            if (_current is { } last)
                _current = last with { Failed = [.. Collector.NeedEthtool] };
            if (_failedLog.IsDue(1, out var polls))
                LogFailed(exception, polls);
        }
    }

    private DeviceSnapshot Read(InterfaceName device, BusAddress bus, bool isShown, Dictionary<Collector, string> failures)
    {
        // The stall detector needs the pause frame counters, also where no driver counter is exported.
        var statistics = Ask(isShown && options.Collectors.Has(Collector.Ethtool) ? Collector.Ethtool : Collector.Stall, () => ethtool.ReadStatistics(device));
        var pauseFrames = PauseFrames(statistics);
        if (!isShown)
            return new DeviceSnapshot(device, bus) { PauseFramesReceived = pauseFrames };
        return new DeviceSnapshot(device, bus)
        {
            Driver = Ask(Collector.Info, () => ethtool.ReadDriverInfo(device)),
            PermanentAddress = options.Ethtool.PermanentAddress ? Ask(Collector.Info, () => ethtool.ReadPermanentAddress(device)) : null,
            Features = Ask(Collector.Features, () => ethtool.ReadFeatures(device)),
            Carrier = Ask(Collector.Link, () => ethtool.ReadLink(device)),
            Link = Ask(Collector.Link, () => ethtool.ReadLinkSettings(device)),
            Eee = Ask(Collector.Eee, () => ethtool.ReadEnergyEfficientEthernet(device)),
            Pause = Ask(Collector.Pause, () => ethtool.ReadPause(device)),
            Rings = Ask(Collector.Rings, () => ethtool.ReadRings(device)),
            Statistics = statistics is null || !options.Collectors.Has(Collector.Ethtool) ? [] : [.. statistics.Where(statistic => _statistics.Includes(statistic.Name)).DistinctBy(statistic => statistic.Name)],
            PauseFramesReceived = pauseFrames,
        };

        T? Ask<T>(Collector collector, Func<T?> read)
        {
            if (!options.Collectors.Has(collector))
                return default;
            try
            {
                return read();
            }
            catch (LinuxException exception)
            {
                // ENODEV: gone since it was listed, or detached by its driver. Either way there is nothing to tell of it.
                if (exception.Errno != Errno.NoDevice)
                    failures.TryAdd(collector, exception.Message);
                return default;
            }
        }
    }

    private static ulong? PauseFrames(IReadOnlyList<Statistic>? statistics)
    {
        foreach (var statistic in statistics ?? [])
            if (EthtoolStatistics.PauseFramesReceived.Contains(statistic.Name))
                return statistic.Value;
        return null;
    }

    [LoggerMessage(EventIds.PollFailed, LogLevel.Error, "{Polls} ethtool polls met an unexpected error, so the snapshot grows old")]
    private partial void LogFailed(Exception exception, ulong polls);
}
