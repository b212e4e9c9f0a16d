using System.Buffers;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>What people write in front of a line and behind it: arrows, bullets, comments.</summary>
internal static class Remark
{
    private static readonly byte[][] Starts =
    [
        "-->"u8.ToArray(), "->"u8.ToArray(), "==>"u8.ToArray(), "=>"u8.ToArray(), "→"u8.ToArray(), "»"u8.ToArray(), "•"u8.ToArray(), "·"u8.ToArray(), "‣"u8.ToArray(), "–"u8.ToArray(),
        "//"u8.ToArray(), "/*"u8.ToArray(), "*"u8.ToArray(), "+"u8.ToArray(), "-"u8.ToArray(), "#"u8.ToArray(), ";"u8.ToArray(), "!"u8.ToArray(), "^"u8.ToArray(), "%"u8.ToArray(),
        "$ "u8.ToArray(),
    ];

    private static readonly SearchValues<byte> Ends = SearchValues.Create("<←/#-—–(*!^;=\t →…"u8);

    /// <summary>Takes one sign off the start.</summary>
    public static bool TryStart(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        foreach (var start in Starts)
            if (text.StartsWith(start))
            {
                // "** ", "### "
                rest = start.Length == 1 ? text.TrimStart(start[0]) : text[start.Length..];
                return true;
            }
        // "1. ", "2) "
        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        rest = digits is > 0 and <= 3 && digits + 1 < text.Length && text[digits] is (byte)'.' or (byte)')' && text[digits + 1] == ' ' ? text[(digits + 2)..] : default;
        return !rest.IsEmpty;
    }

    /// <summary>Finds the next place from which on the text may be a remark.</summary>
    /// <param name="text">The line.</param>
    /// <param name="from">Where to begin.</param>
    /// <returns>The place, or -1.</returns>
    public static int Next(ReadOnlySpan<byte> text, int from)
    {
        for (var at = Math.Max(from, 1); at < text.Length; at++)
        {
            var found = text[at..].IndexOfAny(Ends);
            if (found < 0) return -1;
            at += found;
            // Two blanks part a message from a remark without a sign; all signs have a blank in front.
            if (text[at] == '\t' || text[at - 1] is (byte)' ' or (byte)'\t' && (text[at] == ' ' || text[at] != ' ' && IsSign(text[at..]))) return at;
        }
        return -1;
    }

    private static bool IsSign(ReadOnlySpan<byte> text) => text[0] switch
    {
        (byte)'<' => text.StartsWith("<-"u8) || text.StartsWith("<="u8) || text.StartsWith("<<"u8),
        (byte)'/' => text.StartsWith("//"u8) || text.StartsWith("/*"u8),
        (byte)'-' => text.StartsWith("--"u8) || text.StartsWith("->"u8) || text.StartsWith("- "u8),
        (byte)'=' => text.StartsWith("=>"u8) || text.StartsWith("=="u8),
        _ => true,
    };
}
