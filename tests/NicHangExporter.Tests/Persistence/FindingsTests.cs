using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>What people and guides wrote on the host is found and never touched.</summary>
public sealed class FindingsTests
{
    private const string Bridge = "auto vmbr0\niface vmbr0 inet static\n  bridge-ports nic0\n";

    [Theory]
    [InlineData("disable-nic-offload-nic0.service", true,
        "the community fix's unit turns offloads of nic0 off once at each boot; unpersist and rollback do not undo"
        + " that: disable it with 'systemctl disable disable-nic-offload-nic0.service'")]
    [InlineData("disable-nic-offload-nic0.service", false,
        "the community fix's unit for nic0 is not enabled: it does nothing")]
    [InlineData("disable-nic-offload-eno1.service", true,
        "the community fix's unit is for eno1, which this host does not have (any more): it does nothing")]
    [InlineData("disable-nic-offload-enp2s0.service", true, null)]
    [InlineData("other.service", true, null)]
    public void TheCommunityUnit_IsFound(string unit, bool isEnabled, string? text)
    {
        using var host = Hosts.Create("proxmox");
        host.Interface("enp2s0", 9, "0000:02:00.0", Hosts.Default);
        host.Write($"/etc/systemd/system/{unit}", "[Service]\nExecStart=/sbin/ethtool -K nic0 tso off\n");
        if (isEnabled)
            host.Link($"/etc/systemd/system/multi-user.target.wants/{unit}", $"/etc/systemd/system/{unit}");

        AssertFound(host, text, $"/etc/systemd/system/{unit}", 0);
    }

    [Theory]
    [InlineData("iface nic0 inet manual\n  post-up /usr/sbin/ethtool -K nic0 tso off\n", 5,
        "'post-up /usr/sbin/ethtool -K nic0 tso off' runs ethtool for nic0 when nic0 is brought up")]
    [InlineData("iface nic0 inet manual\n  up ethtool -K $IFACE tso off\n", 5,
        "'up ethtool -K $IFACE tso off' runs ethtool for nic0 when nic0 is brought up")]
    [InlineData("auto nic0\npost-up ethtool -K nic0 tso off\n", 5,
        "'post-up ethtool -K nic0 tso off' has no effect: it stands outside an iface stanza")]
    [InlineData("iface nic0 inet manual\n  offload-tso off\n", 5,
        "'offload-tso off' has no effect: it is ifupdown's keyword, and ifupdown2 ignores it")]
    [InlineData("iface nic0 inet manual\n  tso-offload off\n", 5,
        "'tso-offload off' sets a feature of nic0 when nic0 is brought up")]
    [InlineData("iface nic0 inet manual\n  post-up ip link set nic0 up\n", 0, null)]
    [InlineData("iface enp9s0 inet manual\n  post-up ethtool -K enp9s0 tso off\n  offload-tso off\n", 0, null)]
    [InlineData("iface nic0 inet manual\n  # post-up ethtool -K nic0 tso off\n", 0, null)]
    public void LinesUnderIfupdown2_AreFound(string lines, int number, string? text)
    {
        using var host = Hosts.Create("proxmox");
        host.Write("/etc/network/interfaces", Bridge + lines);

        AssertFound(host, text, "/etc/network/interfaces", number);
    }

