namespace NicHangExporter.EndToEnd;

/// <summary>The commands without a daemon: the same handlers, journal and lock.</summary>
public sealed class ConsoleAloneTests
{
    private const string Tso = "tcp-segmentation-offload";
    private const string TxChecksum = "tx-checksumming";

    [Fact]
    public async Task Device_IsRemediatedRememberedAndRolledBack()
    {
        using var host = new ConsoleHost();

        Assert.Contains("this is what the journal in", await host.DoAsync("status"), StringComparison.Ordinal);
        // A status takes no lock.
        Assert.False(Directory.Exists(host.State));

        Assert.StartsWith(
            "veth0: applied\n", await host.DoAsync("remediate", "veth0", "--features", "tso"),
            StringComparison.Ordinal);
        Assert.Equal("off", host.Feature(Tso));
        Assert.Contains(
            "DECLINED (cooldown)", await host.RefusedAsync("remediate", "veth0", "--features", "tx"),
            StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(TxChecksum));
        Assert.Contains("kept off  tso", await host.DoAsync("status"), StringComparison.Ordinal);

        // The daemon knows what was done without it, and the commands know what the daemon did.
        using (var daemon = await host.StartDaemonAsync())
        {
            await daemon.ScrapeUntilAsync("the outcome of the journal", metrics =>
                metrics.Sum("nichang_remediation_outcomes_total", ("device", "veth0"), ("outcome", "applied")) == 1);
            await host.DoAsync("quarantine", "clear", "veth0");
            await daemon.StopAsync();
        }
        Assert.Contains("  -     6     no    by hand", await host.DoAsync("devices"), StringComparison.Ordinal);

        Assert.Contains("veth0: undone", await host.DoAsync("rollback", "veth0"), StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(Tso));
    }

    [Fact]
    public async Task Remediation_LooksFirstWhetherTheDeviceHangs_RollbackDoesNot()
    {
        using var host = new ConsoleHost();

        Assert.Contains(
            "looking whether", await ErrorsAsync(host, "remediate", "veth0", "--features", "tso"),
            StringComparison.Ordinal);
        Assert.DoesNotContain(
            "looking whether", await ErrorsAsync(host, "rollback", "veth0"), StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(Tso));
    }

    [Fact]
    public async Task BudgetPauseAndQuarantine_HoldFromOneCommandToTheNext()
    {
        using var host = new ConsoleHost { Options = { "--remediation.device-budget=1", "--remediation.cooldown=1s" } };
        await host.DoAsync("remediate", "veth0", "--features", "tso");
        // Before that, the cool-down declines the request, and the device does not go into quarantine.
        for (var asked = 0; asked < 100
            && (await host.DoAsync("status")).Contains("cool-down", StringComparison.Ordinal); asked++)
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();

        Assert.Contains(
            "DECLINED (quarantined)", await host.RefusedAsync("remediate", "veth0", "--features", "tx"),
            StringComparison.Ordinal);
        Assert.Contains("IN QUARANTINE", await host.DoAsync("status"), StringComparison.Ordinal);
        await host.DoAsync("quarantine", "clear", "veth0");
        await host.DoAsync("pause");
        Assert.Contains(
            "DECLINED (paused)", await host.RefusedAsync("remediate", "veth0", "--features", "tx"),
            StringComparison.Ordinal);
        await host.DoAsync("resume");
        await host.DoAsync("remediate", "veth0", "--features", "tx");

        Assert.Equal(["off", "off"], [host.Feature(Tso), host.Feature(TxChecksum)]);
    }

