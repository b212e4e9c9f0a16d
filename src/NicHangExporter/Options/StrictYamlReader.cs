using NicHangExporter.Linux;
using NicHangExporter.Text;

namespace NicHangExporter.Options;

/// <summary>
/// Reads a format of fixed keys from a YAML file that may hold secrets. All errors are reported, with their lines and
/// without values.
/// </summary>
/// <param name="file">The file, for errors and as the base of relative paths.</param>
/// <param name="errors">Where errors go.</param>
internal abstract class StrictYamlReader(string file, List<string> errors)
{
    protected string File { get; } = file;

    protected List<string> Errors { get; } = errors;

    protected void Error(int line, string message) => Errors.Add($"{File}:{line}: {TextSanitizer.Of(message)}");

    /// <summary>The entries by key. Unknown and repeated keys are errors.</summary>
    /// <param name="mapping">The mapping; null for an empty one.</param>
    /// <param name="prefix">The mapping's own key with a dot, for errors; empty for the root.</param>
    /// <param name="keys">The keys that the format has.</param>
    protected Dictionary<string, YamlEntry> Known(YamlMapping? mapping, string prefix, IReadOnlyList<string> keys)
    {
        var known = new Dictionary<string, YamlEntry>();
        foreach (var entry in mapping?.Entries ?? [])
            if (!keys.Contains(entry.Key))
                Error(entry.Line, Unknown(entry.Key, prefix, keys));
            else if (!known.TryAdd(entry.Key, entry))
                Error(entry.Line, $"'{prefix}{entry.Key}' is set twice");
        return known;
    }

    /// <summary>The mapping of a key; null if it is not set, and after an error.</summary>
    protected YamlMapping? Mapping(Dictionary<string, YamlEntry> known, string key, string prefix = "")
    {
        if (!known.TryGetValue(key, out var entry) || entry.Value is YamlScalar { Text: "" })
            return null;
        if (entry.Value is not YamlMapping mapping)
            Error(entry.Line, $"'{prefix}{key}' must hold further keys");
        return entry.Value as YamlMapping;
    }

    /// <summary>The text of an entry; null after an error.</summary>
    protected string? Text(YamlEntry entry, string prefix)
    {
        if (entry.Value is YamlScalar { Text: var text })
            return text;
        Error(entry.Line, $"'{prefix}{entry.Key}' must be a single value");
        return null;
    }

    /// <summary>A path of the file, which may be relative to the file's directory.</summary>
    protected string FullPath(string path) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(File)) ?? "/", path);

    private static string Unknown(string key, string prefix, IReadOnlyList<string> keys) => TextSanitizer.IsWord(key)
        ? $"unknown key '{prefix}{key}'{Suggestion.For(key, keys)}"
        : $"unknown key{(prefix.Length > 0 ? $" in '{prefix.TrimEnd('.')}'" : "")}; it is not shown, because it may be "
            + "a "
            + "secret: write a blank after each colon";
}
