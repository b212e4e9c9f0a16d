using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

public sealed class OnDemandServerTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly OnDemandServer _server;
    private readonly List<Exception> _failures = [];
    private int _built;
    private bool _fails;
    private bool _failsAtDisposal;

    public OnDemandServerTests()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        _server = new OnDemandServer(listener, Build, NullLoggerFactory.Instance, _clock, _failures.Add);
        _server.Start();
    }

    private string Path => _directory.File("socket");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Assert.False(File.Exists(Path));
        _directory.Dispose();
    }

    [Fact]
    public async Task Server_RunsFromTheFirstConnectionUntilItHasBeenIdle()
    {
        Assert.False(_server.IsRunning);
        Assert.Equal("hello", await AskAsync());
        Assert.Equal("hello", await AskAsync());
        Assert.Equal(1, _built);
        await StopsAsync();

        Assert.Equal("hello", await AskAsync());
        Assert.Equal(2, _built);
    }

    [Fact]
    public async Task Server_WithAnOpenConnection_DoesNotStop()
    {
        using var client = await ConnectAsync();
        await Eventually(() => _server.IsRunning);
        for (var minute = 0; minute < 10; minute++)
            _clock.Advance(OnDemandServer.IdleTime);
        Assert.Equal("hello", await AskAsync(client));
        Assert.Equal(1, _built);
    }

    [Fact]
    public async Task Server_ThatCantBeStarted_IsTriedAgain()
    {
        _fails = true;
        using var client = await ConnectAsync();
        Assert.Equal("", await AskAsync(client));
        Assert.Single(_failures);

        _fails = false;
        Assert.Equal("hello", await AskAsync());
    }

    [Fact]
    public async Task Server_ThatFailsAtItsDisposal_IsReplacedByTheNext()
    {
        _failsAtDisposal = true;
        Assert.Equal("hello", await AskAsync());
        await StopsAsync();
        await Eventually(() => _failures.Count == 1);

        _failsAtDisposal = false;
        Assert.Equal("hello", await AskAsync());
    }

    [Fact]
    public async Task Socket_ThatCantBeServed_IsClosedAndNotCounted()
    {
        await using var sockets = new AcceptedSockets(NullLoggerFactory.Instance, _clock, _failures.Add);
        for (var count = 0; count < 2; count++)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Dispose();
            sockets.Add(socket);
        }
        using var client = await ConnectAsync(_directory.File("other"), sockets);

        await using var connection = await sockets.AcceptAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(connection);
        Assert.Single(_failures);
        await sockets.ServeAsync(connection, _ => Task.CompletedTask);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(1), sockets.IdleTime);
    }

    private WebApplication Build(AcceptedSockets sockets)
    {
        _built++;
        if (_fails)
            throw new InvalidOperationException("a fault made by the test");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Path, listener =>
            listener.Use(next => connection => sockets.ServeAsync(connection, held => next(held)))));
        builder.Services.AddSingleton<IConnectionListenerFactory>(sockets);
        builder.Services.AddSingleton(_ => new FailingService(_failsAtDisposal));
        var server = builder.Build();
        _ = server.Services.GetRequiredService<FailingService>();
        server.Run(context => context.Response.WriteAsync("hello"));
        return server;
    }

    private async Task StopsAsync()
    {
        await Eventually(() =>
        {
            _clock.Advance(OnDemandServer.IdleTime);
            return !_server.IsRunning;
        });
    }

    private static async Task Eventually(Func<bool> holds)
    {
        for (var i = 0; i < 3000 && !holds(); i++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.True(holds());
    }

    private async Task<Socket> ConnectAsync()
    {
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(Path), TestContext.Current.CancellationToken);
        return client;
    }

    // A connection to another listener, handed over to these sockets.
    private static async Task<Socket> ConnectAsync(string path, AcceptedSockets sockets)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        sockets.Add(await listener.AcceptAsync(TestContext.Current.CancellationToken));
        return client;
    }

    private async Task<string> AskAsync()
    {
        using var client = await ConnectAsync();
        return await AskAsync(client);
    }

    // The body of an answer; empty if the connection was closed without one.
    private static async Task<string> AskAsync(Socket client)
    {
        using var stream = new NetworkStream(client);
        try
        {
            await stream.WriteAsync(
                "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(),
                TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            return answer.Contains("hello", StringComparison.Ordinal) ? "hello" : answer;
        }
        catch (IOException)
        {
            return "";
        }
    }

    private sealed class FailingService(bool fails) : IDisposable
    {
        public void Dispose()
        {
            if (fails)
                throw new InvalidOperationException("a fault made by the test");
        }
    }
}
