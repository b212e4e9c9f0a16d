using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The commands of the console while the daemon runs: through its socket, on a device that really changes.
/// </summary>
public sealed class ConsoleDaemonTests
{
    private const string Tso = "tcp-segmentation-offload";
    private const string TxChecksum = "tx-checksumming";

    [Fact]
    public async Task Device_IsRemediatedLookedAfterAndRolledBack()
    {
        using var host = new ConsoleHost { Options = { "--remediation.local=enforce" } };
        using var daemon = await host.StartDaemonAsync();

        Assert.Contains("\nveth0 ", await host.DoAsync("devices"), StringComparison.Ordinal);
        Assert.Contains("answered at", await host.DoAsync("status"), StringComparison.Ordinal);

        Assert.Contains(
            "dry run, nothing was changed",
            await host.DoAsync("remediate", "veth0", "--features", "tso,gso", "--dry-run"), StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(Tso));

        var applied = await host.DoAsync("remediate", "veth0", "--features", "tso,gso", "--reason", "a night shift");
        Assert.StartsWith("veth0: applied\n", applied, StringComparison.Ordinal);
        Assert.Contains("tso  on -> off", applied, StringComparison.Ordinal);
        Assert.Equal("off", host.Feature(Tso));
        Assert.Equal("off", host.Feature("generic-segmentation-offload"));

        Assert.Contains(
            "nothing to do", await host.DoAsync("remediate", "veth0", "--features", "tso"), StringComparison.Ordinal);
        Assert.Contains(
            "DECLINED (cooldown)", await host.RefusedAsync("remediate", "veth0", "--features", "tx"),
            StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(TxChecksum));

        // Another program turns it on again.
        host.Network.Execute("ethtool", "-K", "veth0", "tso", "on").Succeeded();
        await Eventually.HoldsAsync("the drift is undone", () => host.Feature(Tso), value => value == "off");
        // One remediation at a time: until the correction has its verdict, the remediator is busy.
        await daemon.ScrapeUntilAsync(
            "the correction is proven", metrics =>
                metrics.Sum("nichang_remediation_outcomes_total", ("device", "veth0"), ("trigger", "drift"),
                    ("outcome", "applied")) >= 1);

        Assert.Contains(
            "budget is full again", await host.DoAsync("quarantine", "clear", "veth0"), StringComparison.Ordinal);
        Assert.Contains(
            "applied", await host.DoAsync("remediate", "veth0", "--features", "tx"), StringComparison.Ordinal);
        Assert.Contains("veth0: undone", await host.DoAsync("rollback", "veth0"), StringComparison.Ordinal);
        Assert.Equal(["on", "on"], [host.Feature(Tso), host.Feature(TxChecksum)]);
        Assert.Contains("nothing to roll back", await host.RefusedAsync("rollback", "veth0"), StringComparison.Ordinal);

        var metrics = await daemon.ScrapeUntilAsync("both are counted", metrics =>
            metrics.Sum("nichang_remediation_outcomes_total", ("device", "veth0"), ("trigger", "cli")) >= 3);
        Assert.True(metrics.Sum("nichang_remediation_attempts_total", ("device", "veth0"), ("trigger", "drift")) >= 1);
        Assert.True(metrics.Sum("nichang_remediation_declined_total", ("trigger", "cli"), ("reason", "cooldown")) >= 1);
        Assert.Equal(1, metrics["nichang_journal_writable"]);
        var intent = host.Journal().First(entry => entry.GetProperty("event").GetString() == "intent");
        Assert.Equal(
            ("root", "a night shift", "cli"),
            (intent.GetProperty("actor").GetString(), intent.GetProperty("reason").GetString(),
                intent.GetProperty("trigger").GetString()));
        await daemon.StopAsync();
        Assert.False(File.Exists(Path.Combine(host.State, "api.sock")));
    }

    [Fact]
    public async Task Drift_IsNotifiedByTheKernel_AndCorrectedLongBeforeTheNextPoll()
    {
        using var host = new ConsoleHost
        {
            Options = { "--remediation.local=enforce" },
            EthtoolInterval = "10m",
        };
        using var daemon = await host.StartDaemonAsync();
        await host.DoAsync("remediate", "veth0", "--features", "tso");
        Assert.Equal("off", host.Feature(Tso));

        host.Network.Execute("ethtool", "-K", "veth0", "tso", "on").Succeeded();
        await Eventually.HoldsAsync("the drift is undone", () => host.Feature(Tso), value => value == "off");

        // Settings that nothing drifts from are in the next scrape, too.
        host.Network.Execute("ethtool", "-K", "veth1", "tso", "off").Succeeded();
        await daemon.ScrapeUntilAsync("the feature is off", metrics => metrics.Of(
            "nichang_feature_active", ("device", "veth1"), ("feature", "tx-tcp-segmentation")).Single().Value == 0);
    }

