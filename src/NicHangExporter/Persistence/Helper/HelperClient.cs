using System.Net.Sockets;
using NicHangExporter.Linux;
using NicHangExporter.Threads;

namespace NicHangExporter.Persistence.Helper;

/// <summary>Asks the persistence helper, which runs as root.</summary>
/// <param name="root">The host; the socket is below it.</param>
/// <param name="clock">The clock of the timeout.</param>
internal sealed class HelperClient(HostRoot root, TimeProvider clock)
{
    /// <summary>The socket on the host. systemd listens there.</summary>
    public const string SocketPath = "/run/nic-hang-exporter/persist.sock";

    /// <summary>How long an exchange may take. The helper writes a few files.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    /// <summary>How long to wait until the next try, if systemd serves the most connections already.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Sends a request and returns the answer, which is no error.</summary>
    /// <exception cref="PersistenceException">The helper can't be asked, or it refuses.</exception>
    public async Task<HelperReply> AskAsync(HelperRequest request)
    {
        using var limit = new CancellationTokenSource(Timeout, clock);
        HelperReply reply;
        try
        {
            reply = await RepeatAsync(request, limit.Token);
        }
        catch (SocketException exception)
        {
            throw Unavailable(Reason(exception.SocketErrorCode), exception);
        }
        catch (InvalidDataException exception)
        {
            throw Unavailable($"its answer is malformed: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception)
        {
            throw Unavailable($"it has not answered within {Timeout.TotalSeconds:0} s", exception);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw Unavailable("the path of its socket is too long", exception);
        }
        return reply.Error is { } error ? throw new PersistenceException(error.Kind, error.Message) : reply;
    }

    private async Task<HelperReply> RepeatAsync(HelperRequest request, CancellationToken cancellation)
    {
        try
        {
            HelperReply? answer;
            while ((answer = await TryAsync(request, cancellation)) is null)
                await Task.Delay(Pause, clock, cancellation);
            return answer;
        }
        finally
        {
            // The caller reads and writes files, which the threads of the sockets must not (docs/decisions/0051).
            await PoolThread.SwitchAsync();
        }
    }

    // Null if the connection was closed without an answer: systemd turns away those above MaxConnections=. A request
    // may be sent again, because it asks for a state.
    private async Task<HelperReply?> TryAsync(HelperRequest request, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(root.Path, SocketPath)), cancellation);
        try
        {
            await HelperLine.SendAsync(socket, request, HelperJson.Default.HelperRequest, cancellation);
            if (await socket.ReceiveAsync(new byte[1], SocketFlags.Peek, cancellation) == 0)
                return null;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset
            or SocketError.Shutdown or SocketError.ConnectionAborted)
        {
            return null;
        }
        return await HelperLine.ReceiveAsync(socket, HelperJson.Default.HelperReply, cancellation);
    }

    // ENOENT is EADDRNOTAVAIL in the library.
    private static string Reason(SocketError error) => error switch
    {
        SocketError.AddressNotAvailable or SocketError.ConnectionRefused =>
            $"nothing listens at {SocketPath}: run as root, or systemctl enable --now nic-hang-exporter-persist.socket",
        SocketError.AccessDenied => $"this user may not connect to {SocketPath}. If it is the service's user: "
            + "systemctl enable --now nic-hang-exporter-persist.socket, then systemctl restart nic-hang-exporter",
        _ => $"the connection to {SocketPath} fails with {error}",
    };

    private static PersistenceException Unavailable(string reason, Exception inner) =>
        new(PersistenceError.WriteFailed,
            $"user {FileStatus.EffectiveUser} is not root, and the persistence helper can't write for it: {reason}",
            inner);
}
