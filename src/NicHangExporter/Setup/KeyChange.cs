using System.Text.RegularExpressions;

namespace NicHangExporter.Setup;

/// <summary>A key of the configuration file that <c>setup</c> sets.</summary>
/// <param name="Name">The option, such as <c>remediation.devices</c>.</param>
/// <param name="Values">The values to write; empty: the key is removed.</param>
/// <param name="IsList">The values are a list, also if there is only one.</param>
internal sealed partial record KeyChange(string Name, IReadOnlyList<string> Values, bool IsList)
{
    /// <summary>The value as it stands in the file, on one line.</summary>
    public string Yaml => IsList ? $"[{string.Join(", ", Values.Select(Quote))}]" : Quote(Values[0]);

    /// <summary>The line with a dotted key, which the file may have at any place outside of other keys.</summary>
    public string Line => $"{Name}: {Yaml}";

    /// <summary>True if the file has exactly these values.</summary>
    public bool IsIn(IReadOnlyDictionary<string, IReadOnlyList<string>> settings) =>
        settings.GetValueOrDefault(Name, []).SequenceEqual(Values);

    // An address would be a number in base 60 for some readers.
    private static string Quote(string text) => PlainText().IsMatch(text) ? text
        : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    [GeneratedRegex("^[A-Za-z/][A-Za-z0-9/._-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainText();
}
