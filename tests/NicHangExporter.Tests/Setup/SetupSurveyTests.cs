namespace NicHangExporter.Tests.Setup;

/// <summary>What setup says about a host, as golden texts. Nothing of it changes the host.</summary>
public sealed class SetupSurveyTests
{
    [Fact]
    public void ProxmoxHost_ThatHung_IsToBeHealed()
    {
        using var host = Proxmox();

        Golden("proxmox", host, host.Do("--dry-run"));
    }

    [Fact]
    public void PlainHost_ThatNeverHung_IsToBeWatched()
    {
        using var host = new SetupHost();
        host.AddNic("eno1");
        host.AddNic("eno2", "0000:02:00.0", "ixgbe", "8086:10fb", index: 3);
        host.Write("etc/network/interfaces", "auto eno1\niface eno1 inet dhcp\n");
        host.Write("usr/sbin/ifup", "");

        Golden("plain", host, host.Do("--dry-run"));
    }

    [Fact]
    public void HostWithoutNic_HasNothingToSetUp()
    {
        using var host = new SetupHost();
        host.AddUpper("br0");

        Golden("nothing", host, host.Do("--dry-run"));
    }

    [Fact]
    public void GuestOnVirtio_HearsWhoDecides()
    {
        using var host = new SetupHost();
        host.AddNic("ens18", "virtio1", "virtio_net", subsystem: "virtio");

        Golden("guest", host, host.Do("--dry-run"));
    }

    [Fact]
    public void CommunityFix_IsReported()
    {
        using var host = Proxmox();
        host.Write("etc/systemd/system/disable-nic-offload-nic0.service",
            "[Service]\nExecStart=/usr/sbin/ethtool -K nic0 tso off gso off\n");
        Directory.CreateDirectory(host.File("etc/systemd/system/multi-user.target.wants"));
        File.CreateSymbolicLink(
            host.File("etc/systemd/system/multi-user.target.wants/disable-nic-offload-nic0.service"),
            "/etc/systemd/system/disable-nic-offload-nic0.service");
        host.Write("etc/network/interfaces", """
            auto lo
            iface lo inet loopback

            iface nic0 inet manual
              offload-tso off

            auto vmbr0
            iface vmbr0 inet static
              address 192.0.2.2/24
              bridge-ports nic0
            """);

        Golden("community-fix", host, host.Do("--dry-run"));
    }

    [Theory]
    [InlineData("enforce", "heal eno1 (0000:00:1f.6) by itself when it hangs (enforce)", "eno1")]
    [InlineData("enforce", "heal eno2 (0000:02:00.0), eno1 (0000:00:1f.6) by themselves when they hang (enforce)",
        "eno2", "eno1")]
    [InlineData("observe", "watch eno2 (0000:02:00.0) and record what would be done (observe)", "eno2")]
    public void Proposal_IsWhatTheFlagsSay(string mode, string proposal, params string[] devices)
    {
        using var host = new SetupHost();
        host.AddNic("eno1");
        host.AddNic("eno2", "0000:02:00.0", "ixgbe", "8086:10fb", index: 3);

        var output = host.Do(
            ["--yes", "--dry-run", $"--mode={mode}", .. devices.Select(device => $"--device={device}")]);

        Assert.Contains($"Proposal  {proposal}\n", output.Replace("\n          ", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains($"remediation.local: {mode}\n", output, StringComparison.Ordinal);
    }

    internal static SetupHost Proxmox()
    {
        var host = new SetupHost();
        host.AddNic();
        host.AddUpper("vmbr0", "nic0");
        host.AddUpper("tap100i0");
        host.AddUpper("veth105i0");
        host.AddUpper("fwpr110p0");
        foreach (var port in new[] { "tap100i0", "veth105i0", "fwpr110p0" })
            File.CreateSymbolicLink(host.File($"sys/class/net/vmbr0/lower_{port}"), $"../{port}");
        host.Write("usr/bin/pveversion", "");
        host.Write("etc/pve/qemu-server/100.conf",
            "#name: not this\nname: gateway\n[snapshot]\nname: old\n");
        host.Write("etc/pve/lxc/105.conf", "hostname: dns\n");
        host.Write("etc/network/interfaces",
            "auto lo\niface lo inet loopback\n\niface nic0 inet manual\n\nauto vmbr0\niface vmbr0 inet static\n"
            + "  address 192.0.2.2/24\n  bridge-ports nic0\n");
        host.Write("usr/share/ifupdown2/__main__.py", "");
        Directory.CreateDirectory(host.File("usr/sbin"));
        File.CreateSymbolicLink(host.File("usr/sbin/ifup"), "/usr/share/ifupdown2/__main__.py");
        host.Write("kmsg", SetupHost.Hang(100) + SetupHost.Hang(500));
        Directory.CreateDirectory(host.File("var/log/journal"));
        // In an earlier boot the NIC had another name.
        host.Write("bin/boot1", SetupHost.Hang(40, "eno1", isRaw: false));
        host.Write("bin/boot2", "[1.000000] host kernel: e1000e: Intel(R) PRO/1000 Network Driver\n");
        host.Write("bin/boot3", SetupHost.Hang(40, "eno1", isRaw: false) + SetupHost.Hang(400, "eno1", isRaw: false));
        host.InstallUnit(enabled: true, active: true);
        host.WriteConfiguration("# Monitors only.\nlog:\n  level: info\n");
        return host;
    }

    private static void Golden(string name, SetupHost host, string output)
    {
        Assert.Empty(host.Changes);
        Assert.False(File.Exists(host.Record));
        Baselines.GoldenFile.AssertIs($"setup/{name}.txt", output);
    }
}
