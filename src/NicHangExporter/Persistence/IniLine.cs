namespace NicHangExporter.Persistence;

/// <summary>An assignment in a file of systemd or NetworkManager.</summary>
/// <param name="Number">The line, from 1.</param>
/// <param name="Section">The section, without brackets.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value, without blanks at its ends.</param>
internal sealed record IniLine(int Number, string Section, string Key, string Value)
{
    /// <summary>The assignments of a file. Comments and lines of another form are skipped.</summary>
    public static IEnumerable<IniLine> Parse(string[] lines)
    {
        var section = "";
        for (var index = 0; index < lines.Length; index++)
        {
            var line = lines[index].Trim();
            if (line.StartsWith('[') && line.EndsWith(']'))
                section = line[1..^1];
            else if (!line.StartsWith('#') && !line.StartsWith(';')
                && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var sign)
                yield return new IniLine(index + 1, section, line[..sign].TrimEnd(), line[(sign + 1)..].TrimStart());
        }
    }
}
