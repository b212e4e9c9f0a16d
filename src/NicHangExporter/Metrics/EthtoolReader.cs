using System.Runtime.InteropServices;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>
/// Reads the ethtool values of one device after the other. For a device whose values are those of the last reading it
/// allocates only what the driver answers about EEE, pause frames and rings, the permanent address, and errors. Only
/// the thread of <see cref="EthtoolPoller"/> uses it.
/// </summary>
internal sealed class EthtoolReader
{
    private readonly IEthtool _ethtool;
    private readonly ExporterOptions _options;
    private readonly StatisticFilter _exported;
    private readonly StatisticFilter _pauseFrames = new(EthtoolStatistics.PauseFramesReceived.Contains);
    private readonly List<CollectorFailure> _failures = [];

    public EthtoolReader(IEthtool ethtool, ExporterOptions options)
    {
        (_ethtool, _options) = (ethtool, options);
        _exported = new StatisticFilter(new EthtoolStatistics(options.Ethtool.Statistics).Includes);
    }

    /// <summary>Reads everything except driver statistics.</summary>
    /// <param name="device">The device.</param>
    /// <param name="bus">Its address.</param>
    /// <param name="isShown">It has series; otherwise nothing is read.</param>
    /// <param name="known">The last snapshot of the device, or null.</param>
    /// <returns>
    /// The snapshot with the statistics of <paramref name="known"/>; that object itself if nothing has changed.
    /// </returns>
    public DeviceSnapshot ReadSettings(InterfaceName device, BusAddress bus, bool isShown, DeviceSnapshot? known)
    {
        known ??= new DeviceSnapshot(device, bus);
        if (!isShown)
            return known.IsShown
                ? new DeviceSnapshot(device, bus)
                {
                    Chosen = known.Chosen,
                    Statistics = known.Statistics,
                    PauseFramesReceived = known.PauseFramesReceived,
                    StatisticsFailure = known.StatisticsFailure,
                }
                : known;
        _failures.Clear();
        var driver = Read(Collector.Info, device, static (ethtool, device) => ethtool.ReadDriverInfo(device));
        var address = _options.Ethtool.PermanentAddress
            ? Read(Collector.Info, device, static (ethtool, device) => ethtool.ReadPermanentAddress(device))
            : null;
        var features = Read(Collector.Features, device, static (ethtool, device) => ethtool.ReadFeatures(device));
        var carrier = Read(Collector.Link, device, static (ethtool, device) => ethtool.ReadLink(device));
        var link = Read(Collector.Link, device, static (ethtool, device) => ethtool.ReadLinkSettings(device));
        var eee = Read(
            Collector.Eee, device, static (ethtool, device) => ethtool.ReadEnergyEfficientEthernet(device));
        var pause = Read(Collector.Pause, device, static (ethtool, device) => ethtool.ReadPause(device));
        var rings = Read(Collector.Rings, device, static (ethtool, device) => ethtool.ReadRings(device));
        var isSameAddress = address.AsSpan().SequenceEqual(known.PermanentAddress)
            && (address is null) == (known.PermanentAddress is null);
        var isFailingAsBefore = known.SettingsFailures.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(_failures));
        if (known.IsShown && isSameAddress && isFailingAsBefore
            && (known.Driver, known.Features, known.Carrier, known.Link) == (driver, features, carrier, link)
            && (known.Eee, known.Pause, known.Rings) == (eee, pause, rings))
            return known;
        return known with
        {
            IsShown = true,
            Driver = driver,
            PermanentAddress = address,
            Features = features,
            Carrier = carrier,
            Link = link,
            Eee = eee,
            Pause = pause,
            Rings = rings,
            SettingsFailures = [.. _failures],
        };
    }

    /// <summary>Reads the driver statistics.</summary>
    /// <param name="settings">The snapshot of the device with the statistics of the last reading.</param>
    /// <param name="readsNames">Reads the names of the counters again; otherwise only if their number has
    /// changed.</param>
    /// <returns><paramref name="settings"/> itself if nothing has changed.</returns>
    public DeviceSnapshot ReadStatistics(DeviceSnapshot settings, bool readsNames)
    {
        // The stall detector needs the pause frame counters, even if no driver counter is exported.
        var isExported = settings.IsShown && _options.Collectors.Has(Collector.Ethtool);
        _failures.Clear();
        var chosen = Read(
            isExported ? Collector.Ethtool : Collector.Stall, (settings, isExported, readsNames),
            static (reader, of) => reader._ethtool.ReadChosenStatistics(
                of.settings.Device, of.isExported ? reader._exported : reader._pauseFrames, of.settings.Chosen,
                of.readsNames));
        CollectorFailure? failure = _failures is [var first] ? first : null;
        var statistics = isExported && chosen is not null ? chosen.All : [];
        if (ReferenceEquals(chosen, settings.Chosen) && settings.Statistics == statistics
            && settings.StatisticsFailure == failure && settings.PauseFramesReceived == PauseFrames(chosen))
            return settings;
        return settings with
        {
            Chosen = chosen,
            Statistics = statistics,
            PauseFramesReceived = PauseFrames(chosen),
            StatisticsFailure = failure,
        };
    }

    private T? Read<T>(Collector collector, InterfaceName device, Func<IEthtool, InterfaceName, T?> read) =>
        Read(collector, (read, device), static (reader, of) => of.read(reader._ethtool, of.device));

    private T? Read<TOf, T>(Collector collector, TOf of, Func<EthtoolReader, TOf, T?> read)
    {
        if (!_options.Collectors.Has(collector))
            return default;
        try
        {
            return read(this, of);
        }
        catch (LinuxException exception)
        {
            // ENODEV: the device was removed after it was listed, or its driver detached it. There is no value to
            // report.
            if (exception.Errno != Errno.NoDevice && !HasFailed(collector))
                _failures.Add(new(collector, exception.Message));
            return default;
        }
    }

    private bool HasFailed(Collector collector)
    {
        foreach (var failure in _failures)
            if (failure.Collector == collector)
                return true;
        return false;
    }

    private static ulong? PauseFrames(ChosenStatistics? statistics)
    {
        foreach (var statistic in statistics?.All ?? [])
            if (EthtoolStatistics.PauseFramesReceived.Contains(statistic.Name))
                return statistic.Value;
        return null;
    }
}
