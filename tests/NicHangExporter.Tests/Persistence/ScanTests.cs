using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>The state of files on a host that has changed since they were written.</summary>
public sealed class ScanTests
{
    [Fact]
    public void AHostWithoutFiles_HasNone()
    {
        foreach (var name in Hosts.Names)
        {
            using var host = Hosts.Create(name);
            Assert.Empty(PersistenceScan.Read(host.Root));
        }
    }

    [Fact]
    public void ARenamedNic_KeepsItsFile()
    {
        using var host = Hosts.Create("plain");
        host.Apply(host.Plan(PersistenceWay.Udev));
        host.Rename("enp0s31f6", "eno1", 2, Hosts.Default);

        var file = Assert.Single(PersistenceScan.Read(host.Root));

        Assert.Equal(PersistedState.InForce, file.State);
        Assert.Equal(("enp0s31f6", "eno1"), (file.DeviceThen, file.Nic!.Device.ToString()));
    }

    // The name was pinned after the file was written: the pin comes first.
    [Fact]
    public void APinnedNic_HasItsOwnFileOutOfForce()
    {
        using var host = Hosts.Create("proxmox-unpinned");
        host.Apply(host.Plan(null));
        host.Write(Hosts.Pin, "[Match]\nMACAddress=52:54:00:12:34:01\nType=ether\n[Link]\nName=nic0\n");
        host.Rename("enp0s31f6", "nic0", 2, Hosts.Pin);

        var file = Assert.Single(PersistenceScan.Read(host.Root));

        Assert.Equal(PersistedState.NotInForce, file.State);
        Assert.Equal($"{Hosts.Pin} is in force for nic0 and comes first: persist the settings again", file.Reason);
        Assert.False(file.Matches(file.Settings));

        var applied = host.Apply(host.Plan(null));
        Assert.Equal([file.Path], applied.Removed);
        Assert.Equal(PersistedState.InForce, Assert.Single(PersistenceScan.Read(host.Root)).State);
    }

    [Fact]
    public void ANicWithoutItsPin_HasItsDropInOutOfForce()
    {
        using var host = Hosts.Create("proxmox");
        host.Apply(host.Plan(null));
        host.Rename("nic0", "enp0s31f6", 2, Hosts.Default);

        var file = Assert.Single(PersistenceScan.Read(host.Root));

        Assert.Equal($"{Hosts.Default} is in force for enp0s31f6 now: persist the settings again", file.Reason);
    }

    // udev's record changes at the next event of the NIC.
    [Fact]
    public void AFileOfItsOwn_IsInForceBeforeAndAfterTheNextEvent()
    {
        using var host = Hosts.Create("plain");
        var plan = host.Plan(null);
        host.Apply(plan);
        Assert.Equal(PersistedState.InForce, Assert.Single(PersistenceScan.Read(host.Root)).State);

        host.Write("/run/udev/data/n2", $"E:ID_PATH=pci-0000:00:1f.6\nE:ID_NET_LINK_FILE={plan.Path}\n");

        Assert.Equal(PersistedState.InForce, Assert.Single(PersistenceScan.Read(host.Root)).State);
        Assert.Equal(plan.Content, host.Plan(null).Content);
    }

    [Fact]
    public void ANicThatIsGone_HasItsFileOutOfForce()
    {
        using var host = Hosts.Create("plain");
        var before = host.Snapshot();
        host.Apply(host.Plan(null));
        host.RemoveInterface("enp0s31f6");

        var file = Assert.Single(PersistenceScan.Read(host.Root));

        Assert.Null(file.Nic);
        Assert.Equal((PersistedState.NotInForce, NetworkManagerKind.None), (file.State, file.Manager));
        Assert.Equal("no NIC of this host has the address 0000:00:1f.6", file.Reason);
        host.Remove();
        Assert.Equal(before, host.Snapshot());
    }

