using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// A notification as Alertmanager posts it to a webhook, version 4 of the payload (<c>webhook.Message</c> in
/// notify/webhook/webhook.go). Only the needed members are read: later versions of Alertmanager add members without a
/// new version number.
/// </summary>
internal sealed record AlertmanagerMessage
{
    /// <summary>The only version since 2016.</summary>
    public const string KnownVersion = "4";

    /// <summary>The version of the payload; a string.</summary>
    public string? Version { get; init; }

    /// <summary>How many alerts of the group are left out because of the receiver's <c>max_alerts</c>.</summary>
    public ulong TruncatedAlerts { get; init; }

    /// <summary>
    /// The alerts. A firing group also contains resolved alerts, and alerts that were delivered before.
    /// </summary>
    [JsonConverter(typeof(BoundedAlerts))]
    public IReadOnlyList<PostedAlert>? Alerts { get; init; }
}

/// <summary>One alert of a notification.</summary>
internal sealed record PostedAlert
{
    /// <summary><c>firing</c> or <c>resolved</c>. The status of the message does not apply to a single alert.</summary>
    public string? Status { get; init; }

    /// <summary>The labels.</summary>
    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>When the alert began to fire.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Alertmanager's hash of the labels.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>
/// Stops reading at more alerts than any group has: a megabyte of alerts would become hundreds of thousands of objects.
/// </summary>
internal sealed class BoundedAlerts : JsonConverter<IReadOnlyList<PostedAlert>>
{
    public const int Most = 1000;

    public override IReadOnlyList<PostedAlert> Read(ref Utf8JsonReader reader, Type typeToConvert,
        JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
        var alerts = new List<PostedAlert>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (alerts.Count == Most)
                throw new TooManyAlertsException();
            alerts.Add(JsonSerializer.Deserialize(ref reader, AlertmanagerJson.Default.PostedAlert)
                ?? throw new JsonException());
        }
        return alerts;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<PostedAlert> value,
        JsonSerializerOptions options) => throw new NotSupportedException();
}

/// <summary>A message has too many alerts.</summary>
internal sealed class TooManyAlertsException : JsonException;

/// <summary>
/// Reads notifications: without duplicate members, which two readers may understand differently, and with the depth of
/// a notification at most.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false,
    MaxDepth = 16,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AlertmanagerMessage))]
[JsonSerializable(typeof(PostedAlert))]
internal sealed partial class AlertmanagerJson : JsonSerializerContext;
