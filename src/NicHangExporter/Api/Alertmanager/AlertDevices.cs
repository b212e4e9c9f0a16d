using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Execution;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// Looks up the devices that a message names. A label of an alert is only compared with the kernel's list of devices;
/// every name that is opened comes from that list. Nothing here waits for RTNL.
/// </summary>
internal sealed class AlertDevices(DeviceInventory inventory, NetClass netClass, DeviceControl access,
    HangSignals evidence, Remediator remediator, TimeProvider clock)
{
    /// <summary>The devices of this host that valid alerts name.</summary>
    public Dictionary<InterfaceName, AlertTarget> Find(IEnumerable<PostedAlert> alerts)
    {
        var named = new HashSet<InterfaceName>();
        foreach (var alert in alerts)
            if (alert.Labels!.TryGetValue("device", out var label) && InterfaceName.TryParse(label, out var name))
                named.Add(name);
        var found = new Dictionary<InterfaceName, AlertTarget>();
        if (named.Count == 0)
            return found;
        var (live, statuses, now) = (evidence.Live, remediator.Status().Devices, clock.GetElapsedTime(0));
        using (var open = inventory.Open())
            foreach (var device in open.All.Where(device => named.Remove(device.Name)))
                found[device.Name] = device.Sysfs.IsUpper ? Upper(device.Name) : new AlertTarget(device.Name)
                {
                    IsWatched = true,
                    Hang = live.FirstOrDefault(hang => hang.Device == device.Name && hang.Bus == device.Bus),
                    IsHungNow = evidence.IsFresh(device.Name, device.Bus, now),
                    Status = statuses.FirstOrDefault(status => status.Present
                        && status.Device == device.Name.ToString()),
                };
        var others = new List<InterfaceName>();
        if (named.Count > 0 && netClass.TryList(others) == Errno.None)
            foreach (var other in others.Where(named.Contains))
                found[other] = IsUpper(other) ? Upper(other) : new AlertTarget(other);
        return found;
    }

    private bool IsUpper(InterfaceName name)
    {
        try
        {
            using var device = netClass.Open(name);
            return device is { IsUpper: true };
        }
        catch (LinuxException)
        {
            // A device that is not watched.
            return false;
        }
    }

    private AlertTarget Upper(InterfaceName name)
    {
        try
        {
            return new AlertTarget(name) { IsUpper = true, Ports = access.PhysicalBelow(name) };
        }
        catch (LinuxException)
        {
            // Its ports can't be read; that it is no NIC is known.
            return new AlertTarget(name) { IsUpper = true };
        }
    }
}