    [Fact]
    public void AHookOfAnotherManager_IsOutOfForce()
    {
        using var host = Hosts.Create("ifupdown");
        host.Apply(host.Plan(PersistenceWay.Hook));
        host.Write("/run/NetworkManager/devices/2", "[device]\nmanaged=true\n");

        Assert.Equal(
            "the manager of the device is NetworkManager, which does not run this hook: persist the settings again",
            Assert.Single(PersistenceScan.Read(host.Root)).Reason);
    }

    [Theory]
    [InlineData(PersistenceWay.Udev)]
    [InlineData(PersistenceWay.Hook)]
    internal void WithoutEthtool_AFileIsOutOfForce(PersistenceWay way)
    {
        using var host = Hosts.Create("ifupdown");
        host.Apply(host.Plan(way));
        File.Delete(host.Root.Full("/usr/sbin/ethtool"));

        Assert.Equal("ethtool is not installed", Assert.Single(PersistenceScan.Read(host.Root)).Reason);
        var error = Assert.Throws<PersistenceException>(() => host.Plan(way));
        Assert.EndsWith(" does not apply: ethtool is not installed", error.Message, StringComparison.Ordinal);
    }

    // The copy in the initramfs has the setting that the new file leaves on.
    [Theory]
    [InlineData("rx-gro", true)]
    [InlineData("rx-gro rx-lro", false)]
    [InlineData("rx-gro rx-lro tx-tcp-segmentation", false)]
    public void AFileWithFewerKeys_NamesTheInitramfs(string settings, bool isNamed)
    {
        using var host = Hosts.Create("proxmox-unpinned");
        Assert.Empty(host.Apply(host.Plan(PersistenceWay.Link, "rx-gro rx-lro")).Notes);

        var notes = host.Apply(host.Plan(PersistenceWay.Link, settings)).Notes;

        Assert.Equal(isNamed, notes.Any(note => note.StartsWith("run 'update-initramfs ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(PersistenceWay.Udev, "eee", true)]
    [InlineData(PersistenceWay.Hook, "pause rx-gro", true)]
    [InlineData(PersistenceWay.Hook, "rx-gro", false)]
    internal void EeeAndPause_ByEthtool_HaveANote(PersistenceWay way, string settings, bool isNoted)
    {
        using var host = Hosts.Create("ifupdown");

        Assert.Equal(isNoted, host.Plan(way, settings).Notes.Any(note =>
            note.StartsWith("eee and pause are not measured", StringComparison.Ordinal)));
    }

    [Fact]
    public void AScriptThatIsNotExecutable_IsOutOfForce()
    {
        using var host = Hosts.Create("ifupdown");
        var plan = host.Plan(PersistenceWay.Hook);
        host.Apply(plan);
        File.SetUnixFileMode(host.Root.Full(plan.Path), PersistencePlace.Plain);

        Assert.Equal("the script is not executable, so the manager does not run it: persist the settings again",
            Assert.Single(PersistenceScan.Read(host.Root)).Reason);
    }

    [Theory]
    [InlineData("proxmox", "link", 257, true)]
    [InlineData("proxmox", "link", 252, false)]
    [InlineData("proxmox-unpinned", "link", 252, true)]
    [InlineData("proxmox", "udev", 257, false)]
    [InlineData("plain", "link", 257, false)]
    public void Removal_NamesTheInitramfs(string name, string way, int systemd, bool isNamed)
    {
        using var host = Hosts.Create(name);
        Directory.Delete(host.Root.Full("/usr/lib/x86_64-linux-gnu"), recursive: true);
        host.Write($"/usr/lib/systemd/libsystemd-shared-{systemd}.so", "ELF");
        var plan = host.Plan(way == "link" ? PersistenceWay.Link : PersistenceWay.Udev);
        host.Apply(plan);

        string[] expected =
        [
            $"run 'update-initramfs -u -k all': an initramfs that was built before has a copy of {plan.Path} as it was,"
            + " which turns the settings off again at the next boot",
        ];
        Assert.Equal(isNamed ? expected : [], host.Remove().Notes);
    }
}
