using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Puts each object of a JSON array on its own line (<c>jq -s</c>, exports of log stores): each comma and bracket of
/// the array itself becomes a line end. Such an array is often one line of many megabytes, of which a line reader would
/// keep only the start.
/// </summary>
internal sealed class JsonArrayStream(Stream array) : ReadOnlyStream
{
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _ended;

    /// <summary>True for a text that starts as an array of objects.</summary>
    public static bool IsArray(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("\uFEFF"u8)) start = start[3..];
        start = start.TrimStart(" \t\r\n"u8);
        return start is [(byte)'[', ..] && start[1..].TrimStart(" \t\r\n"u8) is [(byte)'{', ..];
    }

    public override int Read(Span<byte> buffer)
    {
        var count = array.Read(buffer);
        foreach (ref var octet in buffer[..count])
            if (!_ended) Split(ref octet);
        return count;
    }

    private void Split(ref byte octet)
    {
        if (_inString)
        {
            _inString = _escaped || octet != '"';
            _escaped = !_escaped && octet == '\\';
            return;
        }
        switch (octet)
        {
            case (byte)'"':
                _inString = true;
                break;
            case (byte)'[' or (byte)'{':
                if (_depth++ == 0) octet = (byte)'\n';
                break;
            case (byte)']' or (byte)'}':
                // Text after the array is passed on unchanged.
                _ended = --_depth <= 0;
                if (_ended) octet = (byte)'\n';
                break;
            case (byte)',' when _depth == 1:
                octet = (byte)'\n';
                break;
        }
    }
}
