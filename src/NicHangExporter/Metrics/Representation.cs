namespace NicHangExporter.Metrics;

/// <summary>A form in which the exposition is served.</summary>
/// <param name="Format">The text format.</param>
/// <param name="IsCompressed">True for gzip.</param>
internal readonly record struct Representation(ExpositionFormat Format, bool IsCompressed = false)
{
    /// <summary>The number of different representations.</summary>
    public const int Count = 4;

    /// <summary>From 0 to <see cref="Count"/> - 1.</summary>
    public int Index => (int)Format * 2 + (IsCompressed ? 1 : 0);

    /// <summary>The representation of an index.</summary>
    public static Representation Of(int index) => new((ExpositionFormat)(index / 2), index % 2 != 0);
}
