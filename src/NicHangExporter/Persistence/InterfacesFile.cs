using System.IO.Enumeration;

namespace NicHangExporter.Persistence;

/// <summary>A line of /etc/network/interfaces or a file that it sources.</summary>
/// <param name="Path">The file on the host.</param>
/// <param name="Number">The first line, from 1.</param>
/// <param name="Stanza">The interface of the <c>iface</c> stanza that the line stands in or begins; null outside of
/// one.</param>
/// <param name="Keyword">The first word, with <c>-</c> for <c>_</c>.</param>
/// <param name="Words">The other words.</param>
internal sealed record InterfacesLine(string Path, int Number, string? Stanza, string Keyword, string[] Words)
{
    /// <summary>The other words as one text.</summary>
    public string Value => string.Join(' ', Words);

    /// <summary>True for <c>auto</c>, <c>allow-hotplug</c> and the like, which let ifup find the interface.</summary>
    public bool Starts(string device) =>
        (Keyword == "auto" || Keyword.StartsWith("allow-", StringComparison.Ordinal)) && Words.Contains(device);
}

/// <summary>Reads /etc/network/interfaces as interfaces(5) describes it, with the files that it sources.</summary>
internal static class InterfacesFile
{
    /// <summary>The file.</summary>
    public const string Path = "/etc/network/interfaces";

    // A file that sources itself ends here.
    private const int MaxDepth = 8;

    /// <summary>All lines with content, in the order of reading.</summary>
    /// <exception cref="PersistenceException">A file exists and can't be read.</exception>
    public static List<InterfacesLine> Read(HostRoot root)
    {
        var lines = new List<InterfacesLine>();
        Read(root, Path, lines, MaxDepth);
        return lines;
    }

    private static void Read(HostRoot root, string path, List<InterfacesLine> lines, int depth)
    {
        string? stanza = null;
        foreach (var (number, text) in Logical(root.ReadLines(path)))
        {
            var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
                continue;
            var keyword = words[0].Replace('_', '-');
            if (keyword == "iface")
                stanza = words.ElementAtOrDefault(1);
            else if (EndsStanza(keyword))
                stanza = null;
            lines.Add(new InterfacesLine(path, number, stanza, keyword, words[1..]));
            if (depth > 0)
                foreach (var file in Sourced(root, path, keyword, words[1..]))
                    Read(root, file, lines, depth - 1);
        }
    }

    private static bool EndsStanza(string keyword) =>
        keyword is "auto" or "mapping" or "source" or "source-directory" or "template" or "rename" or "no-auto-down"
            or "no-scripts"
        || keyword.StartsWith("allow-", StringComparison.Ordinal);

    // A line that ends in a backslash goes on in the next one.
    private static IEnumerable<(int Number, string Text)> Logical(string[] lines)
    {
        for (var index = 0; index < lines.Length; index++)
        {
            var (number, text) = (index + 1, lines[index]);
            while (text.EndsWith('\\') && !text.TrimStart().StartsWith('#') && index + 1 < lines.Length)
                text = text[..^1] + lines[++index];
            yield return (number, text);
        }
    }

    private static List<string> Sourced(HostRoot root, string path, string keyword, string[] words)
    {
        if (keyword is not ("source" or "source-directory"))
            return [];
        var files = new List<string>();
        foreach (var word in words)
        {
            var target = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, word);
            var folder = keyword == "source" ? System.IO.Path.GetDirectoryName(target)! : target.TrimEnd('/', '*');
            var pattern = keyword == "source" ? System.IO.Path.GetFileName(target) : "*";
            files.AddRange(root.List(folder)
                .Where(name => !name.StartsWith('.')
                    && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
                    && (keyword == "source" || IsRunPartsName(name)))
                .Select(name => $"{folder}/{name}"));
        }
        return files;
    }

    private static bool IsRunPartsName(string name) =>
        name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
