using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NicHangExporter.Options;

/// <summary>A value in a YAML text, with its line. Not a record: what is printed by accident may be a secret.</summary>
internal abstract class YamlTree(int line)
{
    private const int MaxDepth = 8;

    /// <summary>The line, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>Reads a text of one document. It walks the parser's events itself: the library's loader follows nesting by recursion, which a hostile file drives
    /// out of the stack.</summary>
    /// <returns>Null for an empty text.</returns>
    /// <exception cref="YamlException">It is not YAML, or more of it than a configuration needs: anchors, aliases, tags, several documents, deep nesting.</exception>
    public static YamlTree? Read(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            return Read(parser);
        }
        // The library's parser has states that it did not think of, and characters that it can't make of an escape.
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            var at = parser.Current?.Start ?? Mark.Empty;
            throw new YamlException(at, at, "it is no YAML from here on", exception);
        }
    }

    private static YamlTree? Read(Parser parser)
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return null;
        parser.Consume<DocumentStart>();
        var root = Read(parser, 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            throw new YamlException(second.Start, second.Start, "one document is expected, a second one starts here");
        return root;
    }

    private static YamlTree Read(Parser parser, int depth)
    {
        if (depth > MaxDepth)
            throw Unwanted(parser, "it is nested too deeply");
        if (parser.Accept<AnchorAlias>(out _) || parser.Accept<NodeEvent>(out var node) && !node.Anchor.IsEmpty)
            throw Unwanted(parser, "anchors and aliases are not supported");
        if (parser.Accept<NodeEvent>(out var tagged) && !tagged.Tag.IsEmpty)
            throw Unwanted(parser, "tags are not supported");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlScalar((int)scalar.Start.Line, scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL" ? "" : scalar.Value);
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<YamlTree>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Read(parser, depth + 1));
            return new YamlSequence((int)sequence.Start.Line, items);
        }
        var mapping = parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            // Before it is read: afterwards the parser stands on another line.
            if (!parser.Accept<Scalar>(out _))
                throw Unwanted(parser, "a key must be plain text");
            var key = (YamlScalar)Read(parser, depth + 1);
            entries.Add(new YamlEntry(key.Line, key.Text, Read(parser, depth + 1)));
        }
        return new YamlMapping((int)mapping.Start.Line, entries);
    }

    private static YamlException Unwanted(Parser parser, string message) => new(parser.Current!.Start, parser.Current.Start, message);
}

/// <summary>A text; empty where nothing was written, or null.</summary>
internal sealed class YamlScalar(int line, string text) : YamlTree(line)
{
    public string Text { get; } = text;
}

/// <summary>A list.</summary>
internal sealed class YamlSequence(int line, IReadOnlyList<YamlTree> items) : YamlTree(line)
{
    public IReadOnlyList<YamlTree> Items { get; } = items;
}

/// <summary>Keys and values, in the order of the text; a key may be there twice.</summary>
internal sealed class YamlMapping(int line, IReadOnlyList<YamlEntry> entries) : YamlTree(line)
{
    public IReadOnlyList<YamlEntry> Entries { get; } = entries;
}

/// <summary>A key, its line and its value.</summary>
internal sealed class YamlEntry(int line, string key, YamlTree value)
{
    public int Line { get; } = line;

    public string Key { get; } = key;

    public YamlTree Value { get; } = value;
}
