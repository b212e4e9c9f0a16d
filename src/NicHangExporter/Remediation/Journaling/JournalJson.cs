using System.Text.Json.Serialization;

namespace NicHangExporter.Remediation.Journaling;

/// <summary>
/// The journal's JSON: one object a line. Null members are left out. Unknown members are ignored, so that an older
/// version can read it.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(JournalEntry))]
[JsonSerializable(typeof(DecisionMark))]
internal sealed partial class JournalJson : JsonSerializerContext;
