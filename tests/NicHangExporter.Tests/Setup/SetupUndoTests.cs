using NicHangExporter.Persistence;
using NicHangExporter.Setup;

namespace NicHangExporter.Tests.Setup;

/// <summary>What <c>setup --undo</c> takes back, after which changes of a person.</summary>
public sealed class SetupUndoTests
{
    private static readonly string[] Enforce =
        ["--yes", "--mode=enforce", $"--device={SetupHost.Address}", "--persist"];

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Undo_LeavesTheHostAsItWas(bool enabled, bool active)
    {
        using var host = SetupSurveyTests.Proxmox();
        File.Delete(host.File("bin/enabled"));
        File.Delete(host.File("bin/active"));
        host.InstallUnit(enabled, active);
        var before = host.Etc();

        host.Do(Enforce);
        Assert.True(File.Exists(host.File("bin/enabled")) && File.Exists(host.File("bin/active")));
        // Another decision later does not change what was before the first one.
        host.Do("--yes", "--mode=observe", $"--device={SetupHost.Address}");
        Assert.EndsWith("changed: yes\n", host.Do("--undo"), StringComparison.Ordinal);

        Assert.Equal(before, host.Etc());
        Assert.Equal((enabled, active),
            (File.Exists(host.File("bin/enabled")), File.Exists(host.File("bin/active"))));
        Assert.Equal("nothing to undo: setup has changed nothing here (no /etc/nic-hang-exporter/.setup-undo.json)\n"
            + "changed: no\n", host.Do("--undo"));
    }

    [Fact]
    public void WhatDidNotExist_IsRemoved()
    {
        using var host = SetupApplyTests.Host();
        var before = host.Etc();

        host.Do(Enforce);
        host.Do("--undo");

        Assert.Equal(before, host.Etc());
    }

