using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose;

/// <summary>
/// Assigns the messages of a log to devices. Drivers name the bus address, the interface, both or neither. The first
/// line that has both links the two, also for earlier lines. Several interfaces on one address stay separate. Pure: no
/// I/O, no clock.
/// </summary>
internal sealed class Diagnosis(TimeSpan gap)
{
    private readonly List<DeviceLogSummary> _devices = [];
    private readonly Dictionary<BusAddress, List<DeviceLogSummary>> _byBus = [];
    private readonly Dictionary<InterfaceName, List<DeviceLogSummary>> _byName = [];
    private long _position;
    private int _boot;

    /// <summary>Reports that are further apart belong to different episodes.</summary>
    public static TimeSpan DefaultGap { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Adds one message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="at">Its time on one timeline; zero for all messages of a log without times.</param>
    public void Observe(in NicMessage message, TimeSpan at)
    {
        _position++;
        if (message.Kind == MessageKind.Renamed) Rename(message);
        else Find(message.Bus, message.Device, message.Driver).Add(message, at, _position, _boot);
    }

    /// <summary>Starts another boot. A hang ended with the previous boot, without a recovery by the driver.</summary>
    public void ObserveBoot() => _boot++;

    /// <summary>The devices with any count, in the order of their first lines.</summary>
    public IReadOnlyList<DeviceDiagnosis> Conclude()
    {
        AttributeNameless();
        LinkByDriver();
        // A kernel with two reports in one boot does not limit them to one.
        var keepsToOne = _devices
            .SelectMany(device => device.WatchdogBoots)
            .CountBy(boot => boot)
            .All(boot => boot.Value == 1);
        return
        [
            .. _devices.OrderBy(device => device.First)
                .Select(device =>
                    device.Diagnose(gap) with
                    {
                        IsOnlyReportOfBoot = keepsToOne && device.HasReportOfOldKernel,
                    })
                .Where(device => device.HasAnything),
        ];
    }

    private void Rename(in NicMessage message)
    {
        // Without a parent it is an interface of a container, unrelated to the host's.
        if (message.Bus.IsEmpty || message.Device.IsEmpty) return;
        var device = Find(message.Bus, message.FormerDevice, message.Driver);
        device.See(message.Driver, _position);
        var name = message.Device;
        var namesake = On(message.Bus).Find(other => other != device && other.Device == name);
        Named(message.FormerDevice).Remove(device);
        device.Device = name;
        Named(name).Add(device);
        if (namesake is not null) Merge(device, namesake);
    }

    private DeviceLogSummary Find(BusAddress bus, InterfaceName name, string? driver)
    {
        if (bus.IsEmpty && name.IsEmpty)
            return _devices.Find(device => device.Bus.IsEmpty && device.Device.IsEmpty && device.Driver == driver)
                ?? Add(bus, name);
        if (bus.IsEmpty)
            return Named(name).Where(device => device.MayBe(driver)).MaxBy(device => device.Latest) ?? Add(bus, name);
        if (name.IsEmpty)
            return On(bus).MaxBy(device => device.Latest) ?? Add(bus, name);
        return On(bus).Find(device => device.Device == name) ?? Link(bus, name, driver);
    }

    /// <summary>
    /// Handles the first line with both address and name. There may be one device known by the address and one known by
    /// the name.
    /// </summary>
    private DeviceLogSummary Link(BusAddress bus, InterfaceName name, string? driver)
    {
        var addressed = On(bus).Find(device => device.Device.IsEmpty);
        var named = Named(name)
            .Where(device => device.Bus.IsEmpty && device.MayBe(driver))
            .MaxBy(device => device.Latest);
        if (addressed is null && named is null) return Add(bus, name);
        if (addressed is null)
        {
            named!.Bus = bus;
            On(bus).Add(named);
            return named;
        }
        addressed.Device = name;
        Named(name).Add(addressed);
        if (named is not null) Merge(addressed, named);
        return addressed;
    }

    /// <summary>Assigns messages without a device to the only possible device, if there is exactly one.</summary>
    private void AttributeNameless()
    {
        var unnamed = _devices.Where(device => device.Bus.IsEmpty && device.Device.IsEmpty);
        foreach (var nameless in unnamed.OrderBy(device => device.Driver is null).ToArray())
        {
            var candidates = _devices.Where(device => device != nameless && device.MayBe(nameless.Driver)
                && (nameless.Driver is null || !device.Bus.IsEmpty || !device.Device.IsEmpty)).Take(2).ToArray();
            if (candidates is [var only]) Merge(only, nameless);
        }
    }

    /// <summary>
    /// igb names the address in a hang report and the core names the interface, and a log may have no line with both.
    /// If a driver has exactly one device of either kind, both in trouble, and no other device, they are one.
    /// </summary>
    private void LinkByDriver()
    {
        foreach (
            var driver in _devices.GroupBy(device => device.Driver).Where(driver => driver.Key is not null).ToArray())
            if (driver.ToArray() is [var one, var other])
            {
                var (addressed, named) = one.Device.IsEmpty ? (one, other) : (other, one);
                if (!addressed.Device.IsEmpty
                    || addressed.Bus.IsEmpty
                    || named.Device.IsEmpty
                    || !named.Bus.IsEmpty
                    || !addressed.HasTrouble
                    || !named.HasTrouble)
                    continue;
                Merge(addressed, named);
            }
    }

    private DeviceLogSummary Add(BusAddress bus, InterfaceName name)
    {
        var device = new DeviceLogSummary { Bus = bus, Device = name };
        _devices.Add(device);
        if (!bus.IsEmpty) On(bus).Add(device);
        if (!name.IsEmpty) Named(name).Add(device);
        return device;
    }

    private void Merge(DeviceLogSummary into, DeviceLogSummary other)
    {
        into.Absorb(other);
        _devices.Remove(other);
        if (!other.Bus.IsEmpty) On(other.Bus).Remove(other);
        if (!other.Device.IsEmpty) Named(other.Device).Remove(other);
    }

    private List<DeviceLogSummary> On(BusAddress bus) =>
        _byBus.TryGetValue(bus, out var devices) ? devices : _byBus[bus] = [];

    private List<DeviceLogSummary> Named(InterfaceName name) =>
        _byName.TryGetValue(name, out var devices) ? devices : _byName[name] = [];
}
