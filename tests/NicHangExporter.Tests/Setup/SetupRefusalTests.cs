namespace NicHangExporter.Tests.Setup;

/// <summary>Bad input: one line that says what is wrong, and nothing is changed.</summary>
public sealed class SetupRefusalTests
{
    public static TheoryData<string, string> Devices => new()
    {
        { "eth9", "--device: there is no NIC 'eth9': here are nic0 (0000:00:1f.6), nodriver (0000:09:00.0), "
            + "vf0 (0000:02:10.0)" },
        { "vmbr0", "--device: vmbr0 has no hardware of its own (a bridge, bond, VLAN or guest): name the NIC below it; "
            + "here are nic0 (0000:00:1f.6), nodriver (0000:09:00.0), vf0 (0000:02:10.0)" },
        { "nodriver", "--device: nodriver (0000:09:00.0) has no driver, so nothing can be changed on it" },
        { "0000:02:10.0", "--device: vf0 (0000:02:10.0) is a virtual function: its settings follow the physical "
            + "function, so set the host of that one up" },
    };

    [Theory]
    [MemberData(nameof(Devices))]
    public void Device_ThatCannotBeHealed_IsRefused(string device, string line)
    {
        using var host = SetupApplyTests.Host();
        host.AddNic("nodriver", "0000:09:00.0", driver: "", index: 3);
        host.AddNic("vf0", "0000:02:10.0", "igbvf", index: 4);
        File.CreateSymbolicLink(host.File("sys/devices/0000:02:10.0/physfn"), "../0000:00:1f.6");
        host.AddUpper("vmbr0", "nic0");

        Assert.Equal(
            $"nic-hang-exporter: setup: {line}", host.Refused("--yes", "--mode=enforce", $"--device={device}"));

        Assert.Empty(host.Etc());
    }

    [Theory]
    [InlineData("remediation:\n  lokal: off\n", "config.yaml:2: unknown key 'remediation.lokal'")]
    [InlineData("remediation: [\n", "config.yaml:2: ")]
    [InlineData("remediation:\n  local: on\n  local: off\n", "'remediation.local' is set twice")]
    public void WrongFile_IsRefused(string text, string line)
    {
        using var host = SetupApplyTests.Host();
        host.WriteConfiguration(text);
        var before = host.Etc();

        var refusal = Refused(host);

        Assert.Contains(line, refusal, StringComparison.Ordinal);
        Assert.EndsWith(": correct the file first", refusal, StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
    }

    [Theory]
    [InlineData("stall.window: 1s\n", "stall.window")]
    [InlineData("kmsg.accept-untrusted: maybe\n", "neither true nor false")]
    [InlineData("state.directory: /proc\n", "which holds no files")]
    public void WhatTheDaemonWouldRefuse_IsNotWritten(string text, string reason)
    {
        using var host = SetupApplyTests.Host();
        host.WriteConfiguration(text);
        // The root of the test has no file system of the kernel's own.
        if (text.Contains("/proc", StringComparison.Ordinal))
            File.CreateSymbolicLink(host.File("proc"), "/proc");
        var before = host.Etc();

        var refusal = Refused(host);

        Assert.Contains("the exporter would refuse the new configuration, so nothing was changed", refusal,
            StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
    }

    [Fact]
    public void FormThatCannotBeEdited_IsLeft_AndTheLinesAreNamed()
    {
        using var host = SetupApplyTests.Host();
        host.WriteConfiguration("remediation: {local: off}\n");

        Assert.EndsWith("for these keys\n  state.directory: /var/lib/nic-hang-exporter\n"
            + "  remediation.local: enforce\n  remediation.devices: [\"0000:00:1f.6\"]", Refused(host),
            StringComparison.Ordinal);
        Assert.Equal("remediation: {local: off}\n", File.ReadAllText(host.Configuration));
    }

    // Somebody has the file open in an editor while setup asks.
    [Theory]
    [InlineData("log.level: warn\n", "log.level: error\n")]
    [InlineData("log.level: warn\n", null)]
    [InlineData(null, "log.level: error\n")]
    public void FileEditedBeforeTheAnswer_IsLeft(string? before, string? edited)
    {
        using var host = SetupSurveyTests.Proxmox();
        File.Delete(host.Configuration);
        if (before is not null)
            host.WriteConfiguration(before);
        host.Typed = "enforce\nno\nyes\n";
        host.Typing = line =>
        {
            if (line != "yes")
                return;
            File.Delete(host.Configuration);
            if (edited is not null)
                host.WriteConfiguration(edited);
        };

        Assert.Equal("nic-hang-exporter: setup: /etc/nic-hang-exporter/config.yaml was edited meanwhile, so nothing "
            + "was changed: run setup again", host.Refused());

        Assert.Equal(edited, File.Exists(host.Configuration) ? File.ReadAllText(host.Configuration) : null);
        Assert.False(File.Exists(host.Record));
        Assert.Empty(host.Changes);
    }

    [Fact]
    public void SymbolicLink_IsLeft()
    {
        using var host = SetupApplyTests.Host();
        host.Write("elsewhere.yaml", "log.level: info\n");
        Directory.CreateDirectory(host.File("etc/nic-hang-exporter"));
        File.CreateSymbolicLink(host.Configuration, host.File("elsewhere.yaml"));

        Assert.Contains("is a symbolic link, not a regular file", Refused(host), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""
        {"version": 1, "configuration": "/c", "madeFolder": false, "madeFile": false, "original": null, "written": "",
         "keys": [], "wasEnabled": null, "wasActive": false, "persisted": [], "replaced": [{"address": "a"}]}
        """)]
    public void DamagedRecord_StopsSetupAndUndo(string text)
    {
        using var host = SetupApplyTests.Host();
        host.Write("etc/nic-hang-exporter/.setup-undo.json", text);
        var before = host.Etc();

        Assert.Contains("is damaged", Refused(host), StringComparison.Ordinal);
        Assert.Contains("is damaged", host.Refused("--undo"), StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
    }

    [Fact]
    public void ServiceThatDoesNotStart_IsSaid_AndCanBeUndone()
    {
        using var host = SetupApplyTests.Host();
        host.InstallUnit();
        host.Write("bin/refuse", "");
        var before = host.Etc();

        Assert.Equal("nic-hang-exporter: setup: systemctl enable nic-hang-exporter.service failed: Job failed.; "
            + "see journalctl -u nic-hang-exporter.service -n 20", Refused(host));
        host.Do("--undo");

        Assert.Equal(before, host.Etc());
    }

    [Theory]
    [InlineData("state", "failed")]
    [InlineData("sub", "SubState=auto-restart")]
    public void ServiceThatEndsAtItsStart_IsSaid(string file, string text)
    {
        using var host = SetupApplyTests.Host();
        host.InstallUnit();
        host.Write($"bin/{file}", text);
        if (file == "sub")
            host.Write("bin/state", "activating");

        Assert.Equal("nic-hang-exporter: setup: nic-hang-exporter.service does not start; "
            + "see journalctl -u nic-hang-exporter.service -n 20", Refused(host));
    }

    [Fact]
    public void WithoutTerminal_OneLineAndExitCode2()
    {
        using var host = SetupApplyTests.Host();

        var (code, output, error) = host.Run();

        Assert.Equal((2, ""), (code, output));
        Assert.Equal("nic-hang-exporter: setup: setup asks questions, and the input is no terminal: for scripts write "
            + "setup --yes --mode=observe|enforce --device=ADDRESS\n", error);
    }

    private static string Refused(SetupHost host) =>
        host.Refused("--yes", "--mode=enforce", $"--device={SetupHost.Address}");
}
