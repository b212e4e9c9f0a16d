using System.Net.Sockets;
using NicHangExporter.Threads;

namespace NicHangExporter.Web;

/// <summary>
/// Starts a server for the first connection, and stops it when there has been no connection for a while: Kestrel wakes
/// its host each second as long as it runs. In between it waits without a thread or a timer.
/// </summary>
/// <param name="listener">A socket that listens. This object disposes of it.</param>
/// <param name="build">Makes a server with this transport.</param>
/// <param name="loggers">The logs.</param>
/// <param name="clock">The clock.</param>
/// <param name="onFailure">Reports why a server could not be started or stopped, or why it could not take a connection.
/// The next connection tries again.</param>
internal sealed class OnDemandServer(
    Socket listener, Func<AcceptedSockets, WebApplication> build, ILoggerFactory loggers, TimeProvider clock,
    Action<Exception> onFailure) : IAsyncDisposable
{
    /// <summary>How long the server runs without a connection.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(1);

    /// <summary>The pause after a failed accept(2), such as for want of descriptors.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private Task _accepting = Task.CompletedTask;
    private AcceptedSockets? _sockets;
    private WebApplication? _server;

    /// <summary>True while the server runs.</summary>
    public bool IsRunning => Volatile.Read(ref _server) is not null;

    /// <summary>Begins to accept connections.</summary>
    public void Start() => _accepting = AcceptAsync(_stop.Token);

    /// <summary>Accepts no more, and waits for requests in progress until it is cancelled.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await EndAsync();
        if (_server is not null)
            await _server.StopAsync(cancellation);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        await StopServerAsync();
        _stop.Dispose();
    }

    private async Task EndAsync()
    {
        await _stop.CancelAsync();
        // This removes the file of a Unix socket as well.
        listener.Dispose();
        await _accepting;
    }

    private async Task AcceptAsync(CancellationToken stop)
    {
        Task? pause = null;
        var next = listener.AcceptAsync(stop).AsTask();
        while (true)
        {
            if (_sockets is { } sockets
                && await Task.WhenAny(next, pause ??= Task.Delay(IdleTime, clock, stop)) == pause)
            {
                pause = null;
                if (!stop.IsCancellationRequested && sockets.IdleTime >= IdleTime)
                    await StopServerAsync();
            }
            else if (await TakeAsync(next, stop) is { } socket)
                await HandOverAsync(socket);
            if (stop.IsCancellationRequested)
                return;
            if (next.IsCompleted)
                next = listener.AcceptAsync(stop).AsTask();
        }
    }

    // The accepted socket; null after a failed accept(2).
    private async Task<Socket?> TakeAsync(Task<Socket> next, CancellationToken stop)
    {
        try
        {
            var socket = await next;
            // To start the server takes long.
            await PoolThread.SwitchAsync();
            return socket;
        }
        catch (Exception exception) when (
            exception is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client may have gone, or the process has no descriptor left.
            if (!stop.IsCancellationRequested)
                await Task.WhenAny(Task.Delay(RetryInterval, clock, stop));
            return null;
        }
    }

    private async Task HandOverAsync(Socket socket)
    {
        try
        {
            if (_sockets is null)
            {
                var sockets = new AcceptedSockets(loggers, clock, onFailure);
                _server = build(sockets);
                await _server.StartAsync();
                _sockets = sockets;
            }
            _sockets.Add(socket);
        }
#pragma warning disable CA1031 // The next connection tries again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            onFailure(exception);
            socket.Dispose();
            await StopServerAsync();
        }
    }

    private async Task StopServerAsync()
    {
        var server = _server;
        (_server, _sockets) = (null, null);
        if (server is null)
            return;
        try
        {
            await server.DisposeAsync();
        }
#pragma warning disable CA1031 // The loop that accepts connections goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            onFailure(exception);
        }
    }
}
