using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>Apply, scan, apply again, remove: the host is as before to the byte, folders included.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] Folders =
    [
        "/etc/systemd/network/50-pmx-nic0.link.d", "/etc/udev/rules.d", "/etc/network/if-up.d",
        "/etc/NetworkManager/dispatcher.d/pre-up.d", "/etc/hotplug.d/net",
    ];

    /// <summary>Each way on each host, with the last folder absent, empty and with a file of somebody else.</summary>
    public static TheoryData<string, string, string> Cases => new(
        from way in Hosts.Ways
        from folder in (string[])["as installed", "absent", "empty", "foreign file", "hidden file"]
        select (way.Data.Item1, way.Data.Item2, folder));

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheHost_IsAsBefore(string name, string way, string folder)
    {
        using var host = Hosts.Create(name);
        Prepare(host, folder);
        var before = host.Snapshot();

        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));
        Assert.Equal(before, host.Snapshot());
        Assert.True(host.Apply(plan).Changed);

        AssertScanned(host, plan);
        var once = host.Snapshot();
        Assert.Equal(plan.CreatesFolder ? 2 : 1, once.Except(before).Count());
        Assert.Equal(plan.Content, host.Plan(plan.Way).Content);
        Assert.False(host.Apply(host.Plan(plan.Way)).Changed);
        Assert.Equal(once, host.Snapshot());

        Assert.Equal([plan.Path], host.Remove().Removed);
        Assert.Equal(before, host.Snapshot());
        Assert.Empty(PersistenceScan.Read(host.Root));
        Assert.Empty(host.Remove().Removed);
    }

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void EachOrderOfWays_LeavesOneFile(string name, string way)
    {
        using var host = Hosts.Create(name);
        var before = host.Snapshot();
        foreach (var first in Hosts.Ways.Where(row => row.Data.Item1 == name))
        {
            var old = host.Plan(Enum.Parse<PersistenceWay>(first.Data.Item2));
            host.Apply(old);
            var plan = host.Plan(Enum.Parse<PersistenceWay>(way), "rx-gro");

            var applied = host.Apply(plan);

            Assert.Equal(old.Path == plan.Path ? [] : [old.Path], applied.Removed);
            AssertScanned(host, plan);
            host.Remove();
            Assert.Equal(before, host.Snapshot());
        }
    }

    [Fact]
    public void AFileInTheMadeFolder_KeepsIt()
    {
        using var host = Hosts.Create("proxmox");
        host.Apply(host.Plan(PersistenceWay.Link));
        host.Write("/etc/systemd/network/50-pmx-nic0.link.d/10-admin.conf", "[Link]\n");

        host.Remove();

        Assert.Equal("[Link]\n", host.Text("/etc/systemd/network/50-pmx-nic0.link.d/10-admin.conf"));
    }

    [Fact]
    public void TheMadeFolder_IsRemovedAfterTheFileWasWrittenTwice()
    {
        using var host = Hosts.Create("proxmox");
        var before = host.Snapshot();
        host.Apply(host.Plan(PersistenceWay.Link, "rx-gro"));
        host.Apply(host.Plan(PersistenceWay.Link, "rx-lro"));

        host.Remove();

        Assert.Equal(before, host.Snapshot());
    }

    [Fact]
    public void TwoNics_HaveTwoFiles()
    {
        using var host = Hosts.Create("plain");
        host.Interface("enp1s0", 7, "0000:01:00.0", Hosts.Default);
        var before = host.Snapshot();
        foreach (var way in (PersistenceWay[])[PersistenceWay.Link, PersistenceWay.Udev])
        {
            host.Apply(host.Plan(way));
            var other = HostNic.Find(host.Root, "enp1s0");
            host.Apply(PersistencePlanner.Plan(host.Root, new PersistenceRequest(other, ["rx-gro"], null, way, null)));
            Assert.Equal(["0000:00:1f.6", "0000:01:00.0"],
                PersistenceScan.Read(host.Root).Select(file => file.Bus.ToString()));
        }

        host.Remove();
        Assert.Equal("enp1s0", Assert.Single(PersistenceScan.Read(host.Root)).DeviceThen);
        host.Remove("0000:01:00.0");
        Assert.Equal(before, host.Snapshot());
    }

    private static void AssertScanned(HostTree host, PersistencePlan plan)
    {
        var file = Assert.Single(PersistenceScan.Read(host.Root));
        Assert.Null(file.Reason);
        Assert.Equal(PersistedState.InForce, file.State);
        Assert.Equal((plan.Path, plan.Way, plan.Manager), (file.Path, file.Way, file.Manager));
        Assert.Equal((plan.Nic, plan.Nic.Bus), (file.Nic, file.Bus));
        Assert.Equal("segmentation", file.Profile);
        Assert.Equal(plan.Settings, file.Settings);
        Assert.Equal(plan.NotCovered, file.NotCovered);
        Assert.True(file.Matches(plan.Settings.Reverse()));
        Assert.False(file.Matches([.. plan.Settings, "eee"]));
        Assert.False(file.Matches(plan.Settings.Skip(1)));
    }

    private static void Prepare(HostTree host, string folder)
    {
        if (folder == "as installed")
            return;
        foreach (var path in Folders.Where(path => host.Root.Exists(Path.GetDirectoryName(path)!)))
        {
            if (host.Root.Exists(path))
                Directory.Delete(host.Root.Full(path), recursive: true);
            if (folder != "absent")
                host.Folder(path);
            if (folder == "foreign file")
                host.Write($"{path}/90-somebody", "#!/bin/sh\n");
            if (folder == "hidden file")
                host.Write($"{path}/.keep", "");
        }
    }
}
