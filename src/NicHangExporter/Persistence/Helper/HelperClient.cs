using System.Net.Sockets;
using NicHangExporter.Linux;

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

    /// <summary>Sends a request and returns the answer, which is no error.</summary>
    /// <exception cref="PersistenceException">The helper can't be asked, or it refuses.</exception>
    public async Task<HelperReply> AskAsync(HelperRequest request)
    {
        using var limit = new CancellationTokenSource(Timeout, clock);
        HelperReply reply;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path.Join(root.Path, SocketPath)), limit.Token);
            await HelperLine.SendAsync(socket, request, HelperJson.Default.HelperRequest, limit.Token);
            reply = await HelperLine.ReceiveAsync(socket, HelperJson.Default.HelperReply, limit.Token);
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

    // ENOENT is EADDRNOTAVAIL in the library.
    private static string Reason(SocketError error) => error switch
    {
        SocketError.AddressNotAvailable or SocketError.ConnectionRefused =>
            $"nothing listens at {SocketPath}: run as root, or systemctl enable --now nic-hang-exporter-persist.socket",
        SocketError.AccessDenied => $"this user may not connect to {SocketPath}",
        _ => $"the connection to {SocketPath} fails with {error}",
    };

    private static PersistenceException Unavailable(string reason, Exception inner) =>
        new(PersistenceError.WriteFailed,
            $"user {FileStatus.EffectiveUser} is not root, and the persistence helper can't write for it: {reason}",
            inner);
}
