using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Alerting;

/// <summary>An alert as <c>POST /api/v2/alerts</c> takes it (<c>postableAlert</c> in api/v2/openapi.yaml of Alertmanager).</summary>
internal sealed record PostableAlert(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, string> Annotations, DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss 'UTC'";

    /// <summary>The alert in the words that leave the host.</summary>
    /// <param name="alert">The alert.</param>
    /// <param name="url">To whom.</param>
    /// <param name="kind">What is told.</param>
    /// <param name="labels">The labels that do not depend on the alert.</param>
    /// <param name="now">The time.</param>
    public static PostableAlert Of(OutgoingAlert alert, string url, PushKind kind, IReadOnlyDictionary<string, string> labels, DateTimeOffset now)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["alertname"] = "NicHang", ["device"] = alert.Device, ["severity"] = "critical" };
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
        var ends = kind == PushKind.Firing ? now + AlertSchedule.Validity : now;
        // After a step of the clock: an alert that ends before it starts is refused.
        return new PostableAlert(all, annotations, starts < ends ? starts : ends, ends);
    }

    private static string Describe(OutgoingAlert alert)
    {
        var what = $"{(alert.Driver.Length > 0 ? alert.Driver : "unknown driver")}{(alert.Bus.Length > 0 ? $" at {alert.Bus}" : "")}, {alert.Shape}";
        var report = alert.Report is { } text ? $": {text}" : "";
        var times = alert.Over is { } over
            ? $"{(alert.Episodes == 1 ? "It hung" : $"It hung {alert.Episodes} times")} from {Text(alert.Start)} to {Text(over)}."
            : $"{(alert.Episodes == 1 ? "It hangs" : $"Hang {alert.Episodes}")} since {Text(alert.Start)}.";
        return $"{what}{report}. {times}";
    }

    private static string Text(DateTimeOffset time) => time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);
}

/// <summary>The file of the alerts that are still to be told.</summary>
/// <param name="Alerts">The alerts.</param>
internal sealed record SavedAlerts(IReadOnlyList<OutgoingAlert> Alerts);

/// <summary>The JSON of what is posted, and of the file that keeps it until then.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(IReadOnlyList<PostableAlert>))]
[JsonSerializable(typeof(IReadOnlyList<OutgoingAlert>))]
[JsonSerializable(typeof(SavedAlerts))]
internal sealed partial class PushJson : JsonSerializerContext
{
    /// <summary>Alerts for the wire.</summary>
    public static byte[] Write(IReadOnlyList<PostableAlert> alerts) => JsonSerializer.SerializeToUtf8Bytes(alerts, Default.IReadOnlyListPostableAlert);

    /// <summary>Alerts for the file.</summary>
    public static byte[] Write(IReadOnlyList<OutgoingAlert> alerts) => JsonSerializer.SerializeToUtf8Bytes(new SavedAlerts(alerts), Default.SavedAlerts);

    /// <summary>Alerts from the file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="isSealed">It has a checksum. Earlier versions wrote the list alone, without one.</param>
    /// <exception cref="JsonException">They can't be read.</exception>
    public static IReadOnlyList<OutgoingAlert> Read(ReadOnlySpan<byte> text, bool isSealed) =>
        (isSealed ? JsonSerializer.Deserialize(text, Default.SavedAlerts)?.Alerts : JsonSerializer.Deserialize(text, Default.IReadOnlyListOutgoingAlert)) is { } alerts
        && alerts.All(alert => alert is { IsSound: true })
            ? alerts : throw new JsonException("a value is missing or can't be");
}
