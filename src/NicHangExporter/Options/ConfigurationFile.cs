using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace NicHangExporter.Options;

/// <summary>
/// Reads the YAML file into settings, with the line of each. It walks the parser's events itself, so that nesting is bounded
/// (a recursive loader would exhaust the stack) and every finding has a line.
/// </summary>
internal static class ConfigurationFile
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 8;

    /// <summary>The settings of the file; what is wrong with it is added to <paramref name="errors"/>.</summary>
    public static List<OptionSetting> Read(string path, List<string> errors)
    {
        var settings = new List<OptionSetting>();
        try
        {
            // Read by hand and to a limit: a device such as /dev/zero says it is empty and never ends.
            using var stream = File.OpenRead(path);
            var bytes = new byte[MaxBytes + 1];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaxBytes)
                errors.Add($"{path}: is longer than 1 MiB");
            // To the scanner a NUL is the end of the text: what stands behind it would be ignored without a word.
            else if (Array.IndexOf(bytes, (byte)0, 0, length) is var nul and >= 0)
                errors.Add($"{path}:{bytes.AsSpan(0, nul).Count((byte)'\n') + 1}: holds a NUL byte, so it is no text");
            else
                Walk(new Parser(new StringReader(Encoding.UTF8.GetString(bytes, 0, length))), path, settings, errors);
        }
        catch (YamlException exception)
        {
            errors.Add($"{path}:{exception.Start.Line}: {FirstLine(exception.Message)}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{path}: {FirstLine(exception.Message)}");
        }
        return settings;
    }

    private static void Walk(Parser parser, string path, List<OptionSetting> settings, List<string> errors)
    {
        var seen = new HashSet<string>();
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return;
        parser.Consume<DocumentStart>();
        if (parser.Current is Scalar { Value: "" } or Scalar { Value: "null" })
            parser.MoveNext();
        else if (parser.Accept<MappingStart>(out _))
            WalkMapping(parser, "", 0);
        else
            throw new YamlException(parser.Current!.Start, parser.Current.End, "the file must be a mapping of keys to values");
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            throw new YamlException(second.Start, second.End, "one document is expected, a second one starts here");

        void WalkMapping(Parser from, string prefix, int depth)
        {
            from.Consume<MappingStart>();
            while (!from.TryConsume<MappingEnd>(out _))
            {
                if (!from.TryConsume<Scalar>(out var key))
                    throw new YamlException(from.Current!.Start, from.Current.End, "a key must be plain text");
                var name = prefix + key.Value;
                var where = $"{path}:{key.Start.Line}";
                var known = OptionTable.All.Any(option => option.Name == name);
                if (!known && !OptionTable.All.Any(option => option.Name.StartsWith(name + ".", StringComparison.Ordinal)))
                {
                    errors.Add($"{where}: unknown key '{name}'{Suggestion.For(name, OptionTable.All.Select(option => option.Name))}");
                    from.SkipThisAndNestedEvents();
                }
                else if (!known && from.Accept<MappingStart>(out _) && depth < MaxDepth)
                    WalkMapping(from, name + ".", depth + 1);
                else if (!known)
                {
                    errors.Add($"{where}: '{name}' must hold further keys");
                    from.SkipThisAndNestedEvents();
                }
                else if (!seen.Add(name))
                {
                    errors.Add($"{where}: '{name}' is set twice");
                    from.SkipThisAndNestedEvents();
                }
                else if (ReadValues(from) is { } values)
                    settings.Add(new OptionSetting(name, values, $"{where}: {name}"));
                else
                    errors.Add($"{where}: '{name}' must be a value or a list of values");
            }
        }
    }

    // Null, with the value skipped, where it is empty, nested, an alias or a mapping.
    private static List<string>? ReadValues(Parser parser)
    {
        if (parser.TryConsume<Scalar>(out var scalar))
            return IsNull(scalar) ? null : [scalar.Value];
        if (!parser.Accept<SequenceStart>(out _))
        {
            parser.SkipThisAndNestedEvents();
            return null;
        }
        parser.Consume<SequenceStart>();
        var values = new List<string>();
        var sound = true;
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            if (parser.TryConsume<Scalar>(out var item) && !IsNull(item))
                values.Add(item.Value);
            else
            {
                sound = false;
                if (item is null)
                    parser.SkipThisAndNestedEvents();
            }
        }
        return sound && values.Count > 0 ? values : null;
    }

    private static bool IsNull(Scalar scalar) => scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null";

    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();
}
