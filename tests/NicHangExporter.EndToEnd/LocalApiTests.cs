using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>The API on the Unix socket of the running program, with neither a token nor a network.</summary>
public sealed class LocalApiTests
{
    [Fact]
    public async Task Device_IsRemediatedByTheUserOfTheProgram()
    {
        using var host = new ConsoleHost();
        using var daemon = await host.StartDaemonAsync();
        using var client = Client(host);

        using var answer = await PostAsync(
            client, "/api/v1/remediations", """{"device":"veth0","features":["tso"],"reason":"by hand"}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("applied", (await JsonAsync(answer)).GetProperty("verdict").GetString());
        Assert.Equal("off", host.Feature("tcp-segmentation-offload"));
        var intent = host.Journal().First(entry => entry.GetProperty("event").GetString() == "intent");
        Assert.Equal(("root", "by hand", "cli"),
            (intent.GetProperty("actor").GetString(), intent.GetProperty("reason").GetString(),
            intent.GetProperty("trigger").GetString()));
        await daemon.StopAsync();
        Assert.False(File.Exists(Socket(host)));
    }

    [Fact]
    public async Task Socket_IsServedWhereTheAddressCantBe()
    {
        using var host = new ConsoleHost
        {
            Options = { "--remediation.local=enforce",
            "--web.listen-address=192.0.2.1:9" }
        };
        using var daemon = host.Command().Start();
        try
        {
            using var client = Client(host);

            // The file is there before the socket listens, and the socket before the device is known.
            await Eventually.HoldsAsync("the socket is served", () => StatusAsync(client, "/api/v1/devices/veth0"),
                status => status == HttpStatusCode.OK);
            using var paused = await PostAsync(client, "/api/v1/pause", null);
            Assert.True((await JsonAsync(paused)).GetProperty("paused").GetBoolean());

            Execution.Of("kill", "-TERM", $"{daemon.Id}").Succeeded();
            await daemon.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, daemon.ExitCode);
            Assert.False(File.Exists(Socket(host)));
        }
        finally
        {
            daemon.Kill();
        }
    }

    private static async Task<HttpStatusCode?> StatusAsync(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static string Socket(ConsoleHost host) => Path.Combine(host.State, "api.sock");

    private static HttpClient Client(ConsoleHost host) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket(host)), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost"),
        Timeout = TimeSpan.FromSeconds(60),
    };

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string? body)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}
