namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// What stands around a JSON object in a line of its own: the record separator of <c>journalctl -o json-seq</c> (RFC 7464),
/// the field name of <c>-o json-sse</c> (server-sent events), and the brackets and commas of an array.
/// </summary>
internal static class JsonFrame
{
    private const byte RecordSeparator = 0x1e;

    /// <summary>The object without its frame; the line itself where it holds no object.</summary>
    public static ReadOnlySpan<byte> Unframe(ReadOnlySpan<byte> line)
    {
        var text = line.TrimStart(RecordSeparator);
        if (text.StartsWith("data:"u8)) text = text["data:".Length..].TrimStart((byte)' ');
        text = text.TrimStart("[, "u8).TrimEnd("], "u8);
        return text is [(byte)'{', .., (byte)'}'] ? text : line;
    }
}
