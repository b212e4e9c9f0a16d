using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>
/// The devices that are known: those that sysfs shows, and those that are gone but have something to remember. It finds the device that a
/// message is about. Owned by the monitor's loop.
/// </summary>
internal sealed class DeviceTable(ExporterMetrics metrics)
{
    private readonly List<DeviceTracker> _devices = [];

    /// <summary>All devices.</summary>
    public IReadOnlyList<DeviceTracker> All => _devices;

    /// <summary>Takes up the devices that an earlier process remembered.</summary>
    public void Restore(IEnumerable<DeviceState> states, bool sameBoot)
    {
        foreach (var state in states)
        {
            BusAddress bus = default;
            if (InterfaceName.TryParse(state.Device, out var name) && (state.Bus.Length == 0 || BusAddress.TryParse(state.Bus, out bus)))
            {
                var device = new DeviceTracker(name, bus);
                device.Restore(state, sameBoot);
                _devices.Add(device);
            }
        }
    }

    /// <summary>Brings the register up to what sysfs shows now, and pairs each open device with its record.</summary>
    public List<(NetDevice Open, DeviceTracker Tracked)> Update(OpenDevices open)
    {
        var before = _devices.FindAll(tracked => tracked.Present);
        before.ForEach(tracked => tracked.Present = false);
        var pairs = new List<(NetDevice, DeviceTracker)>(open.All.Count);
        foreach (var device in open.All)
            if (_devices.Find(tracked => !tracked.Present && tracked.Name == device.Name && tracked.Bus == device.BusAddress) is { } same)
                Pair(device, same);
        foreach (var device in open.All)
        {
            if (pairs.Exists(pair => pair.Item1 == device))
                continue;
            // The same hardware under another name: renamed, or re-created by its driver.
            var renamed = device.BusAddress.IsEmpty ? null : _devices.Find(tracked => !tracked.Present && tracked.Bus == device.BusAddress);
            if (renamed is not null)
                renamed.Rename(device.Name, metrics);
            else
                _devices.Add(renamed = new DeviceTracker(device.Name, device.BusAddress));
            Pair(device, renamed);
        }
        // Not seen is not gone where seeing failed, as with no file descriptor left.
        if (open.Failed)
            foreach (var unseen in before.Where(tracked => !tracked.Present && !pairs.Exists(pair => pair.Item2.Name == tracked.Name)))
                unseen.Present = true;
        foreach (var (_, there) in pairs)
            foreach (var former in _devices.Where(tracked => tracked is { Present: false, IsPublished: true } && tracked.Name == there.Name))
            {
                // Other hardware has the name now; its series must not go on from the counts of the former bearer, which stay in the state.
                former.Unpublish(metrics);
                there.Unpublish(metrics);
            }
        foreach (var gone in _devices.Where(tracked => tracked is { Present: false, HasHistory: false }).ToList())
        {
            gone.Unpublish(metrics);
            _devices.Remove(gone);
        }
        return pairs;

        void Pair(NetDevice device, DeviceTracker tracked)
        {
            tracked.Present = true;
            tracked.Driver = device.Driver;
            tracked.IsVirtualFunction = device.IsVirtualFunction;
            pairs.Add((device, tracked));
        }
    }

    /// <summary>False for a device that is gone and whose name another one bears now, or has borne since.</summary>
    public bool OwnsItsName(DeviceTracker device) =>
        device.Present || !_devices.Exists(other => other != device && other.Name == device.Name && (other.Present || other.IsPublished));

    /// <summary>
    /// The device that a message is about, or null. The bus address decides where there is one: names change, and another network
    /// namespace may have an eth0 of its own. A device that is there is meant before one that is gone: whoever was remembered under a name must
    /// not take the reports of its present bearer.
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
            return _devices.Find(device => device.Present && BearsTheName(device)) ?? _devices.Find(BearsTheName);
        return Only(device => device.Present && device.Driver is not null && device.Driver == driver);

        // "NETDEV WATCHDOG: eth0 (e1000e)": the name in parentheses is that of the driver bound to the bus device.
        bool BearsTheName(DeviceTracker device) =>
            device.Name == name && (kind != MessageKind.Watchdog || driver is null || device.Driver is null || device.Driver == driver);
    }

    private DeviceTracker? Only(Predicate<DeviceTracker> condition) => _devices.FindAll(condition) is [var only] ? only : null;
}
