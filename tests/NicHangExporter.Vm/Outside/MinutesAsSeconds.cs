using System.Globalization;
using System.Text.RegularExpressions;

namespace NicHangExporter.Vm.Outside;

/// <summary>
/// The time of alerting, sixty times as fast. Every duration of a configuration is divided, whatever it is for, so all of them keep their proportions; that the real
/// ones are right is promtool's to prove (deploy/prometheus/check).
/// </summary>
internal static partial class MinutesAsSeconds
{
    private const int Times = 60;

    /// <summary>The same configuration or rules in a hurry.</summary>
    public static string In(string yaml) => Counted().Replace(Durations().Replace(yaml, Faster), FasterCounted);

    private static string Faster(Match duration)
    {
        var milliseconds = long.Parse(duration.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) * duration.Groups["unit"].Value switch
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

    // 30s, [1h], offset 1d; no part of a name or of a path.
    [GeneratedRegex(@"(?<![\w.:/-])(?<count>\d+)(?<unit>[smhd])\b")]
    private static partial Regex Durations();

    // What is compared with, or added to, a number of seconds: time() - 3600, 7 * 86400. Only times are whole minutes there.
    [GeneratedRegex(@"(?<=[-+*<>] )\d+(?=\s|\)|$)")]
    private static partial Regex Counted();
}
