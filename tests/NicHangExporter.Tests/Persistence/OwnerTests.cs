using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>The manager of a NIC, from files of the host.</summary>
public sealed class OwnerTests
{
    public static TheoryData<string, string> Managers => new()
    {
        { "proxmox", "Ifupdown2" },
        { "proxmox-unpinned", "Ifupdown2" },
        { "ifupdown", "Ifupdown" },
        { "networkmanager", "Networkmanager" },
        { "networkd", "Networkd" },
        { "plain", "None" },
        { "openwrt", "Netifd" },
    };

    [Theory]
    [MemberData(nameof(Managers))]
    public void EachHost_HasItsManager(string name, string manager)
    {
        using var host = Hosts.Create(name);

        Assert.Equal(new NicOwner(Enum.Parse<NetworkManagerKind>(manager), null), NicOwner.Find(host.Root, host.Nic));
    }

    [Fact]
    public void TwoManagers_AreOneLine()
    {
        using var host = Hosts.Create("ifupdown");
        host.Write("/run/NetworkManager/devices/2", "[device]\nmanaged=true\n");

        var owner = NicOwner.Find(host.Root, host.Nic);

        Assert.Equal(NetworkManagerKind.Networkmanager, owner.Manager);
        Assert.Equal(
            "enp0s31f6 is claimed by NetworkManager (/run/NetworkManager/devices/2) and by ifupdown"
            + " (/etc/network/interfaces): NetworkManager is taken, because it manages the NIC now; remove the NIC from"
            + " one of them", owner.Conflict);
        Assert.Contains(owner.Conflict, host.Plan(null).Notes);
    }

    [Theory]
    [InlineData("/run/NetworkManager/devices/2", "[device]\nmanaged=false\n")]
    [InlineData("/run/NetworkManager/devices/9", "[device]\nmanaged=true\n")]
    [InlineData("/run/systemd/netif/links/2", "ADMIN_STATE=unmanaged\n")]
    public void AManagerThatLeavesTheNicAlone_ClaimsNothing(string path, string text)
    {
        using var host = Hosts.Create("ifupdown");
        host.Write(path, text);

        Assert.Equal(new NicOwner(NetworkManagerKind.Ifupdown, null), NicOwner.Find(host.Root, host.Nic));
    }

    [Theory]
    [InlineData("auto enp0s31f6\niface enp0s31f6 inet dhcp\n", true)]
    [InlineData("allow-hotplug enp0s31f6\n", true)]
    [InlineData("iface bond0 inet manual\n  bond-slaves enp0s31f6 enp1s0\n", true)]
    [InlineData("iface br0 inet manual\n  bridge_ports \\\n enp0s31f6\n", true)]
    [InlineData("source /etc/network/interfaces.d/*\n", true)]
    [InlineData("source interfaces.d/nic*\n", true)]
    [InlineData("source-directory interfaces.d\n", true)]
    [InlineData("source /etc/network/interfaces\n", false)]
    [InlineData("# auto enp0s31f6\n", false)]
    [InlineData("auto lo\niface lo inet loopback\n", false)]
    public void Ifupdown_IsTheManagerOfWhatItsFilesName(string interfaces, bool isNamed)
    {
        using var host = Hosts.Create("ifupdown");
        host.Write("/etc/network/interfaces", interfaces);
        host.Write("/etc/network/interfaces.d/nic", "iface enp0s31f6 inet manual\n");
        host.Write("/etc/network/interfaces.d/nic~", "iface eno1 inet manual\n");

        Assert.Equal(isNamed ? NetworkManagerKind.Ifupdown : NetworkManagerKind.None,
            NicOwner.Find(host.Root, host.Nic).Manager);
    }

    // A renamed NIC: the hooks still run for the other interfaces.
    [Fact]
    public void Ifupdown_IsTheManagerOfANicThatNoFileNames_IfItBringsUpAnother()
    {
        using var host = Hosts.Create("ifupdown");
        host.Rename("enp0s31f6", "eno1", 2, Hosts.Default);

        Assert.Equal(NetworkManagerKind.Ifupdown, NicOwner.Find(host.Root, host.Nic).Manager);
    }

    [Fact]
    public void ABridge_HasNoBusAddress()
    {
        using var host = Hosts.Create("proxmox");

        var error = Assert.Throws<PersistenceException>(() => HostNic.Find(host.Root, "vmbr0"));

        Assert.Equal(PersistenceError.NotPossible, error.Error);
        Assert.Equal(
            "vmbr0 has no bus address, so it is a virtual device such as a bridge: name the NIC below it",
            error.Message);
    }

    [Theory]
    [InlineData("eno1")]
    [InlineData("0000:05:00.0")]
    [InlineData("")]
    [InlineData("../../etc")]
    public void AnUnknownDevice_IsOneLine(string name)
    {
        using var host = Hosts.Create("proxmox");

        var error = Assert.Throws<PersistenceException>(() => HostNic.Find(host.Root, name));

        Assert.Equal(PersistenceError.UnknownDevice, error.Error);
        Assert.StartsWith($"this host has no NIC '{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARenamedNic_IsFoundByItsAddress()
    {
        using var host = Hosts.Create("proxmox-unpinned");
        host.Rename("enp0s31f6", "nic0", 2, Hosts.Pin);

        Assert.Equal("nic0", HostNic.Find(host.Root, HostTree.Bus).Device.ToString());
        Assert.Equal(["nic0"], HostNic.List(host.Root).Select(nic => nic.Device.ToString()));
    }
}