    [Fact]
    public async Task Lock_HeldByAProcessWithoutASocket_IsSaidAndNothingIsDone()
    {
        using var host = new ConsoleHost();
        using var daemon = await host.StartDaemonAsync();
        File.Delete(Path.Combine(host.State, "api.sock"));

        Assert.Contains(
            "another process holds it",
            string.Join(' ',
                (await host.RefusedAsync("remediate", "veth0", "--features", "tso"))
                .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);

        Assert.Equal("on", host.Feature(Tso));
    }

    [Theory]
    [InlineData(Signal.HangUp)]
    [InlineData(Signal.Interrupt)]
    [InlineData(Signal.Terminate)]
    internal async Task Change_WhoseTerminalGoesAway_IsBroughtToItsEnd(Signal signal)
    {
        using var host = new ConsoleHost();
        using var process = host.Command("remediate", "veth0", "--features", "tso").Start();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line
            && !line.Contains("looking whether", StringComparison.Ordinal))
        {
        }

        Signals.Send(process.Id, signal);

        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        Assert.Contains("applied", await output, StringComparison.Ordinal);
        Assert.Equal("off", host.Feature(Tso));
    }

    [Fact]
    public async Task DryRun_OfNobodyWithoutADirectory_SaysWhatWouldBeDone()
    {
        Requires.Program("setpriv");
        using var host = new ConsoleHost();

        var run = await (new ExporterCommand(
            "remediate", "veth0", "--features", "tso", "--dry-run", "--remediation.devices=veth0")
        {
            Network = host.Network,
            Wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"],
        }).RunAsync();

        Assert.Contains("tx-tcp-segmentation off", run.Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_WithoutADirectory_IsDeclinedBecauseNothingWouldRemember()
    {
        using var host = new ConsoleHost();

        var run = await (new ExporterCommand("remediate", "veth0", "--features", "tso", "--remediation.devices=veth0")
        { Network = host.Network }).RunAsync();

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("DECLINED (journal unavailable)", run.Output, StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(Tso));
    }

    [Fact]
    public async Task Upper_IsDeclinedInFavourOfAPort()
    {
        using var host = new ConsoleHost();
        host.Network.Execute("ip", "link", "add", "vmbr0", "type", "bridge").Succeeded();
        host.Network.Execute("ip", "link", "set", "veth0", "master", "vmbr0").Succeeded();

        var said = await host.RefusedAsync("remediate", "vmbr0", "--features", "tso");

        Assert.Contains("DECLINED (upper)", said, StringComparison.Ordinal);
        Assert.Contains("Name one of its ports instead", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("remediate")]
    [InlineData("remediate", "--dryrun", "veth0")]
    [InlineData("remediate", "veth0", "veth1")]
    [InlineData("quarantine")]
    [InlineData("status", "--format", "xml")]
    public async Task Mistake_IsExitCode2(params string[] arguments)
    {
        var run = await new ExporterCommand(arguments).RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith("nic-hang-exporter: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("remediate")]
    [InlineData("rollback")]
    [InlineData("status")]
    [InlineData("quarantine", "clear")]
    public async Task Help_FitsTheScreenAndNamesTheExitCodes(params string[] command)
    {
        var help = await new ExporterCommand([.. command, "--help"]).RunAsync();

        Assert.InRange(help.Succeeded().Split('\n').Length, 8, 36);
        Assert.Equal(command[0] != "status", help.Output.Contains("Exit code: 0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("status")]
    [InlineData("--version")]
    [InlineData("--help")]
    public async Task Output_OnATerminal_HasNoEscapeSequences(string argument)
    {
        Requires.Program("script");
        var onTerminal = new ExporterCommand(argument)
        {
            Wrapper = ["env", "TERM=xterm-256color", "sh", "-c", "exec script -qec \"$*\" /dev/null", "sh"],
        };

        var run = await onTerminal.RunAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.NotEmpty(run.Output);
        Assert.DoesNotContain('\x1b', run.Output);
    }

    private static async Task<string> ErrorsAsync(ConsoleHost host, params string[] arguments)
    {
        var stop = TestContext.Current.CancellationToken;
        using var process = host.Command(arguments).Start();
        var output = process.StandardOutput.ReadToEndAsync(stop);
        var errors = await process.StandardError.ReadToEndAsync(stop);
        await output;
        await process.WaitForExitAsync(stop);
        Assert.Equal(0, process.ExitCode);
        return errors;
    }
}
