using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Api.Wire;

/// <summary>An <see cref="ApiHost"/> at the Unix socket in its state directory, as the daemon serves it.</summary>
internal sealed class SocketApi : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FixtureHost _host;
    private readonly ILoggerFactory _loggers;
    private readonly LocalApiServer _server;

    private SocketApi(ApiHost api)
    {
        _host = api.Host;
        _loggers = LoggerFactory.Create(builder => builder.AddProvider(_host.Log));
        _server = new LocalApiServer(_host.Options, api.Handlers, _host.Clock, _loggers);
    }

    public static async Task<SocketApi> StartAsync(ApiHost api)
    {
        var served = new SocketApi(api);
        await served._server.StartAsync();
        return served;
    }

    public Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(LocalApiServer.PathIn(_host.Options.Paths.StateDirectory!)));
        return socket;
    }

    /// <summary>Sends a request and lets the engine work until there is an answer.</summary>
    public async Task<string> ExchangeAsync(string request, bool isFrozen = false)
    {
        using var socket = Connect();
        await using var stream = new NetworkStream(socket);
        return await DriveAsync(WireHost.ExchangeAsync(stream, request), isFrozen);
    }

    /// <summary>
    /// Lets the engine work until the task is done, and time pass while a remediation runs, unless it is frozen.
    /// </summary>
    public async Task<T> DriveAsync<T>(Task<T> asking, bool isFrozen = false)
    {
        var done = asking.WaitAsync(Limit, TestContext.Current.CancellationToken);
        while (!done.IsCompleted)
        {
            _host.RemediationWorker.RunPending();
            if (!isFrozen && _host.Remediator.Status().Running is not null)
                _host.Live(1);
            await Task.Yield();
        }
        return await done;
    }

    /// <summary>Lets the engine work on the requests that have come until the condition holds.</summary>
    public void Until(Func<bool> holds, string otherwise) =>
        Assert.True(SpinWait.SpinUntil(() =>
        {
            _host.RemediationWorker.RunPending();
            return holds();
        }, Limit), otherwise);

    /// <summary>Waits for the requests in progress and stops to listen.</summary>
    public Task StopAsync() => _server.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _server.DisposeAsync();
        _loggers.Dispose();
    }
}
