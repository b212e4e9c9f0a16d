using System.Net.Sockets;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Logging;

namespace NicHangExporter.Control;

/// <summary>Carries out a request.</summary>
/// <param name="request">The request, well formed; whether it makes sense is for the handler to say.</param>
/// <param name="actor">Who asks, for the record.</param>
/// <param name="ending">The daemon ends and nobody waits for the answer any more. That the asker has gone cancels nothing.</param>
internal delegate Task<ControlAnswer> ControlHandler(ControlRequest request, string actor, CancellationToken ending);

/// <summary>
/// The console's way in, for a host whose network is what has failed: a socket in the state directory. It shares no port, no connection and no
/// limit with HTTP, so that no flood there can lock the console out.
/// </summary>
/// <param name="directory">The state directory. This process must hold its lock: whatever socket lies there then belongs to nobody.</param>
/// <param name="handler">Carries out requests.</param>
/// <param name="peer">The effective user of the other side of a connection (<see cref="PeerCredentials"/>).</param>
/// <param name="clock">The time.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ControlServer(string directory, ControlHandler handler, Func<Socket, uint> peer, TimeProvider clock, ILogger<ControlServer> logger)
    : IDisposable
{
    /// <summary>How many may be connected at once. Of more, those that have not yet said what they want are let go, the oldest first.</summary>
    public const int MaxConnections = 8;

    // Out of descriptors, or the like: trying at once would only keep the CPU busy with it.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly string _path = ControlPath.In(directory);
    // Held while it begins to listen, and when it is told to end: it never begins afterwards.
    private readonly Lock _starting = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly List<ControlConnection> _connections = [];
    private readonly LogThrottle _failedLog = new(clock);
    private readonly LogThrottle _refusedLog = new(clock);
    private Socket? _listener;
    private uint _owner;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Begins to listen. Where that is not possible one log line says why, and the daemon does without.</summary>
    public bool TryStart()
    {
        lock (_starting)
            return !_closing.IsCancellationRequested && TryListen();
    }

    private bool TryListen()
    {
        if (!ControlPath.Fits(_path))
        {
            LogUnavailable(_path, $"the path is longer than the {ControlProtocol.MaxPath} bytes that a socket's may have; choose a shorter state.directory");
            return false;
        }
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            File.Delete(_path);
            listener.Bind(new UnixDomainSocketEndPoint(_path));
            // Before anybody can connect: that takes listen.
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            listener.Listen(4 * MaxConnections);
            // The kernel notes with a listening socket who made it listen, to tell those who connect: here, who we are ourselves.
            _owner = peer(listener);
        }
        catch (Exception exception) when (exception is SocketException or LinuxException or IOException or UnauthorizedAccessException)
        {
            listener.Dispose();
            LogUnavailable(_path, exception.Message.Split('\n')[0]);
            return false;
        }
        _listener = listener;
        _accepting = Task.Run(AcceptAsync);
        LogListening(_path);
        return true;
    }

    /// <summary>
    /// Takes no more requests, and gives those under way time for their answers: what they have begun goes on in any case, so that the
    /// remediation has to be ended by its owner at the same time.
    /// </summary>
    /// <param name="patience">Cancelled when nobody waits any longer.</param>
    public async Task StopAsync(CancellationToken patience)
    {
        Close();
        await _accepting;
        // Takes the file away, too.
        _listener?.Dispose();
        using (patience.Register(_ending.Cancel))
        {
            Task[] open;
            lock (_connections)
                open = [.. _connections.Select(connection => connection.Done)];
            await Task.WhenAll(open);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _ending.Cancel();
        _listener?.Dispose();
        _closing.Dispose();
        _ending.Dispose();
    }

    private void Close()
    {
        lock (_starting)
            _closing.Cancel();
    }

    private async Task AcceptAsync()
    {
        while (!_closing.IsCancellationRequested)
            try
            {
                Admit(await _listener!.AcceptAsync(_closing.Token));
            }
            catch (Exception exception) when (_closing.IsCancellationRequested && exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
#pragma warning disable CA1031 // The top of the loop: whatever it is, the console must not be locked out for good.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Failed(exception);
                await Task.Delay(Pause, clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
    }

    private void Admit(Socket socket)
    {
        var connection = new ControlConnection(socket, clock);
        uint uid;
        try
        {
            uid = peer(socket);
        }
        catch (LinuxException)
        {
            connection.Dispose();
            throw;
        }
        // The directory keeps others out already; but somebody may have widened its mode.
        if (uid != 0 && uid != _owner)
        {
            connection.Refuse("only root and the user of the daemon may ask");
            if (_refusedLog.IsDue(1, out var refused))
                LogRefused(uid, refused);
            return;
        }
        lock (_connections)
        {
            if (_connections.Count == MaxConnections && _connections.Find(other => other.TryLetGo()) is { } silent)
                _connections.Remove(silent);
            if (_connections.Count == MaxConnections)
            {
                connection.Refuse("too many requests are under way at this socket; ask again when one is done");
                return;
            }
            _connections.Add(connection);
            connection.Start(token => ServeAsync(connection, UserNames.Of(uid), token), _ending.Token);
        }
    }

    private async Task ServeAsync(ControlConnection connection, string actor, CancellationToken ending)
    {
        try
        {
            if (await connection.ReadRequestAsync(_closing.Token) is { } request)
                await connection.AnswerAsync(CarryOutAsync(request, actor, ending), ending);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The asker has gone, or we go.
        }
        finally
        {
            connection.Dispose();
            lock (_connections)
                _connections.Remove(connection);
        }
    }

    // Apart from the connection: the asker may have gone when it fails, and the failure must be known all the same.
    private async Task<byte[]> CarryOutAsync(ControlRequest request, string actor, CancellationToken ending)
    {
        try
        {
            return ControlProtocol.Line(await handler(request, actor, ending));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            return ControlProtocol.Line(ControlAnswer.Refuse("the daemon is ending; what it has begun is in its journal"));
        }
#pragma warning disable CA1031 // The top of a request: it must not take the others with it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Failed(exception);
            return ControlProtocol.Line(ControlAnswer.Refuse("the daemon met an unexpected error; its log has more"));
        }
    }

    private void Failed(Exception exception)
    {
        lock (_failedLog)
            if (_failedLog.IsDue(1, out var failures))
                LogFailed(exception, failures);
    }

    [LoggerMessage(EventIds.ControlListening, LogLevel.Information, "The console can ask at {Path}")]
    private partial void LogListening(string path);

    [LoggerMessage(EventIds.ControlUnavailable, LogLevel.Warning, "The console can't ask at {Path}: {Reason}")]
    private partial void LogUnavailable(string path, string reason);

    [LoggerMessage(EventIds.ControlFailed, LogLevel.Error, "The socket of the console met {Failures} unexpected errors")]
    private partial void LogFailed(Exception exception, ulong failures);

    [LoggerMessage(EventIds.ControlRefused, LogLevel.Warning, "Refused user {Uid} at the socket of the console; {Refused} such refusals")]
    private partial void LogRefused(uint uid, ulong refused);
}
