using System.Globalization;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Cli;

/// <summary>
/// Text for a terminal 80 columns wide. No byte of it controls the terminal: names, reasons and errors come from
/// others.
/// </summary>
internal sealed class ConsoleWriter(TextWriter output)
{
    private const int Width = 79;

    /// <summary>Writes one line without breaking it: a command is to be copied as a whole.</summary>
    public void Line(string text = "") => output.WriteLine(Clean(text));

    /// <summary>Writes text broken at blanks. The further lines are indented as the text of the first.</summary>
    /// <param name="lead">What the first line begins with: a label, blanks.</param>
    /// <param name="text">The text.</param>
    public void Paragraph(string lead, string text)
    {
        var line = new StringBuilder(Clean(lead));
        var indent = line.Length;
        foreach (var word in Clean(text).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > indent && line.Length + 1 + word.Length > Width)
            {
                output.WriteLine(line);
                line.Clear().Append(' ', indent);
            }
            if (line.Length > indent)
                line.Append(' ');
            line.Append(word);
        }
        output.WriteLine(line.ToString().TrimEnd());
    }

    /// <summary>Writes rows in columns, as wide as their content.</summary>
    public void Table(string indent, params IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var cells = rows.Select(row => row.Select(Clean).ToArray()).ToList();
        var widths = Enumerable.Range(0, cells.Max(row => row.Length))
            .Select(column => cells.Max(row => column < row.Length ? row[column].Length : 0)).ToArray();
        foreach (var row in cells)
            output.WriteLine(
                (indent + string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column])))).TrimEnd());
    }

    /// <summary>The text with every character that is not visible written as its number.</summary>
    public static string Clean(string text)
    {
        if (text.All(character => character is >= ' ' and <= '~'))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (rune.Value == ' '
                || Rune.GetUnicodeCategory(rune) is not (
                    UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
                    or UnicodeCategory.OtherNotAssigned))
                clean.Append(rune.ToString());
            else
                clean.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        return clean.ToString();
    }
}
