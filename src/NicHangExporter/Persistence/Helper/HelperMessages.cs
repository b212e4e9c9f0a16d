using System.Text.Json.Serialization;
using NicHangExporter.Text;

namespace NicHangExporter.Persistence.Helper;

/// <summary>What the helper is asked to do.</summary>
[JsonConverter(typeof(SnakeCaseConverter<HelperOperation>))]
internal enum HelperOperation
{
    /// <summary>Write the file of a device.</summary>
    Persist,
    /// <summary>Remove the file of a device.</summary>
    Unpersist,
}

/// <summary>The one line that the daemon sends. The helper trusts none of it.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Bus">The device by its address on the bus.</param>
internal sealed record HelperRequest(HelperOperation Operation, string Bus)
{
    /// <summary>The settings to turn off: features by the kernel's name, eee, pause. Only to persist.</summary>
    public IReadOnlyList<string>? Settings { get; init; }

    /// <summary>The way to take: link, udev or hook; null for the best one that applies.</summary>
    public string? Via { get; init; }

    /// <summary>The profile that the settings come from, for a comment in the file.</summary>
    public string? Profile { get; init; }
}

/// <summary>The one line that the helper answers: an error, or what it did.</summary>
internal sealed record HelperReply
{
    /// <summary>Why nothing was done, in one sentence; null if it was done.</summary>
    public string? Error { get; init; }

    /// <summary>The file that was written or removed.</summary>
    public string? Path { get; init; }

    /// <summary>What else a person should know, one sentence each.</summary>
    public IReadOnlyList<string>? Notes { get; init; }
}

/// <summary>
/// The JSON of the helper's socket. It is strict in both directions: both ends are the same program.
/// </summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 4)]
[JsonSerializable(typeof(HelperRequest))]
[JsonSerializable(typeof(HelperReply))]
internal sealed partial class HelperJson : JsonSerializerContext;
