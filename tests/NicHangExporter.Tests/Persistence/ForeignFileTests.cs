using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Persistence;

/// <summary>What is foreign or edited stays as it is, to the byte, and is one line.</summary>
public sealed class ForeignFileTests
{
    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void AForeignFile_IsNeitherOverwrittenNorRemoved(string name, string way)
    {
        using var host = Hosts.Create(name);
        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));
        host.Write(plan.Path, "[Link]\nTCPSegmentationOffload=no\n");

        AssertRefused(host, plan, $"{plan.Path} exists and is not a file of this program: move it away");
        Assert.Empty(host.Remove().Removed);
    }

    [Theory]
    [MemberData(nameof(Hosts.Ways), MemberType = typeof(Hosts))]
    public void AnEditedFile_IsNeitherOverwrittenNorRemoved(string name, string way)
    {
        using var host = Hosts.Create(name);
        var plan = host.Plan(Enum.Parse<PersistenceWay>(way));
        host.Apply(plan);
        host.Write(plan.Path, host.Text(plan.Path) + "# mine\n");

        AssertRefused(host, host.Plan(plan.Way, "rx-gro"), $"{plan.Path} was edited after it was written, so it stays"
            + " as it is: delete it yourself, or undo the change");
        var before = host.Snapshot();
        var error = Assert.Throws<PersistenceException>(() => host.Remove());
        Assert.Equal(PersistenceError.Conflict, error.Error);
        Assert.StartsWith($"{plan.Path} was edited", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, host.Snapshot());
        var file = Assert.Single(PersistenceScan.Read(host.Root));
        Assert.Equal((PersistedState.Edited, error.Message), (file.State, file.Reason));
        Assert.False(file.Matches(plan.Settings));
    }

    [Theory]
    [InlineData("absolute", "a symbolic link")]
    [InlineData("dangling", "a symbolic link")]
    [InlineData("own", "a symbolic link")]
    [InlineData("directory", "a directory")]
    public void ANameThatIsNoFile_IsNotFollowed(string kind, string text)
    {
        using var host = Hosts.Create("plain");
        var plan = host.Plan(PersistenceWay.Udev);
        host.Write("/etc/passwd", "root:x:0:0\n");
        if (kind == "directory")
            host.Folder(plan.Path);
        else if (kind == "own")
            host.Write("/etc/elsewhere", plan.Content).Link(plan.Path, "/etc/elsewhere");
        else
            host.Link(plan.Path, kind == "absolute" ? host.Root.Full("/etc/passwd") : "/nowhere");

        AssertRefused(host, plan, $"{plan.Path} is {text}, not a file of this program: move it away");
    }

    [Theory]
    [InlineData("/etc/udev/rules.d", "../../elsewhere")]
    [InlineData("/etc/udev", "../elsewhere")]
    public void AFolderThatIsALink_IsNotFollowed(string folder, string target)
    {
        using var host = Hosts.Create("plain");
        var plan = host.Plan(PersistenceWay.Udev);
        Directory.Move(host.Root.Full(folder), host.Root.Full("/elsewhere"));
        host.Link(folder, target);

        AssertRefused(host, plan, $"{folder} is a symbolic link, not a directory: nothing is written through it");
        host.Write(plan.Path, plan.Content);
        var before = host.Snapshot();
        Assert.Throws<PersistenceException>(() => host.Remove());
        Assert.Equal(before, host.Snapshot());
    }

    [Fact]
    public void AFileOfAnotherAddress_IsNotOverwritten()
    {
        using var host = Hosts.Create("proxmox");
        var plan = host.Plan(null);
        host.Write(plan.Path, plan.Content.Replace("1f.6", "1f.7", StringComparison.Ordinal));

        AssertRefused(host, plan,
            $"{plan.Path} is the file of 0000:00:1f.7: remove it with 'nic-hang-exporter unpersist 0000:00:1f.7'");
    }

    [Fact]
    public void AnEditedFileOfAnotherWay_StaysAndIsSaid()
    {
        using var host = Hosts.Create("plain");
        var rule = host.Plan(PersistenceWay.Udev);
        host.Apply(rule);
        host.Write(rule.Path, host.Text(rule.Path) + "# mine\n");

        var applied = host.Apply(host.Plan(PersistenceWay.Link));

        Assert.True(applied.Changed);
        Assert.Empty(applied.Removed);
        Assert.StartsWith($"{rule.Path} was edited", Assert.Single(applied.Notes), StringComparison.Ordinal);
        Assert.Equal(2, PersistenceScan.Read(host.Root).Length);
        Assert.Throws<PersistenceException>(() => host.Remove());
        Assert.Equal(rule.Path, Assert.Single(PersistenceScan.Read(host.Root)).Path);
    }

    [Theory]
    [InlineData("/etc/network/if-up.d/nic-hang-exporter-0000-00-1f-6~")]
    [InlineData("/etc/network/if-up.d/nic-hang-exporter-0000-00-1f-7")]
    [InlineData("/etc/network/if-up.d/nic-hang-exporter-0000-00-1f-6.dpkg-old")]
    [InlineData("/etc/udev/rules.d/nic-hang-exporter-0000-00-1f-6")]
    public void ACopyUnderAnotherName_IsForeign(string path)
    {
        using var host = Hosts.Create("ifupdown");
        host.Write(path, host.Plan(PersistenceWay.Hook).Content);
        var before = host.Snapshot();

        Assert.Empty(PersistenceScan.Read(host.Root));
        Assert.Empty(host.Remove().Removed);
        Assert.Equal(before, host.Snapshot());
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nic-hang-exporter persist\n")]
    [InlineData("# nic-hang-exporter persist 0000:00:1f.6\n")]
    [InlineData("# nic-hang-exporter persist ../../etc sha256:00\n")]
    [InlineData("#!/bin/sh")]
    [InlineData("#!/bin/sh\n\n# nic-hang-exporter persist 0000:00:1f.6 sha256:00\n")]
    [InlineData(" # nic-hang-exporter persist 0000:00:1f.6 sha256:00\n")]
    public void ATextWithoutMarker_IsForeign(string text) =>
        Assert.Null(PersistenceText.Parse(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void EachChangedByte_IsSeen()
    {
        using var host = Hosts.Create("proxmox");
        var bytes = System.Text.Encoding.UTF8.GetBytes(host.Plan(PersistenceWay.Hook).Content);
        Assert.False(PersistenceText.Parse(bytes)!.IsEdited);
        for (var index = 0; index < bytes.Length; index++)
            foreach (var change in (byte[])[1, 0x20, 0x80])
            {
                bytes[index] ^= change;
                Assert.False(PersistenceText.Parse(bytes) is { IsEdited: false, Bus: var bus }
                    && bus.ToString() == HostTree.Bus, $"byte {index}");
                bytes[index] ^= change;
            }
        Assert.True(PersistenceText.Parse(bytes[..^1])!.IsEdited);
    }

    private static void AssertRefused(HostTree host, PersistencePlan plan, string message)
    {
        var before = host.Snapshot();
        var error = Assert.Throws<PersistenceException>(() => host.Apply(plan));
        Assert.Equal((PersistenceError.Conflict, message), (error.Error, error.Message));
        Assert.Equal(before, host.Snapshot());
    }
}
