using System.Net;
using System.Net.Sockets;
using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.Tests.Web;

namespace NicHangExporter.Tests.Cli;

public sealed class HealthCheckTests
{
    private const string Tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
    private const string Password =
        "basic_auth_users:\n  alice: $2b$04$4rJvhmJ3jwTqgzBVXVBuKeSbzyGFM8bvUhhGJ0NStNZ1S/gIM1YCi\n";

    [Theory]
    [InlineData("", "http")]
    [InlineData(Password, "http")]
    [InlineData(Tls, "https")]
    [InlineData(Tls + Password, "https")]
    [InlineData(Tls + "  client_auth_type: VerifyClientCertIfGiven\n  client_ca_file: ca.crt\n", "https")]
    public async Task Exporter_ThatServes_IsHealthy(string config, string scheme)
    {
        await using var served = await ServedWeb.StartAsync(config);

        var (isHealthy, line) = await Ask(served.EndPoint, mayHaveTls: true);

        Assert.Equal((true, $"healthy: {scheme}://{served.EndPoint}/-/healthy answers"), (isHealthy, line));
        Assert.Equal(1, served.Handled);
    }

    [Fact]
    public async Task Exporter_ThatRequiresACertificate_CannotBeAskedAndItIsSaid()
    {
        await using var served = await ServedWeb.StartAsync(Tls
            + "  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.crt\n");

        var (isHealthy, line) = await Ask(served.EndPoint, mayHaveTls: true);

        Assert.False(isHealthy);
        Assert.Equal(
            $"unhealthy: https://{served.EndPoint}/-/healthy requires a client certificate, which healthcheck does not "
            + $"have: run without this check", line);
    }

    [Fact]
    public async Task Port_ThatNobodyListensOn_IsUnhealthy()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        var (isHealthy, line) = await Ask((IPEndPoint)taken.LocalEndPoint!, mayHaveTls: false);

        Assert.False(isHealthy);
        Assert.Equal($"unhealthy: http://{taken.LocalEndPoint}/-/healthy: Connection refused", line);
    }

    [Theory]
    [InlineData("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n", "answers 503")]
    [InlineData("SSH-2.0-OpenSSH_9.2p1\r\n", "Received an invalid")]
    public async Task Answer_ThatIsNot200_IsUnhealthy(string answer, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asking = Ask((IPEndPoint)listener.LocalEndpoint, mayHaveTls: false);
        using var peer = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        await peer.SendAsync(System.Text.Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);

        var (isHealthy, line) = await asking;

        Assert.False(isHealthy);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exporter_ThatDoesNotAnswer_IsUnhealthyAfterThreeSeconds()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var endPoint = (IPEndPoint)listener.LocalEndpoint;
        var asking = new HealthCheck(new ListenAddress(endPoint.Address, endPoint.Port), mayHaveTls: false, clock)
            .RunAsync();
        using var peer = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);
        Assert.False(asking.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal((false, $"unhealthy: http://{endPoint}/-/healthy does not answer within 3s"), await asking);
    }

    [Theory]
    [InlineData(":19642", "127.0.0.1:19642")]
    [InlineData("0.0.0.0:1", "127.0.0.1:1")]
    [InlineData("[::]:1", "[::1]:1")]
    [InlineData("192.0.2.1:1", "192.0.2.1:1")]
    [InlineData("[fd00::1]:1", "[fd00::1]:1")]
    public void Address_ThatIsListenedOn_IsAskedWhereItAnswersThisHost(string listen, string expected)
    {
        Assert.True(ListenAddress.TryParse(listen, out var address));
        Assert.Equal(expected, HealthCheck.EndPointOf(address).ToString());
    }

    private static Task<(bool IsHealthy, string Line)> Ask(IPEndPoint endPoint, bool mayHaveTls) =>
        new HealthCheck(new ListenAddress(endPoint.Address, endPoint.Port), mayHaveTls,
            new Microsoft.Extensions.Time.Testing.FakeTimeProvider()).RunAsync();
}