    [Theory]
    [InlineData("iface nic0 inet manual\n  post-up ethtool -K nic0 tso off\n", 5,
        "'post-up ethtool -K nic0 tso off' never runs: ifupdown runs nothing for nic0, which has no 'auto nic0'")]
    [InlineData("auto nic0\niface nic0 inet manual\n  post-up ethtool -K nic0 tso off\n", 6,
        "'post-up ethtool -K nic0 tso off' runs ethtool for nic0 when nic0 is brought up")]
    [InlineData("iface nic0 inet manual\n  offload-tso off\n", 5,
        "'offload-tso off' has no effect: ifupdown runs nothing for nic0, which has no 'auto nic0'")]
    [InlineData("iface nic0 inet manual\n  tso-offload off\n", 5,
        "'tso-offload off' has no effect: it is ifupdown2's keyword, and ifupdown ignores it")]
    [InlineData("iface vmbr0 inet6 auto\n  offload-tso off\n", 5,
        "'offload-tso off' sets the feature of vmbr0, not of its port nic0")]
    [InlineData("iface vmbr0 inet6 auto\n  post-up ethtool -K nic0 tso off\n", 5,
        "'post-up ethtool -K nic0 tso off' runs ethtool for nic0 when vmbr0 is brought up")]
    public void LinesUnderIfupdown_AreFound(string lines, int number, string text)
    {
        using var host = Hosts.Create("ifupdown");
        host.Rename("enp0s31f6", "nic0", 2, Hosts.Default);
        host.Write("/etc/network/interfaces", Bridge + lines);

        AssertFound(host, text, "/etc/network/interfaces", number);
    }

    [Fact]
    public void LinesInSourcedFiles_AreFound()
    {
        using var host = Hosts.Create("proxmox");
        host.Write("/etc/network/interfaces.d/nic", "\niface nic0 inet manual\n  up ethtool -K nic0 gro off\n");

        AssertFound(host, "'up ethtool -K nic0 gro off' runs ethtool for nic0 when nic0 is brought up",
            "/etc/network/interfaces.d/nic", 3);
    }

    [Fact]
    public void LinesOfAManagerThatIsNotTaken_HaveNoEffect()
    {
        using var host = Hosts.Create("networkmanager");
        host.Write("/etc/network/interfaces",
            "iface enp0s31f6 inet manual\n  up ethtool -K enp0s31f6 gro off\n  offload-tso off\n");

        Assert.Equal(
            [
                "'up ethtool -K enp0s31f6 gro off' has no effect: NetworkManager manages enp0s31f6",
                "'offload-tso off' has no effect: NetworkManager manages enp0s31f6",
            ],
            PersistenceFindings.Read(host.Root, host.Nic).Select(finding => finding.Text));
    }

    [Theory]
    [InlineData("[connection]\ninterface-name=enp0s31f6\n[ethtool]\nfeature-tso=false\n", 4,
        "this NetworkManager profile sets feature-tso=false")]
    [InlineData("[connection]\nid=any\n[ethtool]\nfeature-gro = false\n", 4,
        "this NetworkManager profile sets feature-gro=false for each NIC that it is used for")]
    [InlineData("[connection]\ninterface-name=eno2\n[ethtool]\nfeature-tso=false\n", 0, null)]
    [InlineData("[connection]\ninterface-name=enp0s31f6\n[ethtool]\nring-tx=4096\n", 0, null)]
    public void ProfilesOfNetworkManager_AreFound(string profile, int number, string? text)
    {
        using var host = Hosts.Create("networkmanager");
        host.Write("/etc/NetworkManager/system-connections/port.nmconnection", profile);

        AssertFound(host, text, "/etc/NetworkManager/system-connections/port.nmconnection", number);
    }

    [Fact]
    public void WhatCannotBeRead_IsAFinding()
    {
        TestSupport.Requires.Root();
        using var host = Hosts.Create("networkmanager");
        host.Write("/etc/NetworkManager/system-connections/port.nmconnection", "[ethtool]\nfeature-tso=false\n");
        File.SetUnixFileMode(
            host.Root.Full("/etc/NetworkManager/system-connections/port.nmconnection"), UnixFileMode.UserRead);

        TestSupport.OtherUser.Run(host.Root.Path, () =>
        {
            var finding = Assert.Single(PersistenceFindings.Read(host.Root, host.Nic));
            Assert.StartsWith(
                "not checked: /etc/NetworkManager/system-connections/port.nmconnection can't be read: ", finding.Text,
                StringComparison.Ordinal);
        });
    }

    private static void AssertFound(HostTree host, string? text, string path, int line)
    {
        var before = host.Snapshot();
        var found = PersistenceFindings.Read(host.Root, host.Nic);
        Assert.Equal(text is null ? [] : [new PersistenceFinding(path, line, text)], found);
        Assert.Equal(before, host.Snapshot());
    }
}