    [Fact]
    public async Task Daemon_ThatGetsItsDirectoryLater_AnswersTheConsole()
    {
        using var host = new ConsoleHost();
        using var first = await host.StartDaemonAsync();
        using var second = await host.StartDaemonAsync();
        await first.StopAsync();
        await second.ScrapeUntilAsync("the journal is taken over", metrics => metrics["nichang_journal_writable"] == 1);

        Assert.Contains("answered at", await host.DoAsync("status"), StringComparison.Ordinal);
        await second.StopAsync();
        Assert.False(File.Exists(Path.Combine(host.State, "api.sock")));
    }

    [Fact]
    public async Task Budget_ThatIsGone_IsAQuarantineUntilSomebodyClearsIt()
    {
        using var host = new ConsoleHost { Options = { "--remediation.device-budget=1", "--remediation.cooldown=1s" } };
        using var daemon = await host.StartDaemonAsync();
        await host.DoAsync("remediate", "veth0", "--features", "tso");
        await daemon.ScrapeUntilAsync("the outcome is published", metrics =>
            metrics.Sum("nichang_remediation_outcomes_total", ("device", "veth0"), ("outcome", "applied")) == 1);
        // Before that, the cool-down declines the request, and the device does not go into quarantine.
        await daemon.ScrapeUntilAsync(
            "the cool-down is over", metrics =>
                metrics["nichang_remediation_cooldown_until_timestamp_seconds", ("device", "veth0")] == 0);

        Assert.Contains(
            "DECLINED (quarantined)", await host.RefusedAsync("remediate", "veth0", "--features", "tx"),
            StringComparison.Ordinal);
        await daemon.ScrapeUntilAsync(
            "the quarantine shows", metrics => metrics["nichang_remediation_quarantined", ("device", "veth0")] == 1);
        Assert.Contains("IN QUARANTINE", await host.DoAsync("status"), StringComparison.Ordinal);
        await host.DoAsync("quarantine", "clear", "veth0");

        await host.DoAsync("remediate", "veth0", "--features", "tx");
        Assert.Equal("off", host.Feature(TxChecksum));
        await daemon.ScrapeUntilAsync(
            "it is over", metrics => metrics["nichang_remediation_quarantined", ("device", "veth0")] == 0);
    }

