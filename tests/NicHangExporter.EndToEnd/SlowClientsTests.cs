using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// Clients that begin a request and never complete it, more of them than the process has spare file descriptors.
/// </summary>
public sealed class SlowClientsTests
{
    private const int HalfOpen = 800;
    private const string Attacker = "127.0.0.2";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    public static TheoryData<string, byte[]> Beginnings => new()
    {
        { "nothing at all", [] },
        { "half a header", "GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: "u8.ToArray() },
        { "a body that does not come",
            "POST /api/v1/remediations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16000\r\n\r\n{"u8.ToArray() },
        // The first record of a handshake, which announces 600 bytes.
        { "half a handshake", [22, 3, 1, 2, 88] },
    };

    [Theory]
    [MemberData(nameof(Beginnings))]
    public async Task HalfOpenConnections_KeepNobodyOutForLong_AndHealthAnswersThroughout(string what, byte[] beginning)
    {
        Assert.NotEmpty(what);
        Requires.Program("prlimit");
        using var files = new WebFiles(what == "half a handshake" ? WebFiles.Tls : "");
        using var exporter = await ExporterProcess.StartAsync(new ExporterCommand(ExporterCommand.AnyPort, files.Option)
            { Wrapper = ["prlimit", "--nofile=1024:1024"] });
        var sockets = new List<Socket>();
        try
        {
            for (var number = 0; number < HalfOpen; number++)
                sockets.Add(await OpenAsync(exporter, beginning));
            var clock = Stopwatch.StartNew();

            // From the attacker's own address: succeeds when the server's request timeout has ended.
            var served = ServedAsync(files, exporter, Attacker, clock);
            var answers = 0;
            for (; !served.IsCompleted || answers < 20; answers++)
                await HealthyAsync(files, exporter);

            Assert.InRange(await served, TimeSpan.Zero, Limit);
            exporter.Send(Signal.Terminate);
            Assert.Equal(0, await exporter.WaitForExitAsync(Eventually.Limit));
        }
        finally
        {
            // The attacker has held the connections until here.
            sockets.ForEach(socket => socket.Dispose());
        }
    }

    private static async Task<Socket> OpenAsync(ExporterProcess exporter, byte[] beginning)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(Attacker), 0));
        await socket.ConnectAsync(IPAddress.Loopback, exporter.BaseAddress.Port, TestContext.Current.CancellationToken);
        try
        {
            await socket.SendAsync(beginning, TestContext.Current.CancellationToken);
        }
        catch (SocketException)
        {
            // The server has closed most of them already.
        }
        return socket;
    }

    private static async Task<TimeSpan> ServedAsync(
        WebFiles files, ExporterProcess exporter, string from, Stopwatch clock)
    {
        await Eventually.HoldsAsync<string>(
            "a new client of the attacker's address is served", () =>
                AnswerAsync(files, exporter, from), answer =>
                    answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal));
        return clock.Elapsed;
    }

    private static async Task HealthyAsync(WebFiles files, ExporterProcess exporter) =>
        Assert.StartsWith("HTTP/1.1 200 ", await AnswerAsync(files, exporter, "127.0.0.1"), StringComparison.Ordinal);

    // A new connection each time, from the given source address.
    private static async Task<string> AnswerAsync(WebFiles files, ExporterProcess exporter, string from)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(
                IPAddress.Loopback, exporter.BaseAddress.Port, TestContext.Current.CancellationToken);
            await using Stream stream = exporter.BaseAddress.Scheme == "https" ? await files.SecureAsync(socket)
                : new NetworkStream(socket);
            await stream.WriteAsync(
                "GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(),
                TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            return exception.Message;
        }
    }
}
