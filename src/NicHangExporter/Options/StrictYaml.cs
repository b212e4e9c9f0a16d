using System.Text;
using NicHangExporter.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NicHangExporter.Options;

/// <summary>
/// Reads the YAML files of the configuration: one document, whose root is a mapping. Anchors, aliases, tags and deep
/// nesting are errors. Each error is one line, <c>file:line: what</c>. It reads the parser's events itself: the
/// library's loader is recursive, and a hostile file overflows its stack.
/// </summary>
internal static class StrictYaml
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 8;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file of at most 1 MiB.</summary>
    /// <returns>Null after an error.</returns>
    public static YamlMapping? ReadFile(string path, List<string> errors)
    {
        try
        {
            // A limit instead of the length: a device such as /dev/zero has the length 0 and does not end.
            using var stream = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return Parse(path, bytes.AsSpan(0, length), errors);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{path}: {FirstLine(exception.Message)}");
        }
        return null;
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="bytes">Its content; more than 1 MiB is an error.</param>
    /// <param name="errors">Where errors go.</param>
    /// <returns>Null after an error.</returns>
    public static YamlMapping? Parse(string path, ReadOnlySpan<byte> bytes, List<string> errors)
    {
        if (bytes.Length > MaxBytes)
            errors.Add($"{path}: is longer than 1 MiB");
        // The scanner takes a NUL for the end of the text and ignores the rest.
        else if (bytes.IndexOf((byte)0) is var nul and >= 0)
            errors.Add($"{path}:{bytes[..nul].Count((byte)'\n') + 1}: holds a NUL byte, so it is no text");
        else
            try
            {
                return Read(path, Utf8.GetString(bytes).TrimStart('\uFEFF'), errors);
            }
            catch (DecoderFallbackException)
            {
                errors.Add($"{path}: is not UTF-8");
            }
        return null;
    }

    /// <summary>Reads the text of a file.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="text">Its text.</param>
    /// <param name="errors">Where errors go.</param>
    /// <returns>Null after an error; an empty mapping for an empty text.</returns>
    public static YamlMapping? Read(string path, string text, List<string> errors)
    {
        try
        {
            var root = Document(new Parser(new StringReader(text)));
            if (root is null or YamlScalar { Text: "" })
                return new YamlMapping(1, []);
            if (root is YamlMapping mapping)
                return mapping;
            errors.Add($"{path}:{root.Line}: the file must be a mapping of keys to values");
        }
        catch (YamlException exception)
        {
            errors.Add($"{path}:{LineOf(exception, text)}: {TextSanitizer.Of(FirstLine(exception.Message))}");
        }
        return null;
    }

    // The end is where the library stopped; the start may be that of the file. A quote that is not closed ends with the
    // file, so its start is the mistake. For a tab the library reports the line before.
    private static int LineOf(YamlException exception, string text)
    {
        if (exception.Message.Contains("quoted scalar", StringComparison.Ordinal))
            return (int)exception.Start.Line;
        var tab = exception.Message.Contains(" tab ", StringComparison.Ordinal)
            ? Array.FindIndex(text.Split('\n'), line => line.TrimStart(' ').StartsWith('\t'))
            : -1;
        return tab < 0 ? (int)exception.End.Line : tab + 1;
    }

    private static YamlNode? Document(Parser parser)
    {
        try
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out _))
                return null;
            parser.Consume<DocumentStart>();
            var root = Node(parser, 0);
            parser.Consume<DocumentEnd>();
            return parser.Accept<DocumentStart>(out var second)
                ? throw new YamlException(second.Start, second.Start, "one document is expected, a second one starts "
                    + "here")
                : root;
        }
        // The parser throws these in states that it does not expect, and for escapes that are no characters.
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            var at = parser.Current?.Start ?? Mark.Empty;
            throw new YamlException(at, at, "it is no YAML from here on", exception);
        }
    }

    private static YamlNode Node(Parser parser, int depth)
    {
        if (depth > MaxDepth)
            throw NotAllowed(parser, "it is nested too deeply");
        if (parser.Accept<AnchorAlias>(out _) || parser.Accept<NodeEvent>(out var node) && !node.Anchor.IsEmpty)
            throw NotAllowed(parser, "anchors and aliases are not supported");
        if (parser.Accept<NodeEvent>(out var tagged) && !tagged.Tag.IsEmpty)
            throw NotAllowed(parser, "tags are not supported");
        if (parser.TryConsume<Scalar>(out var scalar))
            return new YamlScalar((int)scalar.Start.Line, IsNull(scalar) ? "" : scalar.Value);
        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<YamlNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Node(parser, depth + 1));
            return new YamlSequence((int)sequence.Start.Line, items);
        }
        var mapping = parser.Consume<MappingStart>();
        var entries = new List<YamlEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            // Checked before it is read: afterwards the parser is on another line.
            if (!parser.Accept<Scalar>(out _))
                throw NotAllowed(parser, "a key must be plain text");
            var key = (YamlScalar)Node(parser, depth + 1);
            entries.Add(new YamlEntry(key.Line, key.Text, Node(parser, depth + 1)));
        }
        return new YamlMapping((int)mapping.Start.Line, entries);
    }

    private static bool IsNull(Scalar scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";

    private static YamlException NotAllowed(Parser parser, string message) =>
        new(parser.Current!.Start, parser.Current.Start, message);

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();
}
