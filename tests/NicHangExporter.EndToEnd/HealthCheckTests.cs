namespace NicHangExporter.EndToEnd;

/// <summary>The command of the container's health check, beside an exporter that runs and one that does not.</summary>
public sealed class HealthCheckTests
{
    [Fact]
    public async Task HealthCheck_FollowsTheExporter_ByItsOwnConfiguration()
    {
        using var files =
            new WebFiles(WebFiles.Tls + $"basic_auth_users:\n  alice: {BCrypt.Net.BCrypt.HashPassword("a", 4)}\n");
        using var exporter = await ExporterProcess.StartAsync(files.Option);
        var environment = new Dictionary<string, string>
        {
            ["NICHANG_WEB_LISTEN_ADDRESS"] =
            exporter.BaseAddress.Authority.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)
        };
        var check = new ExporterCommand("healthcheck", files.Option) { Environment = environment };

        // The command waits three seconds. The server's first handshake compiles code, so it is not the command's.
        using (var client = files.Client(exporter.BaseAddress))
        using (await client.GetAsync("/-/healthy", TestContext.Current.CancellationToken))
        {
        }
        var healthy = await check.RunAsync();
        await exporter.StopAsync();
        var unhealthy = await check.RunAsync();

        Assert.Equal((0, ""), (healthy.ExitCode, healthy.Error));
        Assert.Matches(@"^healthy: https://127\.0\.0\.1:\d+/-/healthy answers\n$", healthy.Output);
        Assert.Equal((1, ""), (unhealthy.ExitCode, unhealthy.Output));
        Assert.Matches(@"^unhealthy: https://127\.0\.0\.1:\d+/-/healthy: Connection refused\n$", unhealthy.Error);
        Assert.DoesNotContain(exporter.Log, line => line.Contains("kept requests out", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("port 0", "--web.listen-address=:0")]
    [InlineData("'here'", "--web.listen-address=here")]
    [InlineData("unexpected argument 'now'", "now")]
    public async Task HealthCheck_ThatCannotKnowWhomToAsk_IsAMistakeInOneLine(string expected, string argument)
    {
        var execution = await new ExporterCommand("healthcheck", argument).RunAsync();

        Assert.Equal((2, ""), (execution.ExitCode, execution.Output));
        Assert.Contains(expected, Assert.Single(execution.Error.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }
}
