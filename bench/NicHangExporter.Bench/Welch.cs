namespace NicHangExporter.Bench;

/// <summary>The statistics of a sample for Welch's t-test.</summary>
/// <param name="Count">Number of values.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Variance">Their unbiased variance.</param>
internal readonly record struct Welch(int Count, double Mean, double Variance)
{
    public static Welch Of(IEnumerable<double> values)
    {
        var all = values.ToArray();
        var mean = all.Average();
        return new Welch(all.Length, mean, all.Sum(value => (value - mean) * (value - mean)) / (all.Length - 1));
    }

    /// <summary>The difference of the means in units of its standard error.</summary>
    public static double T(Welch a, Welch b) =>
        (a.Mean - b.Mean) / Math.Sqrt(a.Variance / a.Count + b.Variance / b.Count);
}
