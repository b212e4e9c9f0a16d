using System.Text;
using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>
/// The text of a configuration file, edited line by line: all lines that a change does not name stay as they are, and
/// so do comments. The file may have nested or dotted keys.
/// </summary>
internal sealed class ConfigurationText
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly string _path;
    private readonly string _text;
    private readonly YamlMapping _root;

    private ConfigurationText(string path, string text, YamlMapping root, List<OptionSetting> settings)
    {
        _path = path;
        _text = text;
        _root = root;
        Settings = settings;
    }

    /// <summary>The settings of the file.</summary>
    public IReadOnlyList<OptionSetting> Settings { get; }

    /// <summary>The values by the name of their option.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Values =>
        Settings.ToDictionary(setting => setting.Name, setting => setting.Values);

    /// <summary>The bytes of the file.</summary>
    public byte[] Bytes => Utf8.GetBytes(_text);

    /// <summary>Parses a file.</summary>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="bytes">Its content; empty for a file that does not exist.</param>
    /// <param name="errors">Where errors go, one line each.</param>
    /// <returns>Null after an error.</returns>
    public static ConfigurationText? Parse(string path, ReadOnlySpan<byte> bytes, List<string> errors)
    {
        var before = errors.Count;
        var root = StrictYaml.Parse(path, bytes, errors);
        var settings = ConfigurationFile.Settings(root, path, errors);
        return errors.Count > before ? null : new ConfigurationText(path, Utf8.GetString(bytes), root!, settings);
    }

    /// <summary>
    /// Makes the changes. The result is parsed again: it has exactly the changed values, and all others as before.
    /// </summary>
    /// <returns>Null if that fails, as for keys in braces: then a person has to edit the file.</returns>
    public ConfigurationText? With(IReadOnlyList<KeyChange> changes)
    {
        var next = this;
        // A new key goes to the beginning of its group, so the last one is the first.
        foreach (var change in changes.Reverse().Where(change => !change.IsIn(Values)))
            if ((next.With(change, atComment: true) ?? next.With(change, atComment: false)) is { } edited)
                next = edited;
            else
                return null;
        return next;
    }

    private ConfigurationText? With(KeyChange change, bool atComment) =>
        new YamlLines(_text, _root).With(change, atComment) is { } text
        && Parse(_path, Utf8.GetBytes(text), []) is { } edited && IsRight(edited, change) ? edited : null;

    private bool IsRight(ConfigurationText next, KeyChange change)
    {
        var (before, after) = (Values, next.Values);
        return change.IsIn(after) && before.Keys.Union(after.Keys).All(name => name == change.Name
            || (before.TryGetValue(name, out var values) && values.SequenceEqual(after.GetValueOrDefault(name, []))));
    }
}
