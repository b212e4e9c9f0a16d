namespace NicHangExporter.EndToEnd;

/// <summary>
/// Signals that are often sent, to reload or by a closed terminal. By default they kill a program. An exporter that is
/// killed between link down and link up would leave the link down.
/// </summary>
public sealed class IgnoredSignalTests
{
    [Theory]
    [InlineData(Signal.HangUp, "SIGHUP")]
    [InlineData(Signal.User1, "SIGUSR1")]
    [InlineData(Signal.User2, "SIGUSR2")]
    internal async Task Signal_IsIgnoredAndSaid(Signal signal, string name)
    {
        using var exporter = await ExporterProcess.StartAsync();

        exporter.Send(signal);

        Assert.Contains($"signal={name}", await exporter.LoggedAsync("A signal is ignored"), StringComparison.Ordinal);
        await exporter.ScrapeAsync();
        await exporter.StopAsync();
    }

    [Fact]
    public async Task HangUp_WhileALinkIsDownByABounce_LeavesNeitherTheLinkDownNorTheDaemonDead()
    {
        using var host = new ConsoleHost { Options = { "--no-remediation.reinit" } };
        using var daemon = await host.StartDaemonAsync();
        var command = host.RunAsync("remediate", "veth0", "--recover", "--features", "tso");
        await Eventually.HoldsAsync("the link is down", () => IsUp(host), up => !up);

        daemon.Send(Signal.HangUp);

        await daemon.LoggedAsync("A signal is ignored");
        await Eventually.HoldsAsync("the link is up again", () => IsUp(host), up => up);
        await command;
        Assert.Contains(host.Journal(), entry => entry.GetProperty("event").GetString() == "outcome");
        await daemon.StopAsync();
        Assert.True(IsUp(host));
    }

    private static bool IsUp(ConsoleHost host) =>
        host.Network.Execute("ip", "-o", "link", "show", "veth0").Succeeded().Split('<')[1].Split('>')[0].Split(',')
        .Contains("UP");
}
