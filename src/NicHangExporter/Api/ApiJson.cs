using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Api;

/// <summary>Requests: strict, because they change something. A member that is passed over might have been the one that says <c>dryRun</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = MaxDepth)]
[JsonSerializable(typeof(CreateRemediationRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(EmptyRequest))]
internal sealed partial class ApiRequestJson : JsonSerializerContext
{
    /// <summary>How deep a request may be nested; a sound one has two levels.</summary>
    public const int MaxDepth = 16;
}

/// <summary>
/// Answers: indented, because they are read with curl on the console of a host in trouble; absent members left out. Names and spellings are those of
/// the console's <c>--format json</c> and of the journal.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true, Converters = [typeof(SnakeCaseConverter<Duplex>)])]
[JsonSerializable(typeof(RemediationResponse))]
[JsonSerializable(typeof(RemediationList))]
[JsonSerializable(typeof(DeviceResponse))]
[JsonSerializable(typeof(DeviceList))]
[JsonSerializable(typeof(EpisodeList))]
[JsonSerializable(typeof(EpisodeBundle))]
[JsonSerializable(typeof(QuarantineResponse))]
[JsonSerializable(typeof(PauseResponse))]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class ApiAnswerJson : JsonSerializerContext;

/// <summary>The answers' JSON as it is sent.</summary>
internal static class ApiJson
{
    /// <summary>
    /// Quotation marks within sentences stay readable. What the default encoder escapes besides matters only within HTML, and no browser takes these answers for
    /// that: their type says JSON, and nosniff.
    /// </summary>
    public static ApiAnswerJson Answers { get; } = new(new JsonSerializerOptions(ApiAnswerJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
