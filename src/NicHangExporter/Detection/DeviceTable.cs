using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>
/// The known devices: those in sysfs, and those that are gone but have something to remember. Finds the device that a
/// message is about. Only the thread of <see cref="HangMonitor"/> uses it.
/// </summary>
internal sealed class DeviceTable(ExporterMetrics metrics)
{
    private readonly List<DeviceTracker> _devices = [];
    private List<(WatchedDevice Open, DeviceTracker Tracked)> _pairs = [];
    private long? _version;

    // Not as an interface: loops over it run at each sample and must not allocate.
    public List<DeviceTracker> All => _devices;

    /// <summary>True if a hang is in progress.</summary>
    public bool IsAnyHanging
    {
        get
        {
            foreach (var device in _devices)
                if (device.IsHanging)
                    return true;
            return false;
        }
    }

    /// <summary>The first time after a moment at which a hang can be confirmed; null for never. Both since
    /// boot.</summary>
    public TimeSpan? ConfirmableAfter(TimeSpan moment)
    {
        TimeSpan? first = null;
        foreach (var device in _devices)
            if (device.ConfirmableAt is { } at && at > moment && !(first <= at))
                first = at;
        return first;
    }

    /// <summary>Takes the devices of an earlier process.</summary>
    /// <param name="states">Their states.</param>
    /// <param name="sameBoot">The states are from this boot.</param>
    /// <returns>The episodes that ended with the boot of an earlier process.</returns>
    public IReadOnlyList<(DeviceTracker Device, EpisodeEnded Ended)> Restore(
        IEnumerable<DeviceState> states, bool sameBoot)
    {
        var endedWithBoot = new List<(DeviceTracker, EpisodeEnded)>();
        foreach (var state in states)
        {
            BusAddress bus = default;
            if (!InterfaceName.TryParse(state.Device, out var name)
                || (state.Bus.Length > 0 && !BusAddress.TryParse(state.Bus, out bus)))
                continue;
            var device = new DeviceTracker(name, bus);
            if (device.Restore(state, sameBoot) is { } ended)
                endedWithBoot.Add((device, ended));
            _devices.Add(device);
        }
        return endedWithBoot;
    }

    /// <summary>
    /// Updates the table to what sysfs shows now, and pairs each open device with its tracker. Does nothing if the
    /// devices are the same as before.
    /// </summary>
    // The closures of Refresh would be allocated at each call.
    public List<(WatchedDevice Open, DeviceTracker Tracked)> Update(OpenDevices open) =>
        _version == open.Version ? _pairs : Refresh(open);

    /// <summary>False for a device that is gone if another one has its name now, or has had it since.</summary>
    public bool OwnsItsName(DeviceTracker device) =>
        device.Present || !_devices.Exists(other =>
            other != device && other.Name == device.Name && (other.Present || other.Series.IsPublished));

    /// <summary>
    /// The device that a message is about, or null. A bus address decides if there is one: names change, and another
    /// network namespace may have an eth0 of its own. A device that is present comes before one that is gone, so that a
    /// remembered device does not take the reports of the present one with its name.
    /// </summary>
    public DeviceTracker? Find(in NicMessage message)
    {
        var (bus, name, driver, kind) = (message.Bus, message.Device, message.Driver, message.Kind);
        if (!bus.IsEmpty)
            return _devices.Find(device => device.Bus == bus && device.Name == name && device.Present)
                ?? _devices.Find(device => device.Bus == bus && device.Name == name)
                ?? (_devices.Exists(device => device.Bus == bus && device.Present)
                    ? Only(device => device.Bus == bus && device.Present)
                    : Only(device => device.Bus == bus));
        if (!name.IsEmpty)
            return _devices.Find(device => device.Present && HasTheName(device)) ?? _devices.Find(HasTheName);
        return Only(device => device.Present && device.Driver is not null && device.Driver == driver);

        // "NETDEV WATCHDOG: eth0 (e1000e)": the name in parentheses is that of the driver bound to the bus device.
        bool HasTheName(DeviceTracker device) =>
            device.Name == name
            && (kind != MessageKind.Watchdog || driver is null || device.Driver is null || device.Driver == driver);
    }

    private List<(WatchedDevice Open, DeviceTracker Tracked)> Refresh(OpenDevices open)
    {
        var before = _devices.FindAll(tracked => tracked.Present);
        before.ForEach(tracked => tracked.SetPresent(false));
        var pairs = _pairs = Pair(open);
        // After a failure, such as no free file descriptor, a device that was not seen may still be there.
        if (open.Failed)
            foreach (var unseen in before.Where(tracked =>
                !tracked.Present && !pairs.Exists(pair => pair.Tracked.Name == tracked.Name)))
                unseen.SetPresent(true);
        var formers = _devices.FindAll(tracked => tracked is { Present: false, Series.IsPublished: true });
        foreach (var (_, present) in formers.Count == 0 ? [] : pairs)
            foreach (var former in formers.Where(tracked => tracked.Name == present.Name))
            {
                // Other hardware has the name now. Its series must not go on from the counts of the former device,
                // which stay in the state.
                former.Series.Unpublish(metrics);
                present.Series.Unpublish(metrics);
            }
        foreach (var gone in _devices.Where(tracked => tracked is { Present: false, HasHistory: false }).ToList())
        {
            gone.Series.Unpublish(metrics);
            _devices.Remove(gone);
        }
        _version = open.Version;
        return pairs;
    }

    private List<(WatchedDevice Open, DeviceTracker Tracked)> Pair(OpenDevices open)
    {
        var pairs = new List<(WatchedDevice Open, DeviceTracker Tracked)>(open.All.Count);
        var paired = new HashSet<WatchedDevice>();
        var byName = _devices.ToLookup(tracked => (tracked.Name, tracked.Bus));
        foreach (var device in open.All)
            if (byName[(device.Name, device.Bus)].FirstOrDefault(tracked => !tracked.Present) is { } same)
                Add(device, same);
        foreach (var device in open.All)
        {
            if (paired.Contains(device))
                continue;
            // The same hardware under another name: renamed, or re-created by its driver.
            var renamed = device.Bus.IsEmpty
                ? null
                : _devices.Find(tracked => !tracked.Present && tracked.Bus == device.Bus);
            if (renamed is not null)
                renamed.Rename(device.Name, metrics);
            else
                _devices.Add(renamed = new DeviceTracker(device.Name, device.Bus));
            Add(device, renamed);
        }
        return pairs;

        void Add(WatchedDevice device, DeviceTracker tracked)
        {
            paired.Add(device);
            tracked.Appear(device.Driver, device.Sysfs.IsVirtualFunction);
            pairs.Add((device, tracked));
        }
    }

    private DeviceTracker? Only(Predicate<DeviceTracker> condition) =>
        _devices.FindAll(condition) is [var only] ? only : null;
}
