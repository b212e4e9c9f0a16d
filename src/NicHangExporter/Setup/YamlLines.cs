using System.Text.RegularExpressions;
using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>
/// Edits one key in the lines of a YAML text. It knows the common forms only. <see cref="ConfigurationText"/> checks
/// the result, so a form that it does not know is refused and never damaged.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="root">Its content.</param>
internal sealed partial class YamlLines(string text, YamlMapping root)
{
    private readonly List<string> _lines = [.. text.Split('\n')];
    private readonly string _end = text.Contains("\r\n", StringComparison.Ordinal) ? "\r" : "";

    /// <summary>The text with one key set or removed; null for a form that is not known.</summary>
    /// <param name="change">The change.</param>
    /// <param name="atComment">A new key goes below the comment that has it with its default, as in the file of the
    /// Debian package, if there is such a line.</param>
    public string? With(KeyChange change, bool atComment)
    {
        // For YAML these end a line, and for this class they do not.
        if (OtherBreak().IsMatch(text))
            return null;
        var path = Find(root, change.Name);
        var isDone = (path, change.Values) switch
        {
            ({ } found, { Count: > 0 }) => Replace(found[^1], change),
            ({ } found, _) => Remove(found),
            (null, { Count: > 0 }) => (atComment && AddBelowComment(change)) || Add(change),
            _ => true,
        };
        return isDone ? string.Join('\n', _lines) : null;
    }

    // The entries from the root to the key: one for remediation.local as a dotted key, two for nested keys.
    private static List<YamlEntry>? Find(YamlMapping mapping, string name)
    {
        foreach (var entry in mapping.Entries)
            if (entry.Key == name)
                return [entry];
            else if (entry.Value is YamlMapping group && name.StartsWith(entry.Key + ".", StringComparison.Ordinal)
                && Find(group, name[(entry.Key.Length + 1)..]) is { } rest)
                return [entry, .. rest];
        return null;
    }

    private bool Replace(YamlEntry entry, KeyChange change)
    {
        if (Key(entry) is not { Success: true } line)
            return false;
        var comment = Comment().Match(line.Groups["rest"].Value);
        var rest = comment.Success ? comment.Groups["comment"].Value : _end;
        _lines[entry.Line - 1] = $"{line.Groups["key"].Value} {change.Yaml}{rest}";
        RemoveItems(entry);
        return true;
    }

    private bool Remove(List<YamlEntry> path)
    {
        var entry = path[^1];
        if (Key(entry) is not { Success: true })
            return false;
        RemoveItems(entry);
        _lines.RemoveAt(entry.Line - 1);
        // A group without keys is an error of the configuration.
        return path.Count < 2 || path[^2] is not { Value: YamlMapping { Entries.Count: 1 } } || Remove(path[..^1]);
    }

    private bool AddBelowComment(KeyChange change)
    {
        var comment = _lines.FindLastIndex(line => line.StartsWith($"#{change.Name}:", StringComparison.Ordinal)
            || line.StartsWith($"# {change.Name}:", StringComparison.Ordinal));
        if (comment >= 0)
            _lines.Insert(comment + 1, change.Line + _end);
        return comment >= 0;
    }

    private bool Add(KeyChange change)
    {
        var (group, key) = (change.Name.Split('.')[0], change.Name[(change.Name.IndexOf('.') + 1)..]);
        if (root.Entries.FirstOrDefault(entry => entry.Key == group) is { } found)
        {
            if (found.Value is not YamlMapping { Entries: [var first, ..] } || first.Line == found.Line)
                return false;
            var indent = Indent().Match(_lines[first.Line - 1]).Value;
            _lines.Insert(found.Line, $"{indent}{key}: {change.Yaml}{_end}");
        }
        else if (root.Entries.FirstOrDefault(entry =>
            entry.Key.StartsWith(group + ".", StringComparison.Ordinal)) is { } dotted)
            _lines.Insert(dotted.Line - 1, change.Line + _end);
        else
        {
            if (_lines[^1].Length > 0)
                _lines[^1] += _end;
            else
                _lines.RemoveAt(_lines.Count - 1);
            if (_lines.Count > 0 && _lines[^1].Trim().Length > 0)
                _lines.Add(_end);
            _lines.AddRange([$"{group}:{_end}", $"  {key}: {change.Yaml}{_end}", ""]);
        }
        return true;
    }

    // The lines of a list below its key; comments between them stay.
    private void RemoveItems(YamlEntry entry)
    {
        if (entry.Value is YamlSequence list)
            foreach (var line in list.Items.Select(item => item.Line).Where(line => line > entry.Line).Distinct()
                .OrderDescending())
                _lines.RemoveAt(line - 1);
    }

    private Match Key(YamlEntry entry) => Regex.Match(
        _lines[entry.Line - 1], $"^(?<key> *([\"']?){Regex.Escape(entry.Key)}\\1 *:)(?<rest>( .*|\r?))$",
        RegexOptions.CultureInvariant);

    [GeneratedRegex("\\r(?!\\n)|[\u0085\u2028\u2029]", RegexOptions.CultureInvariant)]
    private static partial Regex OtherBreak();

    [GeneratedRegex("^ *", RegexOptions.CultureInvariant)]
    private static partial Regex Indent();

    // A hash is a comment only behind a blank, and not within quotes.
    [GeneratedRegex("^(?:[^\"'#]|\"[^\"]*\"|'[^']*'|(?<! )#)*?(?<comment> +#.*|\r?)$", RegexOptions.CultureInvariant)]
    private static partial Regex Comment();
}
