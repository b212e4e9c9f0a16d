using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace NicHangExporter.Persistence.Helper;

/// <summary>One line of JSON on the helper's socket.</summary>
internal static class HelperLine
{
    /// <summary>The longest line in bytes, with its newline.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Sends a value as one line.</summary>
    /// <exception cref="SocketException">The other end is gone.</exception>
    public static async Task SendAsync<T>(
        Socket socket, T value, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> line = (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];
        while (!line.IsEmpty)
            line = line[await socket.SendAsync(line, SocketFlags.None, cancellation)..];
    }

    /// <summary>Receives one line. Nothing may follow it.</summary>
    /// <exception cref="InvalidDataException">The line is too long, cut, not JSON or not of that type. The message is
    /// one sentence without anything of the line.</exception>
    /// <exception cref="SocketException">The connection broke.</exception>
    public static async Task<T> ReceiveAsync<T>(Socket socket, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        var buffer = new byte[MaxLength];
        var length = 0;
        while (!buffer.AsSpan(0, length).Contains((byte)'\n'))
        {
            if (length == buffer.Length)
                throw new InvalidDataException($"the line is longer than {MaxLength} bytes");
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, cancellation);
            if (read == 0)
                throw new InvalidDataException("the line has no end");
            length += read;
        }
        if (buffer.AsSpan(0, length).IndexOf((byte)'\n') != length - 1)
            throw new InvalidDataException("something follows the line");
        return Parse(buffer.AsSpan(0, length), type);
    }

    private static T Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        // The JSON reader checks the encoding of a text only when the text is used.
        if (!Utf8.IsValid(line))
            throw new InvalidDataException("the line is not UTF-8");
        try
        {
            return JsonSerializer.Deserialize(line, type)
                ?? throw new InvalidDataException("the line is null instead of an object");
        }
        catch (JsonException)
        {
            throw new InvalidDataException("the line is not a request or answer that this version knows");
        }
    }
}
