using System.Net.Sockets;

namespace NicHangExporter.Control;

/// <summary>Whether a daemon was reached.</summary>
internal enum ControlReach
{
    /// <summary>It has answered.</summary>
    Answered,
    /// <summary>No daemon listens there.</summary>
    NobodyThere,
    /// <summary>This user may not connect.</summary>
    NotPermitted,
    /// <summary>Something is there, but it does not answer as a daemon does.</summary>
    Silent,
}

/// <summary>What came of asking.</summary>
/// <param name="Reach">Whether a daemon was reached.</param>
/// <param name="Answer">Its answer; null where there is none.</param>
/// <param name="Reason">What is known of why there is none.</param>
internal sealed record ControlReply(ControlReach Reach, ControlAnswer? Answer = null, string Reason = "");

/// <summary>Asks the running daemon.</summary>
internal static class ControlClient
{
    /// <summary>Sends a request and waits for its answer, as long as the daemon shows signs of life.</summary>
    public static async Task<ControlReply> AskAsync(string path, ControlRequest request, TimeProvider clock, CancellationToken cancellation)
    {
        if (!ControlPath.Fits(path))
            return new ControlReply(ControlReach.NobodyThere, Reason: $"{path} is longer than a socket's path can be");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation).AsTask().WaitAsync(ControlProtocol.Silence, clock, cancellation);
        }
        catch (SocketException exception)
        {
            return new ControlReply(exception.SocketErrorCode switch
            {
                // ENOENT is EADDRNOTAVAIL in the library's words; ECONNREFUSED: the socket of a daemon that was killed.
                SocketError.AddressNotAvailable or SocketError.ConnectionRefused => ControlReach.NobodyThere,
                SocketError.AccessDenied => ControlReach.NotPermitted,
                _ => ControlReach.Silent,
            }, Reason: exception.SocketErrorCode.ToString());
        }
        catch (TimeoutException)
        {
            return new ControlReply(ControlReach.Silent, Reason: "it does not accept a connection");
        }
        return await ConverseAsync(socket, request, clock, cancellation);
    }

    private static async Task<ControlReply> ConverseAsync(Socket socket, ControlRequest request, TimeProvider clock, CancellationToken cancellation)
    {
        var lines = new ControlLines(socket, ControlProtocol.MaxAnswer);
        try
        {
            await SendAsync(socket, ControlProtocol.Line(request), cancellation);
            while (true)
            {
                if (await lines.ReadAsync(cancellation).WaitAsync(ControlProtocol.Silence, clock, cancellation) is not { } line)
                    return new ControlReply(ControlReach.Silent, Reason: "it closed the connection without an answer");
                if (ControlProtocol.ParseAnswer(line) is not { } answer)
                    return new ControlReply(ControlReach.Silent, Reason: "what it answers is none of our answers");
                if (answer.Waiting is null)
                    return new ControlReply(ControlReach.Answered, answer);
            }
        }
        catch (TimeoutException)
        {
            return new ControlReply(ControlReach.Silent, Reason: "it does not answer");
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or InvalidDataException)
        {
            return new ControlReply(ControlReach.Silent, Reason: "it ended, or broke the connection, before it answered");
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> line, CancellationToken cancellation)
    {
        try
        {
            while (!line.IsEmpty)
                line = line[await socket.SendAsync(line, cancellation)..];
        }
        catch (SocketException)
        {
            // Refused before it was read; why is there to be read.
        }
    }
}
