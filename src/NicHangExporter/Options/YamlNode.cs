using NicHangExporter.Linux;

namespace NicHangExporter.Options;

/// <summary>A value in a YAML text. Not a record: a record prints its content, which may be a secret.</summary>
/// <param name="line">The line, from 1.</param>
internal abstract class YamlNode(int line)
{
    public int Line { get; } = line;
}

/// <summary>A text; empty if nothing or null is written.</summary>
internal sealed class YamlScalar(int line, string text) : YamlNode(line)
{
    public string Text { get; } = text;
}

/// <summary>A list.</summary>
internal sealed class YamlSequence(int line, IReadOnlyList<YamlNode> items) : YamlNode(line)
{
    public IReadOnlyList<YamlNode> Items { get; } = items;
}

/// <summary>Keys and values, in the order of the text. A key may occur twice.</summary>
internal sealed class YamlMapping(int line, IReadOnlyList<YamlEntry> entries) : YamlNode(line)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;
}

/// <summary>A key and its value.</summary>
internal sealed class YamlEntry(int line, string key, YamlNode value)
{
    /// <summary>The line of the key, from 1.</summary>
    public int Line { get; } = line;

    public string Key { get; } = key;

    public YamlNode Value { get; } = value;
}
