using System.Globalization;
using NicHangExporter.Linux;

namespace NicHangExporter.Alerting;

/// <summary>An alert as <c>POST /api/v2/alerts</c> takes it (<c>postableAlert</c> in api/v2/openapi.yaml of
/// Alertmanager).</summary>
internal sealed record PostableAlert(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations,
    DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss 'UTC'";

    /// <summary>Writes the labels, annotations and times of an alert.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="url">The Alertmanager.</param>
    /// <param name="status">What is sent.</param>
    /// <param name="labels">The labels that do not depend on the alert.</param>
    /// <param name="now">The time.</param>
    public static PostableAlert Of(
        OutgoingAlert alert, string url, AlertStatus status, IReadOnlyDictionary<string, string> labels,
        DateTimeOffset now)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["alertname"] = "NicHang",
            ["device"] = alert.Device,
            ["severity"] = "critical",
        };
        if (alert.Driver.Length > 0)
            all["driver"] = alert.Driver;
        foreach (var (name, value) in labels)
            all[name] = value;
        var annotations = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["summary"] = $"NIC {alert.Device} of {labels["instance"]} {(alert.Over is null ? "hangs" : "hung")}",
            ["description"] = Describe(alert),
        };
        var starts = alert.Progress[url].StartsAt;
        var ends = status == AlertStatus.Firing ? now + AlertSchedule.Validity : now;
        // Alertmanager refuses an alert that ends before it starts, as after a step of the clock.
        return new PostableAlert(all, annotations, starts < ends ? starts : ends, ends);
    }

    private static string Describe(OutgoingAlert alert)
    {
        var driver = alert.Driver.Length > 0 ? alert.Driver : "unknown driver";
        var bus = alert.Bus.Length > 0 ? $" at {alert.Bus}" : "";
        var report = alert.Report is { } text ? $": {text}" : "";
        var times = alert.Over is { } over
            ? $"{(alert.Episodes == 1 ? "It hung" : $"It hung {alert.Episodes} times")} "
                + $"from {Text(alert.Start)} to {Text(over)}."
            : $"{(alert.Episodes == 1 ? "It hangs" : $"Hang {alert.Episodes}")} since {Text(alert.Start)}.";
        return $"{driver}{bus}, {alert.Shape}{report}. {times}";
    }

    private static string Text(DateTimeOffset time) =>
        time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);
}
