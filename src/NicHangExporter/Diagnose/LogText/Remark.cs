using System.Buffers;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>Additions of people before and after a line: arrows, bullets, comments.</summary>
internal static class Remark
{
    private static readonly byte[][] Starts =
    [
        "-->"u8.ToArray(), "->"u8.ToArray(), "==>"u8.ToArray(), "=>"u8.ToArray(), "→"u8.ToArray(), "»"u8.ToArray(),
        "•"u8.ToArray(), "·"u8.ToArray(), "‣"u8.ToArray(), "–"u8.ToArray(), "//"u8.ToArray(), "/*"u8.ToArray(),
        "*"u8.ToArray(), "+"u8.ToArray(), "-"u8.ToArray(), "#"u8.ToArray(), ";"u8.ToArray(), "!"u8.ToArray(),
        "^"u8.ToArray(), "%"u8.ToArray(), "$ "u8.ToArray(),
    ];

    private static readonly SearchValues<byte> Ends = SearchValues.Create("<←/#-—–(*!^;=\t →…"u8);

    /// <summary>Removes one sign from the start.</summary>
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
        rest =
            digits is > 0 and <= 3
            && digits + 1 < text.Length
            && text[digits] is (byte)'.' or (byte)')'
            && text[digits + 1] == ' '
                ? text[(digits + 2)..]
                : default;
        return !rest.IsEmpty;
    }

    /// <summary>Finds the next position at which a remark may start.</summary>
    /// <param name="text">The line.</param>
    /// <param name="from">The first position.</param>
    /// <returns>The position, or -1.</returns>
    public static int Next(ReadOnlySpan<byte> text, int from)
    {
        for (var at = Math.Max(from, 1); at < text.Length; at++)
        {
            var found = text[at..].IndexOfAny(Ends);
            if (found < 0) return -1;
            at += found;
            // Two blanks separate a message from a remark without a sign. All signs have a blank before them.
            if (text[at] == '\t'
                || text[at - 1] is (byte)' ' or (byte)'\t'
                    && (text[at] == ' ' || text[at] != ' ' && IsSign(text[at..])))
                return at;
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
