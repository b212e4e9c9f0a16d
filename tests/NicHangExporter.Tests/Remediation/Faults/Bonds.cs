using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>Devices on devices, as sysfs shows them.</summary>
internal static class Bonds
{
    /// <summary>A bond and its ports.</summary>
    public static void Make(FixtureHost host, string bond, params string[] ports)
    {
        host.Sysfs.Add(System.Text.Encoding.UTF8.GetBytes(bond));
        host.Sysfs.Write(bond, "bonding/slaves", string.Join(' ', ports) + "\n");
        host.Sysfs.Write(bond, "ifindex", "90\n");
        foreach (var port in ports)
        {
            Stack(host, bond, port);
            File.CreateSymbolicLink(Path.Combine(host.Sysfs.Root, "class/net", port, "master"),
                Path.Combine(host.Sysfs.Root, "class/net", bond));
        }
    }

    /// <summary>One device on another.</summary>
    public static void Stack(FixtureHost host, string upper, string on)
    {
        var devices = Path.Combine(host.Sysfs.Root, "class/net");
        File.CreateSymbolicLink(Path.Combine(devices, upper, $"lower_{on}"), Path.Combine(devices, on));
        File.CreateSymbolicLink(Path.Combine(devices, on, $"upper_{upper}"), Path.Combine(devices, upper));
    }
}
