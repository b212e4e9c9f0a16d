using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>Hosts as their installers leave them. Each has an I219 at 0000:00:1f.6.</summary>
internal static class Hosts
{
    public const string Default = "/usr/lib/systemd/network/99-default.link";
    public const string Pin = "/usr/local/lib/systemd/network/50-pmx-nic0.link";

    private const string DefaultText = """
        # This config file is installed as part of systemd.

        [Match]
        OriginalName=*

        [Link]
        NamePolicy=keep kernel database onboard slot path
        AlternativeNamesPolicy=database onboard slot path
        MACAddressPolicy=persistent

        """;

    /// <summary>The names of all hosts.</summary>
    public static readonly string[] Names =
        ["proxmox", "proxmox-unpinned", "ifupdown", "networkmanager", "networkd", "plain", "openwrt"];

    /// <summary>Each way that works on a host.</summary>
    public static TheoryData<string, string> Ways => new(
        from name in Names
        from way in Enum.GetValues<PersistenceWay>()
        where way switch
        {
            PersistenceWay.Hook => name is not ("networkd" or "plain"),
            _ => name != "openwrt",
        }
        select (name, way.ToString()));

    public static HostTree Create(string name)
    {
        var host = new HostTree();
        return name switch
        {
            "proxmox" => Ifupdown2(host, "nic0").Write(Pin, """
                [Match]
                MACAddress=52:54:00:12:34:01
                Type=ether

                [Link]
                Name=nic0

                """).Interface("nic0", 2, HostTree.Bus, Pin),
            "proxmox-unpinned" => Ifupdown2(host, "enp0s31f6").Interface("enp0s31f6", 2, HostTree.Bus, Default),
            "ifupdown" => Systemd(host, 252).Write("/sbin/ifup", "ELF").Folder("/etc/network/if-up.d")
                .Write("/etc/network/interfaces", Interfaces("enp0s31f6"))
                .Interface("enp0s31f6", 2, HostTree.Bus, Default),
            "networkmanager" => Systemd(host, 252).Folder("/etc/NetworkManager/dispatcher.d/pre-up.d")
                .Write("/run/NetworkManager/devices/2", "[device]\nmanaged=true\nnm-owned=0\n")
                .Interface("enp0s31f6", 2, HostTree.Bus, Default),
            "networkd" => Systemd(host, 252)
                .Write("/run/systemd/netif/links/2", "# private\nADMIN_STATE=configured\nOPER_STATE=enslaved\n")
                .Interface("enp0s31f6", 2, HostTree.Bus, Default),
            "plain" => Systemd(host, 252).Interface("enp0s31f6", 2, HostTree.Bus, Default),
            "openwrt" => host.Write("/etc/openwrt_release", "DISTRIB_ID='OpenWrt'\n").Folder("/etc/hotplug.d")
                .Write("/usr/sbin/ethtool", "ELF").Interface("eth0", 2, HostTree.Bus, null),
            _ => throw new ArgumentException($"There is no host {name}.", nameof(name)),
        };
    }

    private static HostTree Ifupdown2(HostTree host, string nic) =>
        Systemd(host, 257)
            .Link("/sbin", "usr/sbin").Link("/usr/sbin/ifup", "/usr/share/ifupdown2/ifupdown2")
            .Write("/usr/share/ifupdown2/ifupdown2", "#!/usr/bin/python3\n")
            .Write("/usr/sbin/update-initramfs", "#!/bin/sh\n")
            .Write("/etc/network/ifupdown2/ifupdown2.conf", "addon_scripts_support=1\n")
            .Folder("/etc/network/if-up.d")
            .Write("/etc/network/interfaces", Interfaces(nic));

    private static HostTree Systemd(HostTree host, int version) =>
        host.Write(Default, DefaultText)
            .Write($"/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-{version}.so", "ELF")
            .Write("/usr/sbin/ethtool", "ELF")
            .Folder("/etc/systemd/network").Folder("/etc/udev/rules.d")
            .Interface("vmbr0", 3, null, Default);

    private static string Interfaces(string nic) => $"""
        auto lo
        iface lo inet loopback

        iface {nic} inet manual

        auto vmbr0
        iface vmbr0 inet static
        	address 10.0.2.15/24
        	bridge-ports {nic}
        	bridge-stp off

        source /etc/network/interfaces.d/*

        """;
}
