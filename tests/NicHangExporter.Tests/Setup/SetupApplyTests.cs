using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Setup;

/// <summary>setup on a host: what it writes, that the second run writes nothing, and that undo is exact.</summary>
public sealed class SetupApplyTests
{
    private static readonly string[] Enforce = ["--yes", "--mode=enforce", $"--device={SetupHost.Address}"];

    [Fact]
    public void Enforce_WritesTheFileAndRestartsTheService_OnlyOnce()
    {
        using var host = SetupSurveyTests.Proxmox();

        var first = host.Do("--yes", "--mode=enforce", "--device=nic0", "--persist");
        var after = host.Etc();
        var second = host.Do("--yes", "--mode=enforce", "--device=nic0", "--persist");

        Assert.EndsWith("\nchanged: yes\n", first, StringComparison.Ordinal);
        Assert.Equal(
            "# Monitors only.\nlog:\n  level: info\n\nremediation:\n  local: enforce\n"
            + "  devices: [\"0000:00:1f.6\"]\n  persist: true\n\n"
            + "state:\n  directory: /var/lib/nic-hang-exporter\n", File.ReadAllText(host.Configuration));
        Assert.EndsWith("Nothing to do: everything is set up this way already.\nchanged: no\n", second,
            StringComparison.Ordinal);
        Assert.Equal(after, host.Etc());
        Assert.Equal(["systemctl restart --no-block nic-hang-exporter.service"], host.Changes);
    }

    [Fact]
    public void Service_IsEnabledAndStarted()
    {
        using var host = Host();
        host.InstallUnit();

        host.Do(Enforce);

        Assert.Equal(["systemctl enable --now --no-block nic-hang-exporter.service"], host.Changes);
        Assert.EndsWith("changed: no\n", host.Do(Enforce), StringComparison.Ordinal);
    }

    // A start does nothing to a service that runs.
    [Fact]
    public void RunningService_IsEnabledAndRestarted()
    {
        using var host = Host();
        host.InstallUnit(active: true);

        host.Do(Enforce);

        Assert.Equal(
            ["systemctl enable --now --no-block nic-hang-exporter.service",
                "systemctl restart --no-block nic-hang-exporter.service"],
            host.Changes);
    }

    // The kernel log of a long boot takes longer to read than a person wants to wait.
    [Theory]
    [InlineData("job", "7")]
    [InlineData("state", "activating")]
    public void SlowStart_IsSaid_AndIsNoFailure(string file, string text)
    {
        using var host = Host();
        host.InstallUnit();
        host.Write($"bin/{file}", text);
        host.StartLimit = TimeSpan.Zero;

        Assert.EndsWith("done: enabled and started nic-hang-exporter.service\n"
            + "nic-hang-exporter.service is still starting after 0 s: "
            + "look at it with systemctl status nic-hang-exporter.service\nchanged: yes\n", host.Do(Enforce),
            StringComparison.Ordinal);
    }

    [Fact]
    public void SocketOfTheHelper_IsStartedWhereTheServiceIsNotRoot()
    {
        using var host = Host();
        host.InstallUnit(enabled: true, active: true, isRoot: false);
        host.Write("bin/socket-installed", "");
        host.Do(Enforce);
        Assert.DoesNotContain(host.Changes, call => call.Contains(".socket", StringComparison.Ordinal));

        var output = host.Do([.. Enforce, "--persist"]);

        Assert.Contains("\n          enable and start nic-hang-exporter-persist.socket\n", output,
            StringComparison.Ordinal);
        Assert.Contains("systemctl enable --now --no-block nic-hang-exporter-persist.socket", host.Changes);
        // Also if somebody stopped it later.
        File.Delete(host.File("bin/socket-active"));
        Assert.EndsWith("changed: yes\n", host.Do(Enforce), StringComparison.Ordinal);
        Assert.EndsWith("changed: no\n", host.Do(Enforce), StringComparison.Ordinal);
    }

