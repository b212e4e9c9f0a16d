using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.State;

namespace NicHangExporter.Web;

/// <summary>
/// The API on a Unix socket in the state directory, for the console on a host whose network has failed. It is a server
/// of its own: it shares no connection limit with the TCP listeners, and it runs also where those can't listen, because
/// Kestrel stops a whole server when one address fails. A server wakes its host each second, so it is started by the
/// first connection and stopped when there has been none for a while.
/// </summary>
/// <param name="options">The options: for the state directory, which this process must hold
/// (<see cref="StateDirectory"/>).</param>
/// <param name="handlers">The handlers; the TCP listeners have the same.</param>
/// <param name="clock">The clock.</param>
/// <param name="loggers">The logs.</param>
/// <param name="userOf">The user at the other end of a connection; by default from the kernel.</param>
internal sealed partial class LocalApiServer(
    ExporterOptions options, ApiHandlers handlers, TimeProvider clock, ILoggerFactory loggers, Func<Socket,
    uint>? userOf = null) : IAsyncDisposable
{
    /// <summary>The name of the socket in the state directory.</summary>
    public const string FileName = "api.sock";

    /// <summary>
    /// The longest path in bytes: sun_path of struct sockaddr_un (include/uapi/linux/un.h) without its NUL.
    /// </summary>
    public const int MaxPath = 107;

    /// <summary>
    /// The most connections at once. A new one takes the place of the one that is silent for longest.
    /// </summary>
    public const int MaxConnections = 32;

    /// <summary>The length of the queue of listen(2).</summary>
    private const int Backlog = 512;

    private readonly ILogger _logger = loggers.CreateLogger<LocalApiServer>();
    private readonly PeerAuthenticator _peers = new(
        userOf ?? (socket => PeerCredentials.Read(socket).Uid), clock, loggers.CreateLogger<PeerAuthenticator>());

    private readonly SemaphoreSlim _turn = new(1);
    private OnDemandServer? _server;
    private bool _isStopped;

    /// <summary>The path of the socket in a state directory.</summary>
    public static string PathIn(string stateDirectory) => Path.Combine(Path.GetFullPath(stateDirectory), FileName);

    /// <summary>False for a path that no socket can have.</summary>
    public static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaxPath;

    /// <summary>
    /// Starts to listen. Where that fails, the log says why and the exporter runs without the socket.
    /// </summary>
    public async Task StartAsync()
    {
        await _turn.WaitAsync();
        try
        {
            if (!_isStopped && options.Paths.StateDirectory is { } directory)
                Listen(PathIn(directory));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Stops to listen, removes the socket, and waits for requests in progress until it is cancelled.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(CancellationToken.None);
        try
        {
            _isStopped = true;
            if (_server is not null)
                await _server.StopAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
        _turn.Dispose();
    }

    private void Listen(string path)
    {
        if (!Fits(path))
        {
            LogUnavailable(_logger, path,
                $"the path is longer than the {MaxPath} bytes that a socket's may have; choose a shorter "
                + "state.directory");
            return;
        }
        try
        {
            var listener = Bind(path);
            listener.Listen(Backlog);
            _server = new OnDemandServer(
                listener, sockets => Build(path, sockets), loggers, clock,
                exception => LogUnavailable(_logger, path, exception.Message.Split('\n')[0]));
            _server.Start();
            LogListening(_logger, path);
        }
#pragma warning disable CA1031 // Without the socket everything else still works, for any reason.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogUnavailable(_logger, path, exception.Message.Split('\n')[0]);
        }
    }

    private WebApplication Build(string path, AcceptedSockets sockets)
    {
        var builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { ApplicationName = "nic-hang-exporter", ContentRootPath = "/" });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            WebLimits.Set(kestrel.Limits);
            // A peer may have half of the places, and this host is the only peer of a Unix socket.
            var places = new ConnectionQuota(2 * MaxConnections);
            kestrel.ListenUnixSocket(path, listener =>
            {
                listener.Protocols = HttpProtocols.Http1;
                listener.Use(next => connection =>
                    sockets.ServeAsync(connection, held => places.HoldAsync(held, next)));
            });
        });
        // Before Kestrel's own: the last one that was added is asked first.
        builder.Services.AddSingleton<IConnectionListenerFactory>(sockets);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.AddSingleton(_peers);
        builder.Services.AddApi<PeerCredentialHandler>();
        var server = builder.Build();
        server.Use(ConnectionQuota.AnswerAsync);
        // Not counted in nichang_api_requests_total, which is about the network.
        server.UseApi(new ApiMiddleware(requests: null, clock, loggers.CreateLogger<ApiMiddleware>()));
        server.Use(DropAbandonedAsync);
        server.MapApi(handlers);
        return server;
    }

    // A process that was stopped finds the requests of that time in its socket. Their clients have given up, and have
    // said that nothing was done.
    private static Task DropAbandonedAsync(HttpContext context, RequestDelegate next)
    {
        if (!context.Request.IsChange() || context.Features.Get<IConnectionSocketFeature>()?.Socket is not { } socket
            || HasPeer(socket))
            return next(context);
        context.Abort();
        return Task.CompletedTask;
    }

    // This sends nothing, but the kernel refuses it if the client has closed its end. A client that has only finished
    // sending still listens.
    private static bool HasPeer(Socket socket)
    {
        try
        {
            socket.Send(ReadOnlySpan<byte>.Empty, SocketFlags.None);
            return true;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }

    // A socket that is there already is left over from a process that was killed: the lock of the directory is ours.
    private static Socket Bind(string path)
    {
        File.Delete(path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(path));
            // Nobody can connect before listen(2), so the mode is in force for the first connection.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Leaves signals to the exporter's own host.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    [LoggerMessage(EventIds.ControlListening, LogLevel.Information,
        "The API is served to root and the user of the exporter at {Path}")]
    private static partial void LogListening(ILogger logger, string path);

    [LoggerMessage(EventIds.ControlUnavailable, LogLevel.Warning, "The API can't be served at {Path}: {Reason}")]
    private static partial void LogUnavailable(ILogger logger, string path, string reason);
}