    [Fact]
    public async Task Pause_HoldsEveryChangeButUndoing_OverARestart()
    {
        using var host = new ConsoleHost();
        using (var daemon = await host.StartDaemonAsync())
        {
            await host.DoAsync("remediate", "veth0", "--features", "tso");
            await host.DoAsync("pause");
            await daemon.StopAsync();
        }
        using var again = await host.StartDaemonAsync();

        Assert.Contains("YES", await host.DoAsync("status"), StringComparison.Ordinal);
        Assert.Contains(
            "DECLINED (paused)", await host.RefusedAsync("remediate", "veth0", "--features", "tx"),
            StringComparison.Ordinal);
        await host.DoAsync("rollback", "veth0");
        Assert.Equal("on", host.Feature(Tso));
        await host.DoAsync("resume");
        Assert.Contains("paused      no", await host.DoAsync("status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_AsJson_AreTheBodiesOfTheApi()
    {
        using var host = new ConsoleHost();
        using var daemon = await host.StartDaemonAsync();

        using var outcome =
            JsonDocument.Parse(await host.DoAsync("remediate", "veth0", "--features=tso", "--format=json"));
        using var status = JsonDocument.Parse(await host.DoAsync("status", "--format", "json"));
        using var devices = JsonDocument.Parse(await host.DoAsync("devices", "--format", "json"));
        using var episodes = JsonDocument.Parse(await host.DoAsync("episodes", "--format", "json"));

        Assert.Equal("applied", outcome.RootElement.GetProperty("verdict").GetString());
        Assert.Equal("off", outcome.RootElement.GetProperty("after").GetProperty("tx-tcp-segmentation").GetString());
        Assert.Equal("off", status.RootElement.GetProperty("modes").GetProperty("local").GetString());
        Assert.True(status.RootElement.GetProperty("daemonAnswered").GetBoolean());
        Assert.Contains(
            devices.RootElement.GetProperty("devices").EnumerateArray(), device =>
                device.GetProperty("device").GetString() == "veth0");
        Assert.Equal(0, episodes.RootElement.GetProperty("episodes").GetArrayLength());
    }

    [Fact]
    public async Task Stranger_WhomTheDirectoryLetsIn_IsRefusedByTheDaemon()
    {
        Requires.Program("setpriv");
        using var host = new ConsoleHost();
        using var daemon = await host.StartDaemonAsync();
        var nobody = host.Command("pause")
            with
        { Wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] };

        var shut = await nobody.RunAsync();
        const UnixFileMode everybody = (UnixFileMode)0b111_111_111;
        File.SetUnixFileMode(host.State, everybody);
        File.SetUnixFileMode(Path.Combine(host.State, "api.sock"), everybody);
        var open = await nobody.RunAsync();

        Assert.Equal((1, 1), (shut.ExitCode, open.ExitCode));
        Assert.Contains("permission denied", shut.Error, StringComparison.Ordinal);
        Assert.Contains(
            "Only root and the user of the exporter may use its socket", open.Error, StringComparison.Ordinal);
        await daemon.LoggedAsync("Refused user 65534");
        Assert.Contains("paused      no", await host.DoAsync("status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DaemonThatIsStuck_IsSaidAndNothingIsDoneThenOrLater()
    {
        using var host = new ConsoleHost();
        using var daemon = await host.StartDaemonAsync();
        daemon.Send(Signal.Stop);

        var said = await host.RefusedAsync("remediate", "veth0", "--features", "tso");
        daemon.Send(Signal.Continue);

        Assert.Contains("can't be asked", said, StringComparison.Ordinal);
        // The daemon finds the request in its socket, and this one after it.
        Assert.Contains("running     nothing", await host.DoAsync("status"), StringComparison.Ordinal);
        Assert.Equal("on", host.Feature(Tso));
        Assert.DoesNotContain(
            "\"event\":\"intent\"",
            await File.ReadAllTextAsync(
                Path.Combine(host.State, "journal.jsonl"), TestContext.Current.CancellationToken),
                    StringComparison.Ordinal);
    }

    [Fact]
    public async Task SocketOfADaemonThatWasKilled_IsReplacedByTheNext()
    {
        using var host = new ConsoleHost();
        using (var daemon = await host.StartDaemonAsync())
            await daemon.KillAsync();
        Assert.True(File.Exists(Path.Combine(host.State, "api.sock")));
        Assert.Contains("not asked", await host.DoAsync("status"), StringComparison.Ordinal);

        using var next = await host.StartDaemonAsync();

        Assert.Contains("answered at", await host.DoAsync("status"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StateDirectoryWithTooLongAPath_IsSaidAndTheDaemonRuns()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, new string('x', 100));

        using var daemon = await ExporterProcess.StartAsync($"--state.directory={path}");

        Assert.Contains(
            "choose a shorter state.directory", await daemon.LoggedAsync("The API can't be served at"),
            StringComparison.Ordinal);
        Assert.Equal(1, (await daemon.ScrapeAsync())["nichang_state_up"]);
    }

    [Fact]
    public async Task SecondDaemon_OverTheSameDirectory_LeavesTheSocketAlone()
    {
        using var host = new ConsoleHost();
        using var first = await host.StartDaemonAsync();
        using (var second = await host.StartDaemonAsync())
            await second.StopAsync();

        Assert.Contains("answered at", await host.DoAsync("status"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-rf")]
    [InlineData("$(id)")]
    [InlineData("a\u001b[2Jb")]
    [InlineData("--dry-run")]
    public async Task HostileName_IsOneDeviceAndNothingElse(string name)
    {
        using var host = new ConsoleHost { Options = { $"--remediation.devices={name}" } };
        host.Network.Execute("ip", "link", "set", "dev", "veth1", "down").Succeeded();
        host.Network.Execute("ip", "link", "set", "dev", "veth1", "name", name).Succeeded();
        host.Network.Execute("ip", "link", "set", "dev", name, "up").Succeeded();
        using var daemon = await host.StartDaemonAsync();

        var said = await host.DoAsync("remediate", "--features", "tso", "--", name) + await host.DoAsync("devices")
            + await host.DoAsync("status");

        Assert.Contains("applied", said, StringComparison.Ordinal);
        Assert.DoesNotContain(said, character => char.IsControl(character) && character != '\n');
        Assert.Equal("on", host.Feature(Tso));
        await host.DoAsync("rollback", "--", name);
    }
}
