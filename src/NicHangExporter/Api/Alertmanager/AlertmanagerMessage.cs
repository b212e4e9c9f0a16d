using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// A notification as Alertmanager posts it to a webhook, version 4 of the payload (<c>webhook.Message</c> in
/// notify/webhook/webhook.go), as far as it is needed here. Whatever else is in it is passed over: later versions of
/// Alertmanager add members without counting up.
/// </summary>
internal sealed record AlertmanagerMessage
{
    /// <summary>The only version that there has been since 2016.</summary>
    public const string KnownVersion = "4";

    /// <summary>The version of the payload; a string.</summary>
    public string? Version { get; init; }

    /// <summary>How many alerts of the group are left out, because the receiver has a <c>max_alerts</c>.</summary>
    public ulong TruncatedAlerts { get; init; }

    /// <summary>
    /// The alerts. A group that fires holds resolved ones as well, and ones that were delivered before.
    /// </summary>
    [JsonConverter(typeof(BoundedAlerts))]
    public IReadOnlyList<PostedAlert>? Alerts { get; init; }
}

/// <summary>One alert of it.</summary>
internal sealed record PostedAlert
{
    /// <summary><c>firing</c> or <c>resolved</c>. The status of the whole message says nothing of one alert.</summary>
    public string? Status { get; init; }

    /// <summary>The labels.</summary>
    public Dictionary<string, string>? Labels { get; init; }

    /// <summary>When it began to fire.</summary>
    public DateTimeOffset? StartsAt { get; init; }

    /// <summary>Alertmanager's hash of the labels.</summary>
    public string? Fingerprint { get; init; }
}

/// <summary>
/// Stops reading where there are more alerts than any group has: a megabyte of them would take hundreds of thousands of
/// objects.
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

/// <summary>There are more alerts in a message than are taken in.</summary>
internal sealed class TooManyAlertsException : JsonException;

/// <summary>
/// The JSON of what comes in: nothing is taken twice, for two readers of a duplicate member may believe two things, and
/// nothing is nested deeper than a notification can be.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false,
    MaxDepth = 16,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(AlertmanagerMessage))]
[JsonSerializable(typeof(PostedAlert))]
internal sealed partial class AlertmanagerJson : JsonSerializerContext;
