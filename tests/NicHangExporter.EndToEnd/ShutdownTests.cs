using System.Net.Sockets;

namespace NicHangExporter.EndToEnd;

public sealed class ShutdownTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(Signal.Terminate)]
    [InlineData(Signal.Interrupt)]
    internal async Task Signal_ThatAsksToEnd_EndsItWithSuccess(Signal signal)
    {
        using var exporter = await ExporterProcess.StartAsync();
        await exporter.ScrapeAsync();

        exporter.Send(signal);

        Assert.Equal(0, await exporter.WaitForExitAsync(Limit));
        Assert.Contains("msg=Stopping", exporter.Log[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task SigTerm_WhileAClientHoldsAConnection_EndsItAllTheSame(string sent)
    {
        using var exporter = await ExporterProcess.StartAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(
            exporter.BaseAddress.Host, exporter.BaseAddress.Port, TestContext.Current.CancellationToken);
        await client.GetStream()
            .WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent), TestContext.Current.CancellationToken);
        await exporter.ScrapeAsync();

        exporter.Send(Signal.Terminate);

        Assert.Equal(0, await exporter.WaitForExitAsync(Limit));
    }

    [Fact]
    public async Task PortInUse_EndsItWithOneLineAndExitCodeOne()
    {
        using var first = await ExporterProcess.StartAsync();

        var second = await new ExporterCommand($"--web.listen-address={first.BaseAddress.Authority}").RunAsync();

        Assert.Equal(1, second.ExitCode);
        Assert.Empty(second.Output);
        var complaint =
            Assert.Single(second.Error.Split('\n'), line => line.Contains(" level=error ", StringComparison.Ordinal));
        Assert.Contains(first.BaseAddress.Authority, complaint, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Error, StringComparison.Ordinal);
    }
}
