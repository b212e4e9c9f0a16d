using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>Settings and profiles that are refused before anything is planned, and links of the host.</summary>
public sealed class PlannerInputTests
{
    [Theory]
    [InlineData("tso")]
    [InlineData("pause")]
    [InlineData("tx-udp_tnl-segmentation")]
    public void AName_IsAccepted(string setting)
    {
        using var host = Hosts.Create("plain");

        Assert.Equal([setting], host.Plan(PersistenceWay.Udev, $"{setting} {setting}").Settings);
    }

    [Theory]
    [InlineData("tso;reboot")]
    [InlineData("-K")]
    [InlineData("TSO")]
    [InlineData("a\nb")]
    [InlineData("$(id)")]
    [InlineData("")]
    [InlineData("a23456789-123456789-123456789-12")]
    public void ATextThatIsNoName_IsRefused(string setting)
    {
        using var host = Hosts.Create("plain");

        var error = Assert.Throws<PersistenceException>(() => host.Plan(null, setting));

        Assert.StartsWith($"'{setting}' is no setting: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\nRUN+=\"x\"")]
    [InlineData("")]
    [InlineData("../x")]
    [InlineData("a23456789-123456789-123456789-123456789-123456789-123456789-12345")]
    public void ATextThatIsNoProfile_IsRefused(string profile)
    {
        using var host = Hosts.Create("plain");

        Assert.Equal($"'{profile}' is no name of a profile",
            Assert.Throws<PersistenceException>(() => host.Plan(null, profile: profile)).Message);
    }

    [Fact]
    public void NoSettings_AreRefused()
    {
        using var host = Hosts.Create("plain");

        var error = Assert.Throws<PersistenceException>(() =>
            PersistencePlanner.Plan(host.Root, new PersistenceRequest(host.Nic, [], null, null, null)));

        Assert.Equal("enp0s31f6: give 1 to 64 settings to keep off, not 0", error.Message);
    }

    [Fact]
    public void AFeatureThatTheDeviceLacks_IsRefused()
    {
        using var host = Hosts.Create("plain");
        var features = new DeviceFeatures([
            new("rx-gro", true, true, true, false), new("rx-lro", false, false, true, false),
            new("rx-all", false, false, false, false),
        ]);

        Assert.Equal(["eee", "rx-all", "rx-gro"], host.Plan(null, "rx-gro eee rx-all", features).Settings);
        Assert.Equal(
            "enp0s31f6 has no feature tx-new under this kernel: leave it out or choose another profile",
            Assert.Throws<PersistenceException>(() => host.Plan(null, "rx-gro tx-new", features)).Message);
        Assert.Equal(
            "the driver of enp0s31f6 does not let anyone turn rx-lro off: leave it out or choose another profile",
            Assert.Throws<PersistenceException>(() => host.Plan(null, "rx-lro", features)).Message);
    }

    [Theory]
    [InlineData("networkd", "systemd-networkd has no hooks")]
    [InlineData("plain", "the device has no known network manager")]
    public void WithoutHooks_TheHookIsRefused(string name, string reason)
    {
        using var host = Hosts.Create(name);

        Assert.EndsWith($"hook does not apply: {reason}",
            Assert.Throws<PersistenceException>(() => host.Plan(PersistenceWay.Hook)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Ifupdown2WithoutScripts_HasNoHook()
    {
        using var host = Hosts.Create("proxmox");
        host.Write("/etc/network/ifupdown2/ifupdown2.conf", "# x\naddon_scripts_support = 0\n");

        Assert.EndsWith(
            "hook does not apply: addon_scripts_support is off in /etc/network/ifupdown2/ifupdown2.conf",
            Assert.Throws<PersistenceException>(() => host.Plan(PersistenceWay.Hook)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void OpenWrt_HasNoUdev()
    {
        using var host = Hosts.Create("openwrt");

        Assert.EndsWith("udev does not apply: udev does not handle the device",
            Assert.Throws<PersistenceException>(() => host.Plan(PersistenceWay.Udev)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/bin/x", "/usr/bin/x")]
    [InlineData("/usr/bin/../bin/./x", "/usr/bin/x")]
    [InlineData("/abs", "/usr/bin/x")]
    [InlineData("/up", "/usr")]
    [InlineData("/loop", null)]
    [InlineData("/usr/none", null)]
    [InlineData("/usr/bin/x/y", null)]
    [InlineData("/../../usr", "/usr")]
    [InlineData("/", "/")]
    public void Links_AreResolvedBelowTheRoot(string path, string? expected)
    {
        using var host = new HostTree();
        host.Write("/usr/bin/x", "").Link("/bin", "usr/bin").Link("/abs", "/bin/x").Link("/loop", "/loop")
            .Link("/up", "../../../../usr");

        Assert.Equal(expected, host.Root.Resolve(path));
    }
}
