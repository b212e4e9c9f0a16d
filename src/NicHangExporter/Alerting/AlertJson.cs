using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Alerting;

/// <summary>The content of alerts.json.</summary>
/// <param name="Alerts">The alerts that are still to be sent.</param>
internal sealed record SavedAlerts(IReadOnlyList<OutgoingAlert> Alerts);

/// <summary>The JSON that is posted, and that of alerts.json.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(IReadOnlyList<PostableAlert>))]
[JsonSerializable(typeof(IReadOnlyList<OutgoingAlert>))]
[JsonSerializable(typeof(SavedAlerts))]
internal sealed partial class AlertJson : JsonSerializerContext
{
    /// <summary>Alerts for an Alertmanager.</summary>
    public static byte[] Write(IReadOnlyList<PostableAlert> alerts) =>
        JsonSerializer.SerializeToUtf8Bytes(alerts, Default.IReadOnlyListPostableAlert);

    /// <summary>Alerts for the file.</summary>
    public static byte[] Write(IReadOnlyList<OutgoingAlert> alerts) =>
        JsonSerializer.SerializeToUtf8Bytes(new SavedAlerts(alerts), Default.SavedAlerts);

    /// <summary>Alerts from the file.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="isSealed">It has a checksum. Earlier versions wrote the list alone, without one.</param>
    /// <exception cref="JsonException">The text is no list of valid alerts.</exception>
    public static IReadOnlyList<OutgoingAlert> Read(ReadOnlySpan<byte> text, bool isSealed)
    {
        var alerts = isSealed
            ? JsonSerializer.Deserialize(text, Default.SavedAlerts)?.Alerts
            : JsonSerializer.Deserialize(text, Default.IReadOnlyListOutgoingAlert);
        return alerts is not null && alerts.All(alert => alert is { IsValid: true })
            ? alerts
            : throw new JsonException("a value is missing or can't be");
    }
}
