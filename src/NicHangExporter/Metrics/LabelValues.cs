namespace NicHangExporter.Metrics;

/// <summary>Compares the label values of series. Finds an array by a span, without an allocation.</summary>
internal sealed class LabelValues : IEqualityComparer<string[]>,
    IAlternateEqualityComparer<ReadOnlySpan<string>, string[]>
{
    public static readonly LabelValues Comparer = new();

    private LabelValues()
    {
    }

    /// <inheritdoc/>
    public bool Equals(string[]? x, string[]? y) => x.AsSpan().SequenceEqual(y);

    /// <inheritdoc/>
    public int GetHashCode(string[] obj) => GetHashCode((ReadOnlySpan<string>)obj);

    /// <inheritdoc/>
    public bool Equals(ReadOnlySpan<string> alternate, string[] other) => alternate.SequenceEqual(other);

    /// <inheritdoc/>
    public int GetHashCode(ReadOnlySpan<string> alternate)
    {
        var hash = new HashCode();
        foreach (var value in alternate)
            hash.Add(value);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public string[] Create(ReadOnlySpan<string> alternate) => alternate.ToArray();
}
