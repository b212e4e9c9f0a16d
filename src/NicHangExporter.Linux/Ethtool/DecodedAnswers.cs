namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// Decodes equal answers of the kernel once: many devices give the same one, again and again. The bytes of each answer
/// are compared, so nothing is remembered about a device. Thread-safe.
/// </summary>
/// <param name="decode">Decodes an answer. Two threads may decode the same one.</param>
internal sealed class DecodedAnswers<T>(DecodedAnswers<T>.Decoder decode)
    where T : class
{
    /// <summary>
    /// More bytes of different answers than this are forgotten: they may change all the time. What is decoded of the
    /// names of a driver's counters takes some times as much.
    /// </summary>
    public const int Capacity = 1 << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<int, (byte[] Raw, T Decoded)> _known = [];
    private int _bytes;

    /// <summary>Turns the bytes of an answer into a value that never changes.</summary>
    public delegate T Decoder(ReadOnlySpan<byte> raw);

    /// <summary>The decoded answer: the same object for the same bytes.</summary>
    public T Of(ReadOnlySpan<byte> raw)
    {
        var hash = default(HashCode);
        hash.AddBytes(raw);
        var key = hash.ToHashCode();
        lock (_lock)
            if (_known.TryGetValue(key, out var known) && raw.SequenceEqual(known.Raw))
                return known.Decoded;
        var decoded = decode(raw);
        lock (_lock)
        {
            if (_bytes + raw.Length > Capacity)
            {
                _known.Clear();
                _bytes = 0;
            }
            if (_known.TryGetValue(key, out var other))
                _bytes -= other.Raw.Length;
            _bytes += raw.Length;
            _known[key] = (raw.ToArray(), decoded);
        }
        return decoded;
    }
}
