using System.Text.Json;
using System.Text.Json.Serialization;
using NicHangExporter.Linux;

namespace NicHangExporter.Text;

/// <summary>The spelling of enum values in journal, metric labels, log and answers.</summary>
internal static class SnakeCase
{
    public static string Of<T>(T value) where T : struct, Enum =>
        JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The value with that spelling, or null.</summary>
    public static T? Parse<T>(string? text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (Of(value) == text)
                return value;
        return null;
    }
}

/// <summary>The same for JSON. Numbers are refused: their meaning may change with the version.</summary>
internal sealed class SnakeCaseConverter<T>()
    : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
