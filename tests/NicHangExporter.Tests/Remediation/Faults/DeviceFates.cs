namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>What happens to a device independent of the exporter: it is pulled out, renamed, created again.</summary>
internal static class DeviceFates
{
    /// <summary>It is gone from sysfs, and the kernel knows no such device.</summary>
    public static void Unplug(this SimulatedNic nic, FixtureHost host)
    {
        var link = LinkOf(nic.Name, host);
        Directory.Delete(File.ResolveLinkTarget(link, returnFinalTarget: true)!.FullName, recursive: true);
        File.Delete(link);
        host.Ethtool.Nics.Remove(nic);
    }

    /// <summary>The same device, ifindex and all, under another name.</summary>
    public static void Rename(this SimulatedNic nic, FixtureHost host, string name)
    {
        var link = LinkOf(nic.Name, host);
        var target = File.ResolveLinkTarget(link, returnFinalTarget: true)!.FullName;
        Directory.Move(target, Path.Combine(Path.GetDirectoryName(target)!, name));
        File.Delete(link);
        File.CreateSymbolicLink(LinkOf(name, host), Path.Combine(Path.GetDirectoryName(target)!, name));
        nic.Name = name;
    }

    /// <summary>Its driver creates it again: another ifindex, and every setting is the default again.</summary>
    public static void MakeAnew(this SimulatedNic nic, FixtureHost host, long ifindex)
    {
        foreach (var feature in nic.Features().All)
            if (feature.Changeable)
                nic.Request(feature.Name, feature.Name is not ("rx-lro" or "rx-all" or "rx-fcs"));
        host.Sysfs.Write(nic.Name, "ifindex", $"{ifindex}\n");
    }

    private static string LinkOf(string name, FixtureHost host) => Path.Combine(host.Sysfs.Root, "class/net", name);
}