    [Fact]
    public void DryRun_SaysWhatWouldBeDone()
    {
        using var host = SetupSurveyTests.Proxmox();
        host.Do(Enforce);
        var before = host.Etc();

        var output = host.Do("--undo", "--dry-run");

        Assert.Contains("would restore /etc/nic-hang-exporter/config.yaml to the byte\n", output,
            StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
    }

    [Fact]
    public void EditedFile_LosesTheKeysOfSetupOnly()
    {
        using var host = SetupApplyTests.Host();
        host.WriteConfiguration("remediation:\n  local: observe # since May\n");
        host.Do(Enforce);
        File.AppendAllText(host.Configuration, "log:\n  level: warn\n");

        host.Do("--undo");

        Assert.Equal("remediation:\n  local: observe # since May\n\nlog:\n  level: warn\n",
            File.ReadAllText(host.Configuration));
        Assert.False(File.Exists(host.Record));
    }

    [Fact]
    public void FileEditedBetweenTwoSetups_KeepsTheEdit()
    {
        using var host = SetupApplyTests.Host();
        host.WriteConfiguration("log.level: warn\n");
        host.Do(Enforce);
        File.AppendAllText(host.Configuration, "stall:\n  window: 30s\n");
        host.Do("--yes", "--mode=observe", $"--device={SetupHost.Address}");

        host.Do("--undo");

        var text = File.ReadAllText(host.Configuration);
        Assert.StartsWith("log.level: warn\n", text, StringComparison.Ordinal);
        Assert.EndsWith("stall:\n  window: 30s\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("remediation", text, StringComparison.Ordinal);
    }

    [Fact]
    public void KeyThatAPersonChanged_Stays()
    {
        using var host = SetupApplyTests.Host();
        host.Do(Enforce);
        File.WriteAllText(host.Configuration,
            File.ReadAllText(host.Configuration).Replace("enforce", "observe", StringComparison.Ordinal));

        Assert.Contains("remediation.local was changed since and stays", host.Do("--undo"), StringComparison.Ordinal);

        Assert.Equal("remediation:\n  local: observe\n\n", File.ReadAllText(host.Configuration));
    }

    [Fact]
    public void FormThatCannotBeEdited_IsLeft_AndTheKeysAreNamed()
    {
        using var host = SetupApplyTests.Host();
        host.Do(Enforce);
        File.WriteAllText(host.Configuration,
            "remediation: {local: enforce, devices: [\"0000:00:1f.6\"]}\nlog.level: warn\n");

        var line = host.Refused("--undo");

        Assert.Contains("take these keys out", line, StringComparison.Ordinal);
        Assert.EndsWith("\n  remediation.local\n  remediation.devices", line, StringComparison.Ordinal);
        Assert.True(File.Exists(host.Record));
    }

    [Fact]
    public void PersistenceFilesSinceThen_AreRemoved_OlderOnesStay()
    {
        using var host = SetupApplyTests.Host();
        host.AddNic("nic1", "0000:02:00.0", index: 3);
        Directory.CreateDirectory(host.File("etc/udev/rules.d"));
        var older = Persist(host, "nic1");
        host.Do([.. Enforce, "--device=nic1"]);
        var newer = Persist(host, "nic0");

        Assert.Contains($"done: remove {newer}\n", host.Do("--undo"), StringComparison.Ordinal);

        Assert.False(File.Exists(host.File(newer.TrimStart('/'))));
        Assert.True(File.Exists(host.File(older.TrimStart('/'))));
    }

    [Fact]
    public void TwoSetupsOfDifferentDevices_AreUndoneToBeforeTheFirst()
    {
        using var host = SetupSurveyTests.Proxmox();
        File.Delete(host.File("bin/enabled"));
        host.AddNic("nic1", "0000:02:00.0", index: 3);
        Directory.CreateDirectory(host.File("etc/udev/rules.d"));
        var before = host.Etc();

        host.Do(Enforce);
        Persist(host, "nic0");
        host.Do("--yes", "--mode=enforce", "--device=nic1");
        // remediation.persist is still on.
        Persist(host, "nic1");
        host.Do("--undo");

        Assert.Equal(before, host.Etc());
        Assert.False(File.Exists(host.File("bin/enabled")));
        Assert.True(File.Exists(host.File("bin/active")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FileThatAProfileReplaced_IsPutBack(bool isByAnotherWay)
    {
        using var host = HostThatPersists(isByAnotherWay ? PersistenceWay.Hook : PersistenceWay.Udev);
        Persist(host, "nic0");
        var before = host.Etc();

        host.Do([.. Enforce, "--profile=segmentation"]);
        host.Do([.. Enforce, "--profile=checksum"]);
        Assert.DoesNotContain(before.Single(file => file.Contains("rules.d/90-", StringComparison.Ordinal)),
            host.Etc());
        Assert.Contains("done: restore /etc/udev/rules.d/", host.Do("--undo"), StringComparison.Ordinal);

        Assert.Equal(before, host.Etc());
    }

    [Fact]
    public void FileThatAProfileReplaced_AndThatChangedSince_Stays()
    {
        using var host = HostThatPersists(PersistenceWay.Udev);
        Persist(host, "nic0");
        host.Do([.. Enforce, "--profile=segmentation"]);
        var later = Persist(host, "nic0", "rx-gro");
        var text = File.ReadAllText(host.File(later.TrimStart('/')));

        Assert.Contains($"{later} was changed since and stays\n", host.Do("--undo"), StringComparison.Ordinal);

        Assert.Equal(text, File.ReadAllText(host.File(later.TrimStart('/'))));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Socket_IsAsBefore(bool enabled, bool active)
    {
        using var host = SetupSurveyTests.Proxmox();
        host.InstallUnit(enabled: true, active: true, isRoot: false);
        host.Write("bin/socket-installed", "");
        if (enabled)
            host.Write("bin/socket-enabled", "");
        if (active)
            host.Write("bin/socket-active", "");

        host.Do(Enforce);
        Assert.True(File.Exists(host.File("bin/socket-enabled")) && File.Exists(host.File("bin/socket-active")));
        host.Do("--undo");

        Assert.Equal((enabled, active),
            (File.Exists(host.File("bin/socket-enabled")), File.Exists(host.File("bin/socket-active"))));
    }

    // As a profile does it, by one way.
    private static SetupHost HostThatPersists(PersistenceWay way)
    {
        var host = SetupSurveyTests.Proxmox();
        Directory.CreateDirectory(host.File("etc/udev/rules.d"));
        Directory.CreateDirectory(host.File("etc/network/if-up.d"));
        host.Persister = (_, device, profile, dryRun) =>
        {
            var root = HostRoot.From(host.Paths);
            string[] settings = profile == "segmentation" ? ["tx-tcp-segmentation", "tx-generic-segmentation"]
                : ["rx-checksum"];
            var plan = PersistencePlanner.Plan(root, new PersistenceRequest(
                HostNic.Find(root, device), [.. settings], profile, way, null));
            var changed = !dryRun && new PersistenceWriter(root).Apply(plan).Changed;
            return new ProfileFile(device, plan.Path, settings, changed, []);
        };
        return host;
    }

    private static string Persist(SetupHost host, string device, string setting = "tx-tcp-segmentation")
    {
        var root = HostRoot.From(host.Paths);
        var nic = HostNic.Find(root, device);
        host.Write($"run/udev/data/n{nic.Index}", "E:ID_NET_LINK_FILE=/usr/lib/systemd/network/99-default.link\n");
        host.Write("usr/sbin/ethtool", "");
        var plan = PersistencePlanner.Plan(root, new PersistenceRequest(
            nic, [setting], null, PersistenceWay.Udev, null));
        new PersistenceWriter(root).Apply(plan);
        return plan.Path;
    }
}
