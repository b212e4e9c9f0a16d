using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Text;

/// <summary>The spelling of enum values in journal, metric labels, log and answers.</summary>
internal static class SnakeCase
{
    // Spelled once: the status of each device has about a hundred of them. One table for all types, because each type
    // of a generic table is code of its own.
    private static readonly ConcurrentDictionary<string, string> Spelled = new(StringComparer.Ordinal);

    public static string Of<T>(T value) where T : struct, Enum =>
        Spelled.GetOrAdd(value.ToString(), static name => JsonNamingPolicy.SnakeCaseLower.ConvertName(name));

    /// <summary>The value with that spelling, or null.</summary>
    public static T? Parse<T>(string? text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (Of(value) == text)
                return value;
        return null;
    }
}

/// <summary>
/// The same for JSON. Numbers are refused: their meaning may change with the version. Reading ignores case. The
/// library's own converter of enums is 9 KB of code for each type.
/// </summary>
/// <exception cref="JsonException">The text is no value of the type.</exception>
internal sealed class SnakeCaseConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
        && SnakeCase.Parse<T>(reader.GetString()?.ToLowerInvariant()) is { } value
            ? value
            : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        var text = SnakeCase.Of(value);
        // The text of a value without a name is its number.
        if (text[0] is '-' or (>= '0' and <= '9'))
            throw new JsonException();
        writer.WriteStringValue(text);
    }
}
