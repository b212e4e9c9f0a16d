using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
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
    private readonly EthtoolStatistics _statistics = new(options.Ethtool.Statistics);
    private readonly CancellationTokenSource _stop = new();
    private readonly LogThrottle _failedLog = new(clock);
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile EthtoolSnapshot? _current;
    private long _pollStarted;

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
        var stop = _stop.Token;
        // A background thread, so that the process can exit while an ioctl does not return.
        if (options.Collectors.Has(Collector.Stall) || Collector.NeedEthtool.Any(options.Collectors.Has))
            new Thread(() => Run(stop)) { IsBackground = true, Name = "ethtool" }.Start();
        else
            _first.TrySetResult();
    }

    /// <summary>Makes the thread end after its poll. Does not wait for it.</summary>
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
                devices.Add(Read(device.Name, device.Bus, open.IsShown(device), failures));
        foreach (var collector in Collector.NeedEthtool.Where(options.Collectors.Has))
            health.Report(collector, failures.GetValueOrDefault(collector));
        var now = clock.GetTimestamp();
        _current = new EthtoolSnapshot(
            now, devices.DrainToImmutable(), [.. failures.Keys], clock.GetElapsedTime(started, now));
        Interlocked.Exchange(ref _pollStarted, 0);
        _first.TrySetResult();
    }

    private void Run(CancellationToken stop)
    {
        using var neverSet = new ManualResetEventSlim();
        try
        {
            while (true)
            {
                PollSafely();
                // Not a timer: its callback needs a thread of the pool.
                neverSet.Wait(options.Ethtool.Interval, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The poller is stopped.
        }
    }

    private void PollSafely()
    {
        try
        {
            Poll();
        }
#pragma warning disable CA1031 // An unexpected answer of a driver must not end the thread.
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

    private DeviceSnapshot Read(
        InterfaceName device, BusAddress bus, bool isShown, Dictionary<Collector, string> failures)
    {
        // The stall detector needs the pause frame counters, even if no driver counter is exported.
        var statistics = ReadIfEnabled(
            isShown && options.Collectors.Has(Collector.Ethtool) ? Collector.Ethtool : Collector.Stall,
            () => ethtool.ReadStatistics(device));
        var pauseFrames = PauseFrames(statistics);
        if (!isShown)
            return new DeviceSnapshot(device, bus) { PauseFramesReceived = pauseFrames };
        return new DeviceSnapshot(device, bus)
        {
            Driver = ReadIfEnabled(Collector.Info, () => ethtool.ReadDriverInfo(device)),
            PermanentAddress = options.Ethtool.PermanentAddress
                ? ReadIfEnabled(Collector.Info, () => ethtool.ReadPermanentAddress(device))
                : null,
            Features = ReadIfEnabled(Collector.Features, () => ethtool.ReadFeatures(device)),
            Carrier = ReadIfEnabled(Collector.Link, () => ethtool.ReadLink(device)),
            Link = ReadIfEnabled(Collector.Link, () => ethtool.ReadLinkSettings(device)),
            Eee = ReadIfEnabled(Collector.Eee, () => ethtool.ReadEnergyEfficientEthernet(device)),
            Pause = ReadIfEnabled(Collector.Pause, () => ethtool.ReadPause(device)),
            Rings = ReadIfEnabled(Collector.Rings, () => ethtool.ReadRings(device)),
            Statistics =
                statistics is null || !options.Collectors.Has(Collector.Ethtool)
                    ? []
                    :
                    [
                        .. statistics
                            .Where(statistic => _statistics.Includes(statistic.Name))
                            .DistinctBy(statistic => statistic.Name),
                    ],
            PauseFramesReceived = pauseFrames,
        };

        T? ReadIfEnabled<T>(Collector collector, Func<T?> read)
        {
            if (!options.Collectors.Has(collector))
                return default;
            try
            {
                return read();
            }
            catch (LinuxException exception)
            {
                // ENODEV: the device was removed after it was listed, or its driver detached it. There is no value to
                // report.
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

    [LoggerMessage(
        EventIds.PollFailed, LogLevel.Error,
        "{Polls} ethtool polls failed with an unexpected error, so the snapshot gets old")]
    private partial void LogFailed(Exception exception, ulong polls);
}