    [Fact]
    public void MissingSocket_IsSaid()
    {
        using var host = Host();
        host.InstallUnit(enabled: true, active: true, isRoot: false);

        Assert.Contains("Note      nic-hang-exporter-persist.socket is missing or masked, and the service is not root",
            host.Do([.. Enforce, "--persist"]).Replace("\n          ", " ", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ServiceOfRoot_NeedsNoSocket()
    {
        using var host = Host();
        host.InstallUnit(enabled: true, active: true);
        host.Write("bin/socket-installed", "");

        Assert.DoesNotContain(".socket", host.Do([.. Enforce, "--persist"]), StringComparison.Ordinal);
    }

    [Fact]
    public void NoPersist_TurnsItOff_AndAddsNoKey()
    {
        using var host = Host();

        host.Do([.. Enforce, "--no-persist"]);
        Assert.DoesNotContain("persist", File.ReadAllText(host.Configuration), StringComparison.Ordinal);
        host.Do([.. Enforce, "--persist"]);
        Assert.EndsWith("changed: yes\n", host.Do([.. Enforce, "--no-persist"]), StringComparison.Ordinal);
        Assert.EndsWith("changed: no\n", host.Do([.. Enforce, "--no-persist"]), StringComparison.Ordinal);

        Assert.Contains("  persist: false\n", File.ReadAllText(host.Configuration), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatKeepsTheDeviceFromBeingHealed_IsShown()
    {
        using var host = new SetupHost();
        host.AddNic(driver: "ixgbe");
        host.Write("etc/nic-hang-exporter/disable", "");

        var output = host.Do(Enforce).Replace("\n         ", "", StringComparison.Ordinal);

        Assert.Contains("Note      /etc/nic-hang-exporter/disable exists, so no device is changed", output,
            StringComparison.Ordinal);
        Assert.Contains("no setting is known to help ixgbe", output, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutSystemd_TheCommandToStartIsShown()
    {
        using var host = Host();

        Assert.Contains("start the exporter yourself: nic-hang-exporter --config.file=", host.Do(Enforce),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Mode_AndOwnerOfTheFileStay()
    {
        using var host = Host();
        host.WriteConfiguration("log.level: warn\n");
        File.SetUnixFileMode(host.Configuration, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        host.Do(Enforce);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.GroupRead, File.GetUnixFileMode(host.Configuration));
    }

    [Fact]
    public void CopyOfAnAdministrator_Stays()
    {
        using var host = Host();
        host.WriteConfiguration("log.level: warn\n");
        host.Write("etc/nic-hang-exporter/config.yaml.new", "mine\n");

        host.Do(Enforce);

        Assert.Equal("mine\n", File.ReadAllText(host.Configuration + ".new"));
    }

    [Fact]
    public void DryRun_WritesNothing()
    {
        using var host = SetupSurveyTests.Proxmox();
        var before = host.Etc();

        Assert.EndsWith("changed: yes\n", host.Do([.. Enforce, "--dry-run", "--persist", "--profile=segmentation"]),
            StringComparison.Ordinal);

        Assert.Equal(before, host.Etc());
        Assert.Empty(host.Changes);
        Assert.Equal([$"{SetupHost.Address} segmentation dry run"], host.Persisted);
    }

    [Fact]
    public void Profile_IsPersistedNow()
    {
        using var host = Host();

        var output = host.Do([.. Enforce, "--persist", "--profile=segmentation"]);

        Assert.Contains("done: wrote /etc/udev/rules.d/", output, StringComparison.Ordinal);
        Assert.Equal([$"{SetupHost.Address} segmentation dry run", $"{SetupHost.Address} segmentation"],
            host.Persisted);
    }

    [Fact]
    public void AnotherDevice_TakesThePlaceOfTheFirst_AndIsSaid()
    {
        using var host = Host();
        host.AddNic("nic1", "0000:02:00.0", index: 3);
        host.Do(Enforce);

        var output = host.Do("--yes", "--mode=observe", "--device=nic1");

        Assert.Contains("0000:00:1f.6 is no longer in remediation.devices", output, StringComparison.Ordinal);
        Assert.Contains("devices: [\"0000:02:00.0\"]", File.ReadAllText(host.Configuration), StringComparison.Ordinal);
    }

    [Fact]
    public void ArgumentsOfTheService_ThatWin_AreShown()
    {
        using var host = Host();
        host.Write("etc/default/nic-hang-exporter",
            "#ARGS=--remediation.local=off\nARGS=--remediation.local=observe\n");

        Assert.Contains("has 'ARGS=--remediation.local=observe',",
            host.Do(Enforce).Replace("\n         ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    // systemd gives the directory of DynamicUser= to another user, below a folder that only root may enter.
    [Fact]
    public void StateDirectoryOfTheServicesUser_IsAccepted()
    {
        using var host = Host();
        var directory = host.File("var/lib/private/nic-hang-exporter");
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.CreateSymbolicLink(host.File("var/lib/nic-hang-exporter"), "private/nic-hang-exporter");
        Execution.Of("chown", "61234:61234", directory).Succeeded();

        Assert.EndsWith("changed: yes\n", host.Do(Enforce), StringComparison.Ordinal);
    }

    internal static SetupHost Host()
    {
        var host = new SetupHost();
        host.AddNic();
        return host;
    }
}
