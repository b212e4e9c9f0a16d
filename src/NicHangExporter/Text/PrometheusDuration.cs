using System.Globalization;
using NicHangExporter.Linux;

namespace NicHangExporter.Text;

/// <summary>
/// Durations as Prometheus writes them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>6h</c>, <c>1d</c>.
/// </summary>
internal static class PrometheusDuration
{
    // Largest first; each unit at most once, in this order, as in Prometheus.
    private static readonly (string Unit, long Milliseconds)[] Units =
        [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>Parses a duration with at least one unit, of at most 1000 days.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        long milliseconds = 0;
        var rest = text.AsSpan();
        var next = 0;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 8)
                return false;
            var number = long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
            rest = rest[digits..];
            var letters = rest.IndexOfAnyInRange('0', '9');
            var unit = letters < 0 ? rest : rest[..letters];
            var index = IndexOf(unit);
            if (index < next)
                return false;
            next = index + 1;
            milliseconds += number * Units[index].Milliseconds;
            rest = rest[unit.Length..];
        }
        if (next == 0 || milliseconds > 1000L * 86_400_000)
            return false;
        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }

    /// <summary>The shortest text of a duration of whole milliseconds.</summary>
    public static string Format(TimeSpan duration)
    {
        var rest = (long)duration.TotalMilliseconds;
        if (rest == 0)
            return "0s";
        var text = "";
        foreach (var (unit, milliseconds) in Units)
        {
            if (rest >= milliseconds)
                text += (rest / milliseconds).ToString(CultureInfo.InvariantCulture) + unit;
            rest %= milliseconds;
        }
        return text;
    }

    private static int IndexOf(ReadOnlySpan<char> unit)
    {
        for (var i = 0; i < Units.Length; i++)
            if (unit.SequenceEqual(Units[i].Unit))
                return i;
        return -1;
    }
}
