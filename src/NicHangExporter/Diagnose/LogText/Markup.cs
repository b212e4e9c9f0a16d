using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Markup that web pages and forums put around a log line: tags of HTML and of bulletin boards, fences and backticks of
/// Markdown. Only listed names are tags, so that <c>&lt;3&gt;</c> and <c>&lt;IRQ&gt;</c> are kept.
/// </summary>
internal static class Markup
{
    private const int MaxTagLength = 80;

    private static readonly byte[][] TagNames =
    [
        "pre"u8.ToArray(), "code"u8.ToArray(), "p"u8.ToArray(), "br"u8.ToArray(), "li"u8.ToArray(), "div"u8.ToArray(),
        "span"u8.ToArray(), "tt"u8.ToArray(), "samp"u8.ToArray(), "quote"u8.ToArray(), "blockquote"u8.ToArray(),
        "spoiler"u8.ToArray(), "noparse"u8.ToArray(),
    ];

    /// <summary>Removes one piece of markup from the start.</summary>
    /// <param name="text">The line.</param>
    /// <param name="rest">The text after it. After a backtick, the backticks at the end are removed too.</param>
    public static bool TryStart(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        rest = text;
        if (text is [(byte)'`', ..])
            rest = text.Trim((byte)'`');
        else if (text is [(byte)'<', ..]
            && text[..Math.Min(text.Length, MaxTagLength)].IndexOf((byte)'>') is > 0 and var angle
            && IsTag(text[1..angle]))
            rest = text[(angle + 1)..];
        else if (text is [(byte)'[', ..]
            && text[..Math.Min(text.Length, MaxTagLength)].IndexOf((byte)']') is > 0 and var square
            && IsTag(text[1..square]))
            rest = text[(square + 1)..];
        return rest.Length < text.Length;
    }

    /// <summary>The line without the markup at its end.</summary>
    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> text)
    {
        while (true)
        {
            text = text.TrimEnd(" \t\r\0"u8);
            if (text.EndsWith("```"u8))
            {
                text = text.TrimEnd((byte)'`');
                continue;
            }
            var open =
                text is [.., (byte)'>'] ? text.LastIndexOf((byte)'<')
                : text is [.., (byte)']'] ? text.LastIndexOf((byte)'[')
                : -1;
            if (open < 0 || text.Length - open > MaxTagLength || !IsTag(text[(open + 1)..^1])) return text;
            text = text[..open];
        }
    }

    // "pre", "/pre", "br /", "span class=…", "code=text"
    private static bool IsTag(ReadOnlySpan<byte> inside)
    {
        if (inside is [(byte)'/', ..]) inside = inside[1..];
        var end = inside.IndexOfAny(" =/"u8);
        var name = end < 0 ? inside : inside[..end];
        if (name.Length is 0 or > 10) return false;
        Span<byte> lower = stackalloc byte[10];
        for (var at = 0; at < name.Length; at++) lower[at] = (byte)(name[at] | 0x20);
        lower = lower[..name.Length];
        return PrefixWords.IsOneOf(lower, TagNames);
    }
}
