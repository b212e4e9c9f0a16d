namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// Finds rows by the first three bytes of their format. A bit filter rejects nearly all other texts immediately.
/// </summary>
internal sealed class PatternIndex
{
    /// <summary>The number of indexed bytes. Every format starts with at least as many literal bytes.</summary>
    public const int KeyLength = 3;

    private const int Bits = 4096;

    private readonly ulong[] _filter = new ulong[Bits / 64];
    private readonly uint[] _keys;
    private readonly HangPattern[][] _rows;

    public PatternIndex(IEnumerable<HangPattern> patterns)
    {
        var groups = patterns.GroupBy(pattern => Key(pattern.Message.Start.Span)).OrderBy(group => group.Key).ToArray();
        _keys = [.. groups.Select(group => group.Key)];
        _rows = [.. groups.Select(group => group.ToArray())];
        foreach (var key in _keys)
            _filter[Slot(key) / 64] |= 1UL << Slot(key) % 64;
    }

    /// <summary>False for nearly every text that matches no row.</summary>
    public bool MayKnow(ReadOnlySpan<byte> text)
    {
        if (text.Length < KeyLength) return false;
        var slot = Slot(Key(text));
        return (_filter[slot / 64] & 1UL << slot % 64) != 0;
    }

    /// <summary>The rows that start with the same bytes as the text.</summary>
    public ReadOnlySpan<HangPattern> Candidates(ReadOnlySpan<byte> text)
    {
        if (text.Length < KeyLength) return default;
        var found = Array.BinarySearch(_keys, Key(text));
        return found < 0 ? default : _rows[found];
    }

    private static uint Key(ReadOnlySpan<byte> text) => (uint)(text[0] | text[1] << 8 | text[2] << 16);

    private static int Slot(uint key) => (int)(key * 0x9E3779B1u >> 20);
}
