using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace NicHangExporter.Web;

/// <summary>
/// The transport of a Kestrel server that gets sockets which are accepted already. It binds nothing. For one server.
/// </summary>
/// <param name="loggers">The logs.</param>
/// <param name="clock">The clock.</param>
/// <param name="onFailure">Reports why a socket could not be served, once.</param>
internal sealed class AcceptedSockets(ILoggerFactory loggers, TimeProvider clock, Action<Exception> onFailure)
    : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<Socket> _sockets = Channel.CreateUnbounded<Socket>();
    private readonly SocketConnectionContextFactory _connections =
        new(new SocketConnectionFactoryOptions(), loggers.CreateLogger<AcceptedSockets>());

    private int _open;
    private long _lastUse = clock.GetTimestamp();
    private bool _hasFailed;

    /// <inheritdoc/>
    public EndPoint EndPoint { get; private set; } = new UnixDomainSocketEndPoint("/");

    /// <summary>How long there has been no connection; zero while there is one.</summary>
    public TimeSpan IdleTime =>
        Volatile.Read(ref _open) > 0 ? TimeSpan.Zero : clock.GetElapsedTime(Interlocked.Read(ref _lastUse));

    /// <summary>Hands a socket over to the server.</summary>
    public void Add(Socket socket)
    {
        Interlocked.Increment(ref _open);
        if (!_sockets.Writer.TryWrite(socket))
            Drop(socket);
    }

    /// <summary>Serves a connection, and counts it until its end.</summary>
    public async Task ServeAsync(ConnectionContext connection, Func<ConnectionContext, Task> serve)
    {
        try
        {
            await serve(connection);
        }
        finally
        {
            CountEnd();
        }
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        EndPoint = endpoint;
        return ValueTask.FromResult<IConnectionListener>(this);
    }

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _sockets.Reader.WaitToReadAsync(cancellationToken))
            if (_sockets.Reader.TryRead(out var socket))
                try
                {
                    return _connections.Create(socket);
                }
#pragma warning disable CA1031 // An exception would end Kestrel's accept loop.
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Drop(socket);
                    if (!_hasFailed)
                        onFailure(exception);
                    _hasFailed = true;
                }
        return null;
    }

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _sockets.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _sockets.Writer.TryComplete();
        while (_sockets.Reader.TryRead(out var socket))
            Drop(socket);
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Drop(Socket socket)
    {
        socket.Dispose();
        CountEnd();
    }

    private void CountEnd()
    {
        Interlocked.Exchange(ref _lastUse, clock.GetTimestamp());
        Interlocked.Decrement(ref _open);
    }
}
