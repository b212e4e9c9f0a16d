using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Api.Wire;

/// <summary>
/// The API on the Unix socket: the same answers as over TCP, for root and the user of the exporter only.
/// </summary>
public sealed class LocalApiTests : IDisposable
{
    private const string ListDevices = "GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Pause = "POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private readonly RecordingLogger _log = new();
    private readonly ILoggerFactory _loggers;

    public LocalApiTests() => _loggers = LoggerFactory.Create(builder => builder.AddProvider(_log));

    public void Dispose()
    {
        _loggers.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task EveryAnswer_IsTheSameOverBothTransports()
    {
        await using var host = await WireHost.StartAsync();

        foreach (var request in WireCases.OfAnyTransport())
        {
            var local = await host.ExchangeLocallyAsync(request);
            var remote = await host.ExchangeAsync(WithToken(request));
            Assert.Equal(remote, local);
        }
    }

    [Fact]
    public async Task WithoutTokenFile_OnlyTheSocketHasTheApi()
    {
        await using var host = await WireHost.StartAsync(withApi: false);

        Assert.StartsWith("HTTP/1.1 200 OK", await host.ExchangeLocallyAsync(ListDevices), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", await host.ExchangeAsync(ListDevices), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404",
            await host.ExchangeLocallyAsync("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Caller_IsTheUserWhoConnected_AndIsNotCounted()
    {
        await using var host = await WireHost.StartAsync();

        Assert.StartsWith("HTTP/1.1 200 OK", await host.ExchangeLocallyAsync(Pause), StringComparison.Ordinal);

        var journal = await File.ReadAllTextAsync(Path.Combine(host.StateDirectory, "journal.jsonl"),
            TestContext.Current.CancellationToken);
        Assert.Contains($"\"actor\":\"{UserNames.Of(FileStatus.EffectiveUser)}\"", journal, StringComparison.Ordinal);
        Assert.DoesNotContain("nichang_api_requests_total{", await host.CountersAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Socket_IsForItsOwnerOnly_AndGoneAfterTheEnd()
    {
        string path;
        await using (var host = await WireHost.StartAsync())
        {
            path = host.SocketPath;
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            await host.Services.GetRequiredService<LocalApiServer>().StopAsync(TestContext.Current.CancellationToken);
            Assert.False(File.Exists(path));

            await host.Services.GetRequiredService<LocalApiServer>().StartAsync();
            Assert.False(File.Exists(path), "it has been stopped for good");
        }
    }

    [Fact]
    public async Task SocketOfAProcessThatWasKilled_IsReplaced()
    {
        await using var host = await WireHost.StartAsync();
        var directory = Directory.CreateDirectory(Path.Combine(host.StateDirectory, "s")).FullName;
        // A socket file whose process is gone: bound, and renamed so that closing it does not remove it.
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(Path.Combine(directory, "x")));
            File.Move(Path.Combine(directory, "x"), LocalApiServer.PathIn(directory));
        }
        await using var server = Server(host, directory);

        await server.StartAsync();

        Assert.StartsWith("HTTP/1.1 200 OK", await AskAsync(directory, ListDevices), StringComparison.Ordinal);
        Assert.Equal(1, _log.Count(EventIds.ControlListening));
        await server.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AnotherUser_Is403AndReachesNothing()
    {
        await using var host = await WireHost.StartAsync();
        var directory = Directory.CreateDirectory(Path.Combine(host.StateDirectory, "s")).FullName;
        await using var server = Server(host, directory, _ => 65534);
        await server.StartAsync();

        foreach (var request in WireCases.OfAnyTransport()
            .Where(request => !request.Contains("Origin:", StringComparison.Ordinal)))
        {
            var answer = await AskAsync(directory, request);
            Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
            Assert.True(request.StartsWith("HEAD", StringComparison.Ordinal)
                || answer.Contains("urn:problem-type:nichang:peer", StringComparison.Ordinal), answer);
        }

        Assert.Equal(1, _log.Count(EventIds.ControlRefused));
        Assert.DoesNotContain("\"actor\"",
            await File.ReadAllTextAsync(Path.Combine(host.StateDirectory, "journal.jsonl"),
            TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await server.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task PlaceThatCantBeUsed_IsSaidAndNoError()
    {
        await using var host = await WireHost.StartAsync();
        Directory.CreateDirectory(Path.Combine(host.StateDirectory, "taken", LocalApiServer.FileName));
        foreach (var directory in new[] { Path.Combine(host.StateDirectory, "missing"),
            Path.Combine(host.StateDirectory, "taken"),
            Path.Combine(host.StateDirectory, new string('x', LocalApiServer.MaxPath)) })
        {
            await using var server = Server(host, directory);
            await server.StartAsync();
            await server.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(3, _log.Count(EventIds.ControlUnavailable));
    }

    [Fact]
    public async Task MutatedRequests_NeverEndTheServerAndNeverChangeADevice()
    {
        await using var host = await WireHost.StartAsync();
        var directory = Directory.CreateDirectory(Path.Combine(host.StateDirectory, "s")).FullName;
        await using var server = Server(host, directory);
        await server.StartAsync();
        const string Body = """{"device":"eno1","features":["tso"],"dryRun":true}""";
        byte[][] samples =
        [
            Encoding.ASCII.GetBytes(ListDevices),
            Encoding.ASCII.GetBytes("POST /api/v1/remediations HTTP/1.1\r\nHost: localhost\r\n"
                + $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"),
        ];
        var random = new Random(20261129);
        var statuses = new SortedDictionary<string, int>(StringComparer.Ordinal);

        for (var i = 0; i < 2_000; i++)
        {
            var answer = await SendAsync(directory, Mutate(samples[random.Next(samples.Length)], random));
            var status = answer.Length > 12 ? answer[9..12] : "none";
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            Assert.NotEqual("500", status);
        }

        Assert.True(statuses["400"] > 100 && statuses["200"] > 20, string.Join(", ", statuses));
        Assert.StartsWith("HTTP/1.1 200 OK", await AskAsync(directory, ListDevices), StringComparison.Ordinal);
        Assert.Equal(0, _log.Count(EventIds.ApiFailed));
        Assert.DoesNotContain("\"event\":\"intent\"",
            await File.ReadAllTextAsync(Path.Combine(host.StateDirectory, "journal.jsonl"),
            TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await server.StopAsync(TestContext.Current.CancellationToken);
    }

    // Up to four bytes are changed, or the rest is cut off.
    private static byte[] Mutate(byte[] sample, Random random)
    {
        byte[] bytes = [.. sample];
        for (var changes = random.Next(5); changes > 0; changes--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(1, bytes.Length)] : bytes;
    }

    // Garbage follows the request. So the server answers and closes the connection, also if the mutation cut the
    // request off or made its body longer.
    private static async Task<string> SendAsync(string directory, byte[] request)
    {
        var stop = TestContext.Current.CancellationToken;
        byte[] padded = [.. request, .. Encoding.ASCII.GetBytes("\r\n\r\n" + new string('x', 512) + "\r\n\r\n")];
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(LocalApiServer.PathIn(directory)), stop);
        try
        {
            await client.SendAsync(padded, stop);
        }
        catch (SocketException)
        {
            // The server may refuse a request before all of it has arrived.
        }
        var answer = new byte[4096];
        var length = 0;
        try
        {
            while (length < answer.Length
                && await client.ReceiveAsync(answer.AsMemory(length), stop) is > 0 and var read)
                length += read;
        }
        catch (SocketException)
        {
            // Likewise.
        }
        return Encoding.Latin1.GetString(answer, 0, length);
    }

    private LocalApiServer Server(WireHost host, string directory, Func<Socket, uint>? userOf = null) => new(
        new() { Paths = new() { StateDirectory = directory } }, host.Services.GetRequiredService<ApiHandlers>(),
        TimeProvider.System, _loggers, userOf);

    private static string WithToken(string request) =>
        request.Insert(request.IndexOf("\r\n", StringComparison.Ordinal),
        $"\r\nAuthorization: Bearer {WireHost.Admin}");

    private static async Task<string> AskAsync(string directory, string request)
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(LocalApiServer.PathIn(directory)),
            TestContext.Current.CancellationToken);
        await using var stream = new NetworkStream(client);
        return await WireHost.ExchangeAsync(stream, request);
    }
}
