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
    public void Poll(PollScope scope = PollScope.Everything)
    {
        Schedule.Begin(scope);
        var started = clock.GetTimestamp();
        Interlocked.Exchange(ref _pollStarted, started);
        var devices = ImmutableArray.CreateBuilder<DeviceSnapshot>();
        var last = scope == PollScope.Statistics && _current is { IsBroken: false } complete ? complete : null;
        using (var open = inventory.Open())
            foreach (var device in open.All)
            {
                var isShown = open.IsShown(device);
                var settings = last?.Find(device.Name, device.Bus) is { } known && known.IsShown == isShown
                    ? known
                    : ReadSettings(device.Name, device.Bus, isShown);
                devices.Add(ReadStatistics(settings));
            }
        var now = clock.GetTimestamp();
        Publish(
            new EthtoolSnapshot(
                last?.Timestamp ?? now, devices.DrainToImmutable(),
                last?.Duration ?? clock.GetElapsedTime(started, now))
            {
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
            Poll();
            return;
        }
        Interlocked.Exchange(ref _pollStarted, clock.GetTimestamp());
        var devices = last.Devices.ToBuilder();
        using (var open = inventory.Open())
            foreach (var device in open.All.Where(device => requested.Contains(device.Name)))
            {
                var read = ReadSettings(device.Name, device.Bus, open.IsShown(device));
                if (last.Find(device.Name, device.Bus) is { } known)
                    devices[last.Devices.IndexOf(known)] = appeared.Contains(device.Name)
                        ? ReadStatistics(read)
                        : KeepStatistics(read, known);
                else
                    devices.Add(ReadStatistics(read));
            }
        Publish(
            new EthtoolSnapshot(last.Timestamp, devices.ToImmutable(), last.Duration)
            {
                StatisticsTimestamp = last.StatisticsTimestamp,
            });
    }

    private void Publish(EthtoolSnapshot snapshot)
    {
        foreach (var collector in Collector.NeedEthtool.Where(options.Collectors.Has))
            health.Report(collector, snapshot.Failures.GetValueOrDefault(collector));
        _current = snapshot;
        Interlocked.Exchange(ref _pollStarted, 0);
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

    private void PollSafely(PollScope scope)
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

    // Without driver statistics.
    private DeviceSnapshot ReadSettings(InterfaceName device, BusAddress bus, bool isShown)
    {
        var hidden = new DeviceSnapshot(device, bus);
        if (!isShown)
            return hidden;
        var failures = ImmutableDictionary.CreateBuilder<Collector, string>();
        var shown = hidden with
        {
            IsShown = true,
            Driver = ReadIfEnabled(Collector.Info, () => ethtool.ReadDriverInfo(device), failures),
            PermanentAddress = options.Ethtool.PermanentAddress
                ? ReadIfEnabled(Collector.Info, () => ethtool.ReadPermanentAddress(device), failures)
                : null,
            Features = ReadIfEnabled(Collector.Features, () => ethtool.ReadFeatures(device), failures),
            Carrier = ReadIfEnabled(Collector.Link, () => ethtool.ReadLink(device), failures),
            Link = ReadIfEnabled(Collector.Link, () => ethtool.ReadLinkSettings(device), failures),
            Eee = ReadIfEnabled(Collector.Eee, () => ethtool.ReadEnergyEfficientEthernet(device), failures),
            Pause = ReadIfEnabled(Collector.Pause, () => ethtool.ReadPause(device), failures),
            Rings = ReadIfEnabled(Collector.Rings, () => ethtool.ReadRings(device), failures),
        };
        return shown with { Failures = failures.ToImmutable() };
    }

    private DeviceSnapshot ReadStatistics(DeviceSnapshot settings)
    {
        var failures = settings.Failures.ToBuilder();
        failures.RemoveRange([Collector.Ethtool, Collector.Stall]);
        // The stall detector needs the pause frame counters, even if no driver counter is exported.
        var isExported = settings.IsShown && options.Collectors.Has(Collector.Ethtool);
        var statistics = ReadIfEnabled(
            isExported ? Collector.Ethtool : Collector.Stall, () => ethtool.ReadStatistics(settings.Device), failures);
        return settings with
        {
            Statistics = statistics is null || !isExported
                ? []
                :
                [
                    .. statistics
                        .Where(statistic => _statistics.Includes(statistic.Name))
                        .DistinctBy(statistic => statistic.Name),
                ],
            PauseFramesReceived = PauseFrames(statistics),
            Failures = failures.ToImmutable(),
        };
    }

    private static DeviceSnapshot KeepStatistics(DeviceSnapshot settings, DeviceSnapshot known) => settings with
    {
        Statistics = known.Statistics,
        PauseFramesReceived = known.PauseFramesReceived,
        Failures = settings.Failures.AddRange(
            known.Failures.Where(failure => failure.Key == Collector.Ethtool || failure.Key == Collector.Stall)),
    };

    private T? ReadIfEnabled<T>(
        Collector collector, Func<T?> read, ImmutableDictionary<Collector, string>.Builder failures)
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
            if (exception.Errno != Errno.NoDevice && !failures.ContainsKey(collector))
                failures.Add(collector, exception.Message);
            return default;
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
