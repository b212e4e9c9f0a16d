using System.IO.Compression;
using System.Text;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Detects the encoding of a log from its first bytes: rotated logs are compressed, and PowerShell writes UTF-16. A log
/// that can't be read as text is rejected, because the answer "no hang found" would be wrong.
/// </summary>
internal static class LogInput
{
    private const int LongestMark = 8;

    // /dev/kmsg returns one whole record per read, and fails if the buffer is too small.
    private const int FirstRead = 16 * 1024;

    /// <summary>Opens a log as UTF-8, or as its original bytes.</summary>
    /// <param name="input">The log, read from its current position. It is not closed.</param>
    /// <returns>The stream to read.</returns>
    /// <exception cref="InvalidDataException">The log is in a format that must be unpacked first.</exception>
    /// <exception cref="IOException">The log can't be read.</exception>
    public static Stream Open(Stream input)
    {
        var whole = new PrefixedStream(ReadStart(input), input);
        var start = whole.Start;
        if (start.StartsWith<byte>([0x1f, 0x8b]))
            return OpenUnpacked(new GZipStream(whole, CompressionMode.Decompress));
        if (start.StartsWith<byte>([0xff, 0xfe]))
            return Encoding.CreateTranscodingStream(whole, Encoding.Unicode, Encoding.UTF8);
        if (start.StartsWith<byte>([0xfe, 0xff]))
            return Encoding.CreateTranscodingStream(whole, Encoding.BigEndianUnicode, Encoding.UTF8);
        if (Packed(start) is { } kind) throw new InvalidDataException($"is {kind}: unpack it first");
        return JsonArrayStream.IsArray(start) ? new JsonArrayStream(whole) : whole;
    }

    private static Stream OpenUnpacked(GZipStream unpacked)
    {
        var whole = new PrefixedStream(ReadStart(unpacked), unpacked);
        if (Packed(whole.Start) is { } kind) throw new InvalidDataException($"has {kind} in it: unpack it first");
        return JsonArrayStream.IsArray(whole.Start) ? new JsonArrayStream(whole) : whole;
    }

    private static ReadOnlyMemory<byte> ReadStart(Stream input)
    {
        var start = new byte[FirstRead];
        return start.AsMemory(0, input.ReadAtLeast(start, LongestMark, throwOnEndOfStream: false));
    }

    private static string? Packed(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]) ? "an xz file"
        : start.StartsWith<byte>([0x28, 0xb5, 0x2f, 0xfd]) ? "a zstd file"
        : start.StartsWith("BZh"u8) ? "a bzip2 file"
        : start.StartsWith("PK\x03\x04"u8) ? "a zip file"
        : start.StartsWith("LPKSHHRH"u8) ? "a journal file, which journalctl --file reads"
        : null;

    /// <summary>A stream of bytes that were read already, followed by the rest.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ReadOnlyStream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public ReadOnlySpan<byte> Start => _prefix.Span;

        public override int Read(Span<byte> buffer)
        {
            if (_prefix.IsEmpty) return rest.Read(buffer);
            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix.Span[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return count;
        }
    }
}
