using System.Globalization;
using System.Text.Json.Nodes;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>The time range of a dashboard, and the query parameters that Grafana computes from it.</summary>
/// <param name="Begin">The begin.</param>
/// <param name="End">The end.</param>
internal sealed record GrafanaTime(DateTimeOffset Begin, DateTimeOffset End)
{
    // The width of a panel in points, and the scrape interval of the data source.
    private const int Points = 600;
    private const int ScrapeSeconds = 1;
    private const int RateSeconds = 4 * ScrapeSeconds;

    private long Seconds => (long)Math.Ceiling((End - Begin).TotalSeconds);

    private long First => Begin.ToUnixTimeSeconds();

    private long Last => End.ToUnixTimeSeconds();

    /// <summary>The seconds between two points of a panel.</summary>
    public long Step(JsonObject panel) =>
        Math.Max(Math.Max(Seconds / Points, ScrapeSeconds), Duration((string?)panel["interval"] ?? "1s"));

    /// <summary>Replaces the variables that Grafana itself sets.</summary>
    public string Fill(string query, long step) => query
        .Replace("$__rate_interval", Window(Math.Max(step + ScrapeSeconds, RateSeconds)), StringComparison.Ordinal)
        .Replace("$__range", Window(Seconds), StringComparison.Ordinal);

    /// <summary>The path of an instant query at the end.</summary>
    public string Now(string query) =>
        Invariant($"query?query={Uri.EscapeDataString(query)}&time={End.ToUnixTimeMilliseconds() / 1000.0}");

    /// <summary>The path of a range query. Grafana begins at a multiple of the step.</summary>
    public string Range(string query, long step) =>
        Invariant($"query_range?query={Uri.EscapeDataString(query)}&start={First / step * step}&end={Last}")
            + Invariant($"&step={step}");

    /// <summary>The path of a query for the values of a label.</summary>
    public string Label(string label, string selector) =>
        Invariant($"label/{label}/values?match[]={Uri.EscapeDataString(selector)}&start={First}&end={Last}");

    /// <summary>Seconds of <c>15s</c> or <c>1m</c>.</summary>
    public static long Duration(string text)
    {
        var number = long.Parse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => number,
            'm' => number * 60,
            var unit => throw new FormatException($"{text}: unit {unit}"),
        };
    }

    private static string Window(long seconds) => Invariant($"{seconds}s");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
