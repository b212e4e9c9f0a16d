namespace NicHangExporter.Bench;

/// <summary>Statistics of measured values.</summary>
internal static class Sample
{
    /// <summary>The middle value; of an even number of values the lower of the two.</summary>
    public static double Median(this IEnumerable<double> values) => values.Percentile(0.5);

    /// <summary>The smallest value that at least this part of the values does not exceed.</summary>
    public static double Percentile(this IEnumerable<double> values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Max((int)Math.Ceiling(part * sorted.Length) - 1, 0)];
    }
}
