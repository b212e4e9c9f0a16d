using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// Rejects most of the records that match no row, in one pass over the text: a match starts at the start of the text or
/// after <c>": "</c>, with the first bytes of a row, or it is a link message. A record that passes may still match no
/// row.
/// </summary>
internal static class RecordFilter
{
    /// <summary>The bytes after a compared position that its comparison reads.</summary>
    private const int Lookahead = 2;

    /// <summary>All link messages that follow a name and a blank contain these words.</summary>
    public static ReadOnlySpan<byte> LinkWords => "ink is "u8;

    /// <summary>False if <see cref="HangDetector"/> would find no row in kernel mode.</summary>
    /// <param name="text">The record's unescaped text, with all its lines.</param>
    public static bool MayMatch(ReadOnlySpan<byte> text)
    {
        var last = text.Length - Vector128<byte>.Count - Lookahead;
        var index = HangPatterns.AfterColon;
        if (last < 0 || MayStart(index, text)) return true;
        ref var first = ref MemoryMarshal.GetReference(text);
        for (var at = 0; ; at = Math.Min(at + Vector128<byte>.Count, last))
        {
            var bytes = Vector128.LoadUnsafe(ref first, (nuint)at);
            var next = Vector128.LoadUnsafe(ref first, (nuint)at + 1);
            var afterNext = Vector128.LoadUnsafe(ref first, (nuint)at + 2);
            // ": " and "k i"
            var hits = Vector128.Equals(next, Vector128.Create((byte)' '))
                & (Vector128.Equals(bytes, Vector128.Create((byte)':'))
                    | Vector128.Equals(bytes, Vector128.Create((byte)'k'))
                        & Vector128.Equals(afterNext, Vector128.Create((byte)'i')));
            for (var left = hits.ExtractMostSignificantBits(); left != 0; left &= left - 1)
                if (MayStartAt(index, text, at + BitOperations.TrailingZeroCount(left))) return true;
            if (at == last) return false;
        }
    }

    private static bool MayStartAt(PatternIndex index, ReadOnlySpan<byte> text, int hit) =>
        text[hit] == ':'
            ? MayStart(index, text[(hit + 2)..])
            : hit >= LinkWords.IndexOf((byte)'k') && text[(hit - LinkWords.IndexOf((byte)'k'))..].StartsWith(LinkWords);

    private static bool MayStart(PatternIndex index, ReadOnlySpan<byte> rest) =>
        index.Knows(rest)
        || rest is [(byte)'[', ..]
            && rest.IndexOf(")]"u8) is >= 0 and var end && index.Knows(rest[(end + 2)..]);
}
