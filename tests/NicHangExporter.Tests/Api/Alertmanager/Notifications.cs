using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>Notifications: those that real Alertmanagers have posted, and ones made up in the same form.</summary>
internal static class Notifications
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "fixtures/alertmanager");

    /// <summary>The recorded ones, by name.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. System.IO.Directory.EnumerateFiles(Directory, "*.json")
        .Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    /// <summary>A recorded one, byte by byte.</summary>
    public static byte[] Recorded(string name) => File.ReadAllBytes(Path.Combine(Directory, name));

    /// <summary>One of several alerts, as version 0.25 makes it.</summary>
    public static JsonObject Of(params JsonObject[] alerts) => new()
    {
        ["receiver"] = "nichang",
        ["status"] = alerts.Any(alert => (string?)alert["status"] == "firing") ? "firing" : "resolved",
        ["alerts"] = new JsonArray([.. alerts]),
        ["groupLabels"] = new JsonObject(),
        ["commonLabels"] = new JsonObject(),
        ["commonAnnotations"] = new JsonObject(),
        ["externalURL"] = "http://alertmanager:9093",
        ["version"] = "4",
        ["groupKey"] = "{}:{}",
        ["truncatedAlerts"] = 0,
    };

    /// <summary>One alert.</summary>
    public static JsonObject Alert(
        string device = "eno1", string fingerprint = "7a443aff7796c665", string status = "firing",
        string start = "2026-07-24T15:59:00.821Z", string host = "pve1") => new()
    {
        ["status"] = status,
        ["labels"] = new JsonObject { ["alertname"] = "NicHang", ["device"] = device, ["instance"] = $"{host}:19642",
            ["severity"] = "critical" },
        ["annotations"] = new JsonObject(),
        ["startsAt"] = start,
        ["endsAt"] = status == "firing" ? "0001-01-01T00:00:00Z" : "2026-07-24T16:05:00Z",
        ["generatorURL"] = "http://prometheus:9090/graph",
        ["fingerprint"] = fingerprint,
    };

    /// <summary>The bytes of one.</summary>
    public static byte[] Bytes(JsonNode node) => Encoding.UTF8.GetBytes(node.ToJsonString());

    /// <summary>A fingerprint of a number.</summary>
    public static string Fingerprint(int number) => number.ToString("x16", CultureInfo.InvariantCulture);
}
