using NicHangExporter.Linux;
using NicHangExporter.Persistence;
using NicHangExporter.Tests.Remediation;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Persistence;

/// <summary>A read-only /etc, a full disk, a missing permission: one line, and nothing is half-written.</summary>
public sealed class WriteFailureTests
{
    private const string Folder = "/etc/systemd/network";

    [Theory]
    [InlineData("link")]
    [InlineData("udev")]
    public void ReadOnlyEtc_IsOneLine(string way)
    {
        using var host = Hosts.Create("proxmox");
        using var mounts = new Mounts();
        var plan = host.Plan(way == "link" ? PersistenceWay.Link : PersistenceWay.Udev);
        mounts.AddReadOnly(host.Root.Full("/etc"));

        AssertFails(host, () => host.Apply(plan), plan.Path, "written", "Read-only file system",
            "mount its file system writable");
    }

    [Fact]
    public void ReadOnlyEtc_KeepsTheFile()
    {
        using var host = Hosts.Create("proxmox");
        using var mounts = new Mounts();
        var plan = host.Plan(null);
        host.Apply(plan);
        mounts.AddReadOnly(host.Root.Full("/etc"));

        AssertFails(host, () => host.Remove(), plan.Path, "removed", "Read-only file system",
            "mount its file system writable");
        AssertFails(host, () => host.Apply(host.Plan(null, "rx-gro")), plan.Path, "written", "Read-only file system",
            "mount its file system writable");
        // Nothing has to be written.
        Assert.False(host.Apply(plan).Changed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AFullDisk_IsOneLine(bool isWritten)
    {
        using var host = Hosts.Create("plain");
        using var mounts = new Mounts();
        mounts.AddMemory(host.Root.Full(Folder));
        var old = host.Plan(null);
        if (isWritten)
            host.Apply(old);
        Mounts.Fill(host.Root.Full($"{Folder}/filler"));

        AssertFails(host, () => host.Apply(host.Plan(null, "rx-gro")), old.Path, "written", "No space left on device",
            "free space on its file system");

        File.Delete(host.Root.Full($"{Folder}/filler"));
        Assert.True(host.Apply(host.Plan(null, "rx-gro")).Changed);
    }

    [Fact]
    public void AFullDisk_LeavesNoFolder()
    {
        using var host = Hosts.Create("proxmox");
        using var mounts = new Mounts();
        mounts.AddMemory(host.Root.Full(Folder));
        Mounts.Fill(host.Root.Full($"{Folder}/filler"));
        var plan = host.Plan(null);
        Assert.True(plan.CreatesFolder);

        AssertFails(host, () => host.Apply(plan), plan.Path, "written", "No space left on device",
            "free space on its file system");
    }

    [Fact]
    public void AnotherUser_IsOneLine()
    {
        Requires.Root();
        using var host = Hosts.Create("plain");
        var plan = host.Plan(null);
        host.Apply(plan);
        var before = host.Snapshot();
        OtherUser.Run(host.Root.Path, () =>
        {
            var error = Assert.Throws<PersistenceException>(() => host.Apply(host.Plan(null, "rx-gro")));
            Assert.EndsWith("only root may change it", error.Message, StringComparison.Ordinal);
            error = Assert.Throws<PersistenceException>(() => host.Remove());
            Assert.EndsWith("only root may change it", error.Message, StringComparison.Ordinal);
        });

        Assert.Equal(before, host.Snapshot());
    }

    [Fact]
    public void AFolderThatIsMissing_IsOneLine()
    {
        using var host = Hosts.Create("proxmox");
        Directory.Delete(host.Root.Full("/etc/systemd"), recursive: true);

        Assert.Contains("link does not apply: the folder /etc/systemd/network does not exist",
            host.Plan(null).Notes);
        Directory.Delete(host.Root.Full("/etc/udev"), recursive: true);
        Directory.Delete(host.Root.Full("/etc/network"), recursive: true);
        var error = Assert.Throws<PersistenceException>(() => host.Plan(null));
        Assert.Equal(
            "nic0: no way to persist these settings on this host: link does not apply: the folder /etc/systemd/network"
            + " does not exist; udev does not apply: the folder /etc/udev does not exist; hook does not apply: the"
            + " folder /etc/network does not exist", error.Message);
    }

    [Fact]
    public void APlanThatIsTooOld_WritesNothing()
    {
        using var host = Hosts.Create("plain");
        var plan = host.Plan(PersistenceWay.Udev);
        Directory.Delete(host.Root.Full("/etc/udev"), recursive: true);
        var before = host.Snapshot();

        var error = Assert.Throws<PersistenceException>(() => host.Apply(plan));

        Assert.StartsWith("/etc/udev can't be searched: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, host.Snapshot());
    }

    // What a crash between the two names leaves behind.
    [Fact]
    public void AnUnfinishedFile_IsReplaced()
    {
        using var host = Hosts.Create("plain");
        var before = host.Snapshot();
        var plan = host.Plan(null);
        host.Write($"{Folder}/.{Path.GetFileName(plan.Path)}.new", "[Ma");

        host.Apply(plan);
        host.Remove();

        Assert.Equal(before, host.Snapshot());
    }

    // Complete, and under a name that ifupdown2 runs.
    [Theory]
    [InlineData("ifupdown", PersistenceWay.Hook)]
    [InlineData("proxmox", PersistenceWay.Link)]
    [InlineData("plain", PersistenceWay.Udev)]
    internal void AnUnfinishedFile_IsRemovedWithoutItsFile(string name, PersistenceWay way)
    {
        using var host = Hosts.Create(name);
        var before = host.Snapshot();
        var plan = host.Plan(way);
        var unfinished = $"{Path.GetDirectoryName(plan.Path)}/.{Path.GetFileName(plan.Path)}.new";
        host.Apply(plan);
        File.Move(host.Root.Full(plan.Path), host.Root.Full(unfinished));

        Assert.Equal([unfinished], host.Remove().Removed);

        Assert.Equal(before, host.Snapshot());
    }

    [Fact]
    public void AnUnfinishedFile_IsRemovedByAnotherWay()
    {
        using var host = Hosts.Create("ifupdown");
        host.Write("/etc/network/if-up.d/.nic-hang-exporter-0000-00-1f-6.new", "#!/bin/sh\n");
        host.Write("/etc/network/if-up.d/.nic-hang-exporter-0000-01-00-0.new", "#!/bin/sh\n");

        host.Apply(host.Plan(PersistenceWay.Udev));

        Assert.False(host.Root.Exists("/etc/network/if-up.d/.nic-hang-exporter-0000-00-1f-6.new"));
        Assert.True(host.Root.Exists("/etc/network/if-up.d/.nic-hang-exporter-0000-01-00-0.new"));
    }

    [Fact]
    public void WhileAnotherProcessWrites_NothingIsChanged()
    {
        using var host = Hosts.Create("plain");
        var plan = host.Plan(null);
        var before = host.Snapshot();
        var writer = new PersistenceWriter(host.Root, TimeSpan.Zero);
        using (DirectoryLock.TryTake(host.Root.Full("/etc")))
        {
            foreach (var action in (Action[])[() => writer.Apply(plan), () => writer.Remove(plan.Nic.Bus)])
            {
                var error = Assert.Throws<PersistenceException>(action);
                Assert.Equal(PersistenceError.WriteFailed, error.Error);
                Assert.StartsWith("another process has /etc locked", error.Message, StringComparison.Ordinal);
            }
            Assert.Equal(before, host.Snapshot());
        }

        // One that waits: a process that another test starts has a copy of the locked descriptor until its exec.
        var patient = new PersistenceWriter(host.Root);
        Assert.True(patient.Apply(plan).Changed);
        Assert.Single(patient.Remove(plan.Nic.Bus).Removed);
        Assert.Equal(before, host.Snapshot());
    }

    [Fact]
    public void ThePermissions_DoNotDependOnTheUmask()
    {
        using var host = Hosts.Create("ifupdown");
        var plan = host.Plan(PersistenceWay.Hook);
        host.Apply(plan);
        File.SetUnixFileMode(host.Root.Full(plan.Path), UnixFileMode.UserRead);

        Assert.True(host.Apply(plan).Changed);

        Assert.Equal(plan.Mode, File.GetUnixFileMode(host.Root.Full(plan.Path)));
    }

    private static void AssertFails(
        HostTree host, Action action, string path, string verb, string reason, string hint)
    {
        var before = host.Snapshot();
        var error = Assert.Throws<PersistenceException>(action);
        Assert.Equal(PersistenceError.WriteFailed, error.Error);
        Assert.StartsWith($"{path} can't be {verb}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"; {hint}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(before, host.Snapshot());
    }
}
