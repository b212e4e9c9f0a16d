using System.Text.Json.Serialization;

namespace NicHangExporter.Control;

/// <summary>Requests: strict, because they change something.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, MaxDepth = ControlProtocol.MaxDepth)]
[JsonSerializable(typeof(ControlRequest))]
internal sealed partial class ControlRequestJson : JsonSerializerContext;

/// <summary>Answers: what a newer daemon says besides is passed over.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlAnswerJson : JsonSerializerContext;
