using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Vm.Outside;

/// <summary>
/// Speeds up alerting sixty times. It divides every duration of a configuration, so all proportions stay. promtool
/// tests the real durations (deploy/prometheus/check).
/// </summary>
internal static partial class MinutesAsSeconds
{
    private const int Times = 60;

    /// <summary>The same configuration or rules with the shorter durations.</summary>
    public static string In(string yaml) => Counted().Replace(Durations().Replace(yaml, Faster), FasterCounted);

    private static string Faster(Match duration)
    {
        var milliseconds = long.Parse(duration.Groups["count"].ValueSpan,
            CultureInfo.InvariantCulture) * duration.Groups["unit"].Value switch
        {
            "s" => 1_000L,
            "m" => 60_000L,
            "h" => 3_600_000L,
            _ => 86_400_000L,
        };
        return string.Create(CultureInfo.InvariantCulture, $"{milliseconds / Times}ms");
    }

    private static string FasterCounted(Match seconds)
    {
        var count = long.Parse(seconds.ValueSpan, CultureInfo.InvariantCulture);
        return count > 0 && count % Times == 0 ? (count / Times).ToString(CultureInfo.InvariantCulture) : seconds.Value;
    }

    // 30s, [1h], offset 1d; not a part of a name or of a path.
    [GeneratedRegex(@"(?<![\w.:/-])(?<count>\d+)(?<unit>[smhd])\b")]
    private static partial Regex Durations();

    // Numbers of seconds in comparisons and sums: time() - 3600, 7 * 86400. Only times are whole minutes there.
    [GeneratedRegex(@"(?<=[-+*<>] )\d+(?=\s|\)|$)")]
    private static partial Regex Counted();
}
