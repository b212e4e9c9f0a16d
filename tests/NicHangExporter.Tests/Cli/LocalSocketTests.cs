using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.Tests.Api.Wire;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Cli;

/// <summary>The console at the daemon's own socket, while the daemon is stuck, full of connections, or ends.</summary>
public sealed class LocalSocketTests : IAsyncLifetime
{
    private const string Pause = "POST /api/v1/pause HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualResetEventSlim _free = new(initialState: true);
    private readonly SemaphoreSlim _begun = new(0);
    private WireHost _host = null!;
    private LocalApiServer _server = null!;

    private string Path => LocalApiServer.PathIn(_directory.Path);

    public async ValueTask InitializeAsync()
    {
        _host = await WireHost.StartAsync();
        _server = new LocalApiServer(
            new ExporterOptions { Paths = new() { StateDirectory = _directory.Path } },
            _host.Services.GetRequiredService<ApiHandlers>(), TimeProvider.System,
            _host.Services.GetRequiredService<ILoggerFactory>(), _ =>
            {
                _begun.Release();
                _free.Wait(Limit);
                return 0;
            });
        await _server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _free.Set();
        await _server.StopAsync(TestContext.Current.CancellationToken);
        await _server.DisposeAsync();
        await _host.DisposeAsync();
        _free.Dispose();
        _begun.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Client_IsAnsweredByTheDaemonsOwnRoutes()
    {
        using var client = Client();

        Assert.True((await client.SetPausedAsync(true)).Value!.Paused);
        Assert.True((await client.GetDevicesAsync()).Value!.Paused);
        Assert.False((await client.SetPausedAsync(false)).Value!.Paused);
        var declined = (await client.RemediateAsync(new CreateRemediationRequest("eno9"))).Value!;
        Assert.Equal("there is no device eno9 here", declined.Explanation);
    }

    [Fact]
    public async Task RequestOfAClientThatIsGone_IsNotCarriedOut()
    {
        _free.Reset();
        using (var gone = Connect())
        {
            await gone.SendAsync(Encoding.ASCII.GetBytes(Pause), TestContext.Current.CancellationToken);
            Assert.True(await _begun.WaitAsync(Limit, TestContext.Current.CancellationToken), "it was not read");
            // A process that another test starts may have a copy of the socket, and would keep the connection.
            gone.Shutdown(SocketShutdown.Both);
        }
        _free.Set();
        await _server.StopAsync(TestContext.Current.CancellationToken);

        // The server has dealt with all requests.
        var remediator = _host.Services.GetRequiredService<NicHangExporter.Remediation.Remediator>();
        Assert.False(remediator.Status().Paused);
    }

    [Fact]
    public async Task HundredSilentClients_DoNotKeepTheNextOneOut()
    {
        var silent = new List<Socket>();
        try
        {
            for (var number = 0; number < 100; number++)
            {
                silent.Add(Connect());
                if (number % 3 == 0)
                    await silent[^1].SendAsync("GET /api"u8.ToArray(), TestContext.Current.CancellationToken);
            }
            using var client = Client();
            Assert.NotNull((await client.GetDevicesAsync()).Value);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task Stop_WaitsForTheAnswerInProgressAndTakesNoMore()
    {
        _free.Reset();
        using var client = Client();
        var asking = client.GetDevicesAsync();
        Assert.True(await _begun.WaitAsync(Limit, TestContext.Current.CancellationToken), "it was not read");

        var stopping = _server.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(SpinWait.SpinUntil(() => !File.Exists(Path), Limit), "the socket is still there");
        using var late = Client();
        var exception = await Assert.ThrowsAsync<DaemonException>(() => late.GetDevicesAsync());
        Assert.Equal(DaemonFailure.NotRunning, exception.Failure);
        Assert.False(stopping.IsCompleted);
        _free.Set();

        Assert.NotNull((await asking).Value);
        await stopping;
    }

    [Fact]
    public async Task Stop_ThatMayNotWait_BreaksTheConnection()
    {
        _free.Reset();
        using var client = Client();
        var asking = client.SetPausedAsync(true);
        Assert.True(await _begun.WaitAsync(Limit, TestContext.Current.CancellationToken), "it was not read");
        using var immediately = new CancellationTokenSource(0);

        var stopping = _server.StopAsync(immediately.Token);

        Assert.Equal(DaemonFailure.ConnectionLost, (await Assert.ThrowsAsync<DaemonException>(() => asking)).Failure);
        _free.Set();
        await stopping;
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(Path));
        return socket;
    }

    private ApiClient Client() => new(new DaemonConnection(Path, TimeProvider.System), TimeProvider.System);
}
