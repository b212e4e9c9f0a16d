using System.Text.Json;
using System.Text.Json.Serialization;

namespace NicHangExporter.Remediation;

/// <summary>One spelling of an enumeration's values everywhere people and programs read them: journal, metrics labels, answers.</summary>
internal static class SnakeCase
{
    /// <summary>The value as <c>snake_case</c>.</summary>
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>The value of that spelling, or null.</summary>
    public static T? Parse<T>(string? text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
            if (Of(value) == text)
                return value;
        return null;
    }
}

/// <summary>The same for JSON; numbers are refused, because a number means something else in the next version.</summary>
internal sealed class SnakeCaseConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
