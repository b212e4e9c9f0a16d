using System.Collections.Immutable;
using System.Text.Json.Serialization;
using NicHangExporter.Remediation;

namespace NicHangExporter.Cli;

/// <summary>What a command answers where there is nothing more to tell.</summary>
/// <param name="Done">What was done, as a sentence.</param>
internal sealed record DoneJson(string Done);

/// <summary>The answers of the console's commands with <c>--format json</c>: one line each, whose names are API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RemediationOutcome))]
[JsonSerializable(typeof(RemediationStatus))]
[JsonSerializable(typeof(ImmutableArray<DeviceStatus>))]
[JsonSerializable(typeof(DoneJson))]
internal sealed partial class ConsoleJson : JsonSerializerContext;
