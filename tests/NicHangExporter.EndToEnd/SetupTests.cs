namespace NicHangExporter.EndToEnd;

/// <summary>setup on a terminal and in scripts, as the program itself, on a host made of files.</summary>
public sealed class SetupTests
{
    private static readonly string[] Enforce = ["--yes", "--mode=enforce", $"--device={InstalledHost.Address}"];

    [Fact]
    public async Task Terminal_YesSetsUp_AndUndoTakesItBack()
    {
        using var host = new InstalledHost();
        var before = host.Etc();

        var shown = await host.TypeAsync("enforce\nyes\nyes\n");

        Assert.Contains("hung: 1 episode in this boot", shown, StringComparison.Ordinal);
        Assert.Contains("Proposal  heal nic0 (0000:00:1f.6) by itself when it hangs (enforce)\n", shown,
            StringComparison.Ordinal);
        Assert.Contains("done: enabled and started nic-hang-exporter.service\n", shown, StringComparison.Ordinal);
        // Nothing but text: no escape sequence moves the cursor.
        Assert.DoesNotContain('\e', shown);
        Assert.EndsWith(
            "remediation:\n  local: enforce\n  devices: [\"0000:00:1f.6\"]\n  persist: true\n\n"
            + "state:\n  directory: /var/lib/nic-hang-exporter\n", File.ReadAllText(host.Configuration),
            StringComparison.Ordinal);

        Assert.EndsWith("changed: yes\n", (await host.RunAsync("--undo")).Succeeded(), StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
        Assert.Equal(["enable --now --no-block nic-hang-exporter.service", "disable --now nic-hang-exporter.service"],
            host.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData("enforce\nno\ny\n")]
    public async Task Terminal_AnyOtherAnswerChangesNothing(string typed)
    {
        using var host = new InstalledHost();
        var before = host.Etc();

        Assert.EndsWith("Nothing was changed.\n", await host.TypeAsync(typed), StringComparison.Ordinal);

        Assert.Equal(before, host.Etc());
        Assert.Empty(host.Calls);
    }

    [Fact]
    public async Task Script_RunsTwiceAndChangesOnce()
    {
        using var host = new InstalledHost();

        Assert.EndsWith("changed: yes\n", (await host.RunAsync(Enforce)).Succeeded(), StringComparison.Ordinal);
        var after = host.Etc();
        Assert.EndsWith("changed: no\n", (await host.RunAsync(Enforce)).Succeeded(), StringComparison.Ordinal);

        Assert.Equal(after, host.Etc());
    }

    [Fact]
    public async Task WithoutTerminal_ExitCode2()
    {
        using var host = new InstalledHost();

        var run = await host.RunAsync();

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task OtherUser_IsRefused()
    {
        using var host = new InstalledHost();

        var run = await host.RunBelowAsync(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"], Enforce);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(
            "nic-hang-exporter: setup: setup needs root: it reads the kernel log and writes /etc\n", run.Error);
    }

    // The folder of the record and the configuration is read-only, or has no space for the record.
    [Theory]
    [InlineData("mount --bind $0 $0 && mount -o remount,bind,ro $0", "Read-only file system")]
    [InlineData("cp $0/config.yaml /tmp/setup-$$ && mount -t tmpfs -o size=4k tmpfs $0 && "
        + "cat /tmp/setup-$$ > $0/config.yaml && rm /tmp/setup-$$", "No space left on device")]
    public async Task FolderThatTakesNothing_OneLine_NothingHalfWritten(string mount, string reason)
    {
        using var host = new InstalledHost();
        var before = host.Etc();
        var folder = Path.GetDirectoryName(host.Configuration)!;

        var run = await host.RunBelowAsync(
            ["unshare", "--mount", "sh", "-c",
                $"{mount} && \"$@\"; code=$?; ls -A $0; cat $0/config.yaml; exit $code", folder],
            Enforce);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("nic-hang-exporter: setup: nothing was changed: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.EndsWith("\nconfig.yaml\n# Monitors only.\nlog:\n  level: info\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(before, host.Etc());
        Assert.Empty(host.Calls);
    }
}
