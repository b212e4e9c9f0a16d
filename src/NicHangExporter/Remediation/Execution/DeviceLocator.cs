using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Execution;

/// <summary>Finds the device that belongs to a name or to a record of the journal. On the worker thread.</summary>
internal sealed class DeviceLocator(ExporterOptions options, DeviceControl control)
{
    // Reading the permanent hardware address needs RTNL, so it is read once for each name and ifindex.
    private readonly Dictionary<(InterfaceName, long), DeviceFacts> _identities = [];

    /// <summary>
    /// The identity of the device with that name, without its settings; null if it is absent or unreadable.
    /// </summary>
    public DeviceFacts? Identify(InterfaceName name)
    {
        try
        {
            if (control.IndexOf(name) is not { } index)
                return null;
            if (_identities.TryGetValue((name, index), out var known))
                return known;
            if (_identities.Count > 4 * options.Detection.MaxDevices)
                _identities.Clear();
            return control.Read(name, settings: false) is { } facts ? _identities[(name, index)] = facts : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>True if no device has that name. False also if that can't be read.</summary>
    public bool IsAbsent(InterfaceName name)
    {
        try
        {
            return control.IndexOf(name) is null;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    /// <summary>
    /// The device of a record as it is now. It is found by bus address and hardware address, which survive a rename.
    /// </summary>
    /// <param name="key"><see cref="DeviceFacts.Key"/>.</param>
    /// <param name="record">The record.</param>
    /// <param name="isUnreadable">A device that may be it can't be read.</param>
    public DeviceFacts? Locate(string key, DeviceRecord record, out bool isUnreadable)
    {
        isUnreadable = false;
        var names = new List<InterfaceName>();
        if (InterfaceName.TryParse(record.Device, out var name))
            names.Add(name);
        if (BusOf(key) is { } bus)
            try
            {
                names.AddRange(control.FindByBusAddress(bus));
            }
            catch (LinuxException)
            {
                // The last name is tried.
                isUnreadable = true;
            }
        foreach (var candidate in names)
            try
            {
                if (control.Read(candidate) is { } facts && facts.Key == key)
                    return facts;
            }
            catch (LinuxException)
            {
                // The next round tries again; the collectors of the ethtool poller report the error.
                isUnreadable = true;
            }
        return null;
    }

    /// <summary>
    /// The current name of the device of a record, from sysfs and the bus address alone; null if it is not unique. A
    /// device that is switched off may answer no ethtool command.
    /// </summary>
    /// <exception cref="LinuxException">sysfs can't be read.</exception>
    public InterfaceName? LocateByBus(string key, InterfaceName lastName)
    {
        var present = BusOf(key) is { } bus ? control.FindByBusAddress(bus)
            : control.IndexOf(lastName) is null ? [] : [lastName];
        return present.Contains(lastName) ? lastName : present is [var only] ? only : null;
    }

    private static BusAddress? BusOf(string key) =>
        BusAddress.TryParse(DeviceFacts.BusOf(key), out var bus) ? bus : null;
}
