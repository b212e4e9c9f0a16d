using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>What was decided about each alert of a message, in their order.</summary>
internal sealed record WebhookAnswer(IReadOnlyList<AlertAnswer> Alerts);

/// <summary>One of them.</summary>
/// <param name="Fingerprint">Alertmanager's.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Explanation">One sentence.</param>
internal sealed record AlertAnswer(string Fingerprint, AlertVerdict Verdict, string Explanation);

/// <summary>Why there is no verdict (RFC 9457). It holds nothing of the input and is short, because Alertmanager logs it.</summary>
internal sealed record WebhookProblem(string Type, string Title, int Status, string Detail)
{
    /// <summary>The longest in bytes, as it is written.</summary>
    public const int MaxBytes = 512;
}

/// <summary>The JSON of what goes out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(WebhookProblem))]
internal sealed partial class WebhookJson : JsonSerializerContext
{
    /// <summary>The answer as bytes.</summary>
    public static byte[] Write(WebhookAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, Default.WebhookAnswer);

    /// <summary>A problem as bytes.</summary>
    public static byte[] Write(int status, string title, string detail) =>
        JsonSerializer.SerializeToUtf8Bytes(new WebhookProblem("about:blank", title, status, detail), Default.WebhookProblem);
}
