namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Collects a JSON object that spans several lines (<c>journalctl -o json-pretty</c>, <c>dmesg --json</c>): the
/// innermost object, from a line that ends with an opening brace to a line that starts with a closing brace.
/// </summary>
internal sealed class JsonCollector
{
    private const int MaxLength = 2 * LineReader.MaxLength;

    private readonly List<byte> _object = [];

    /// <summary>Adds one line.</summary>
    /// <param name="line">The line, without surrounding blanks.</param>
    /// <param name="whole">The complete object if the line ends one, otherwise empty.</param>
    /// <returns>True if the line belongs to an object.</returns>
    public bool TryTake(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> whole)
    {
        whole = default;
        if (line is [(byte)'{']
            || line is [.., (byte)'{'] && (line[0] is (byte)'}' or (byte)'"' or (byte)'[' || _object.Count > 0))
        {
            var closes = line[0] == '}' && _object.Count > 0;
            if (closes)
            {
                _object.Add((byte)'}');
                whole = _object.ToArray();
            }
            _object.Clear();
            _object.Add((byte)'{');
            return true;
        }
        if (_object.Count == 0) return false;
        // Valid lines are names, values and array elements. Any other line means that this is not JSON.
        var rest = line;
        if (line.IsEmpty || _object.Count + line.Length > MaxLength || StampParser.TryBracket(ref rest, out _)
            || line[0]
                is not (
                    (byte)'"' or (byte)'[' or (byte)']' or (byte)'}' or (byte)',' or (byte)'-' or >= (byte)'0'
                    and <= (byte)'9'))
        {
            _object.Clear();
            return false;
        }
        if (line[0] == '}')
        {
            _object.Add((byte)'}');
            whole = _object.ToArray();
            _object.Clear();
            return true;
        }
        _object.AddRange(line);
        return true;
    }
}
