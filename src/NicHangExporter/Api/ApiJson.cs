using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Text;

namespace NicHangExporter.Api;

/// <summary>
/// Reads requests strictly, because they change something: an ignored member might have been a misspelt <c>dryRun</c>.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = MaxDepth,
    Converters = [typeof(SnakeCaseConverter<PersistenceWay>)])]
[JsonSerializable(typeof(CreateRemediationRequest))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(PersistRequest))]
[JsonSerializable(typeof(EmptyRequest))]
internal sealed partial class ApiRequestJson : JsonSerializerContext
{
    /// <summary>The greatest depth of nesting. A valid request has two levels.</summary>
    public const int MaxDepth = 16;
}

/// <summary>
/// Writes responses: indented, because people read them with curl on the console of a host in trouble, and without null
/// members. Names and spellings are those of the journal.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true,
    Converters =
    [
        typeof(SnakeCaseConverter<Duplex>), typeof(SnakeCaseConverter<PersistenceWay>),
        typeof(SnakeCaseConverter<NetworkManagerKind>), typeof(SnakeCaseConverter<PersistedState>),
    ])]
[JsonSerializable(typeof(RemediationResponse))]
[JsonSerializable(typeof(RemediationList))]
[JsonSerializable(typeof(DeviceResponse))]
[JsonSerializable(typeof(DeviceList))]
[JsonSerializable(typeof(EpisodeList))]
[JsonSerializable(typeof(EpisodeBundle))]
[JsonSerializable(typeof(QuarantineResponse))]
[JsonSerializable(typeof(PauseResponse))]
[JsonSerializable(typeof(PersistResponse))]
[JsonSerializable(typeof(UnpersistResponse))]
[JsonSerializable(typeof(PersistedList))]
[JsonSerializable(typeof(WebhookAnswer))]
[JsonSerializable(typeof(ProblemResponse))]
internal sealed partial class ApiAnswerJson : JsonSerializerContext;

/// <summary>The JSON of responses as it is sent.</summary>
internal static class ApiJson
{
    /// <summary>
    /// Quotation marks in sentences stay readable. What the default encoder escapes besides matters only in HTML, and
    /// no browser takes a response for HTML: Content-Type says JSON, and X-Content-Type-Options says nosniff.
    /// </summary>
    public static ApiAnswerJson Answers { get; } = new(new JsonSerializerOptions(ApiAnswerJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
