namespace NicHangExporter.Tests.Setup;

/// <summary>The questions, and that only yes changes anything.</summary>
public sealed class SetupDialogueTests
{
    [Fact]
    public void Yes_SetsUp()
    {
        using var host = SetupSurveyTests.Proxmox();
        host.Typed = "enforce\nyes\nyes\n";

        var output = host.Do();

        Assert.Contains("Observe or enforce for nic0 (0000:00:1f.6)?", output, StringComparison.Ordinal);
        Assert.EndsWith("To take it back: nic-hang-exporter setup --undo\n", output, StringComparison.Ordinal);
        Assert.Contains("  local: enforce\n", File.ReadAllText(host.Configuration), StringComparison.Ordinal);
        Assert.Contains("  persist: true\n", File.ReadAllText(host.Configuration), StringComparison.Ordinal);
    }

    // The page shows these dialogues word for word.
    [Fact]
    public void Guide_ShowsTheDialogues()
    {
        using var host = SetupSurveyTests.Proxmox();
        var shipped = Path.Combine(Repository.Root, "deploy/debian/files/config.yaml");
        File.Copy(shipped, host.Configuration, overwrite: true);
        host.Typed = "enforce\nyes\nyes\n";
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs/how-to/proxmox.md"));

        var setup = host.Do();
        host.Typed = null;
        var undo = host.Do("--undo");

        Baselines.GoldenFile.AssertIs("setup/dialogue.txt", setup);
        Baselines.GoldenFile.AssertIs("setup/undo.txt", undo);
        Assert.Contains($"# nic-hang-exporter setup\n{setup}```", page, StringComparison.Ordinal);
        Assert.Contains($"# nic-hang-exporter setup --undo\n{undo}```", page, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(shipped), File.ReadAllText(host.Configuration));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("off\n")]
    [InlineData("observe\n")]
    [InlineData("observe\ny\n")]
    [InlineData("observe\nYES\n")]
    [InlineData("enforce\nyes\nno\n")]
    [InlineData("enforce\nyes\n")]
    public void AnyOtherAnswer_ChangesNothing(string typed)
    {
        using var host = SetupSurveyTests.Proxmox();
        host.Typed = typed;
        var before = host.Etc();

        Assert.EndsWith("Nothing was changed.\n", host.Do(), StringComparison.Ordinal);

        Assert.Equal(before, host.Etc());
        Assert.Empty(host.Changes);
    }

    [Fact]
    public void WithoutPersist_TheKeyIsNotSet()
    {
        using var host = SetupSurveyTests.Proxmox();
        host.Typed = "enforce\nno\nyes\n";

        host.Do();

        Assert.DoesNotContain("persist", File.ReadAllText(host.Configuration), StringComparison.Ordinal);
    }

    [Fact]
    public void SeveralDevices_AreAskedFor()
    {
        using var host = SetupSurveyTests.Proxmox();
        host.AddNic("nic1", "0000:02:00.0", "igc", "8086:15f3", index: 3);
        host.Typed = "nic1, nic0\nobserve\nyes\n";

        Assert.Contains("Which device? [nic0, nic1; empty: no change]", host.Do(), StringComparison.Ordinal);

        Assert.Contains("devices: [\"0000:02:00.0\", \"0000:00:1f.6\"]", File.ReadAllText(host.Configuration),
            StringComparison.Ordinal);
    }

    [Fact]
    public void HostWithoutCandidate_IsNotAsked()
    {
        using var host = new SetupHost();
        host.AddNic("ens18", "virtio1", "virtio_net", subsystem: "virtio");
        host.Typed = "";

        Assert.EndsWith("Nothing was changed.\n", host.Do(), StringComparison.Ordinal);
    }
}
