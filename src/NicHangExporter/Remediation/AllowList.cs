using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Remediation;

/// <summary>
/// The entries of <c>remediation.devices</c>: device names and bus addresses. A text such as virtio0 may be either.
/// </summary>
internal static class AllowList
{
    /// <summary>The most devices in a message.</summary>
    private const int MaxNamed = 8;

    /// <summary>True if an entry names the device.</summary>
    public static bool Names(IEnumerable<string> entries, InterfaceName device, BusAddress bus)
    {
        foreach (var entry in entries)
            if ((InterfaceName.TryParse(entry, out var name) && name == device)
                || (BusAddress.TryParse(entry, out var address) && address == bus))
                return true;
        return false;
    }

    /// <summary>The entries that match no network device of this host, in their order.</summary>
    /// <exception cref="LinuxException">The devices can't be listed.</exception>
    public static ImmutableArray<string> Unmatched(IEnumerable<string> entries, NetClass devices) =>
        [.. entries.Where(entry => !Exists(entry, devices))];

    /// <summary>The message for an entry that matches nothing, with the devices that are present.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="devices">The devices of this host.</param>
    /// <exception cref="LinuxException">The devices can't be listed.</exception>
    public static string Describe(string entry, NetClass devices)
    {
        var here = new List<string>();
        foreach (var name in Physical(devices))
            here.Add(name);
        var named = here.Count == 0 ? "no physical network device is here"
            : $"here {(here.Count == 1 ? "is" : "are")} {string.Join(", ", here.Take(MaxNamed))}"
                + (here.Count > MaxNamed ? $" and {here.Count - MaxNamed} more" : "");
        return $"'{entry}' of remediation.devices matches no network device of this host, so nothing is healed by it;"
            + $" {named}";
    }

    private static bool Exists(string entry, NetClass devices)
    {
        if (InterfaceName.TryParse(entry, out var name))
            using (var device = devices.Open(name))
                if (device is not null)
                    return true;
        return BusAddress.TryParse(entry, out var bus) && devices.FindByBusAddress(bus).Count > 0;
    }

    private static IEnumerable<string> Physical(NetClass devices)
    {
        var names = new List<InterfaceName>();
        if (devices.TryList(names) is not Errno.None and var errno)
            throw new LinuxException("opendir", "/sys/class/net", errno);
        foreach (var name in names)
            using (var device = devices.Open(name))
                if (device is { IsPhysical: true })
                    yield return device.BusAddress.IsEmpty ? name.ToString() : $"{name} ({device.BusAddress})";
    }
}
