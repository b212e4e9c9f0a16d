using System.Text.Json.Serialization;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Text;

namespace NicHangExporter.Persistence.Helper;

/// <summary>What the helper is asked to do.</summary>
[JsonConverter(typeof(SnakeCaseConverter<HelperOperation>))]
internal enum HelperOperation
{
    /// <summary>Write the file of a device.</summary>
    Persist,
    /// <summary>Remove the files of a device.</summary>
    Unpersist,
}

/// <summary>The one line that the daemon sends. The helper trusts none of it.</summary>
/// <param name="Operation">What to do.</param>
/// <param name="Bus">The device by its address on the bus.</param>
internal sealed record HelperRequest(HelperOperation Operation, string Bus)
{
    /// <summary>The settings to keep off: features by the kernel's name, eee, pause. Only to persist.</summary>
    public IReadOnlyList<string>? Settings { get; init; }

    /// <summary>The only way to try; null for the best one that applies. Only to persist.</summary>
    public PersistenceWay? Via { get; init; }

    /// <summary>The profile that the settings come from, for a comment in the file. Only to persist.</summary>
    public string? Profile { get; init; }
}

/// <summary>The one line that the helper answers. One member is set.</summary>
internal sealed record HelperReply
{
    /// <summary>Why nothing was done.</summary>
    public HelperError? Error { get; init; }

    /// <summary>The file that was written.</summary>
    public PersistResult? Persisted { get; init; }

    /// <summary>The files that were removed.</summary>
    public PersistenceRemoved? Unpersisted { get; init; }
}

/// <summary>Why the helper did nothing.</summary>
/// <param name="Kind">The kind of failure.</param>
/// <param name="Message">One line for a person.</param>
internal sealed record HelperError(PersistenceError Kind, string Message);

/// <summary>
/// The JSON of the helper's socket. It is strict in both directions: both ends are the same program.
/// </summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, MaxDepth = 4,
    Converters =
    [
        typeof(SnakeCaseConverter<PersistenceWay>), typeof(SnakeCaseConverter<PersistenceError>),
        typeof(SnakeCaseConverter<NetworkManagerKind>),
    ])]
[JsonSerializable(typeof(HelperRequest))]
[JsonSerializable(typeof(HelperReply))]
internal sealed partial class HelperJson : JsonSerializerContext;
