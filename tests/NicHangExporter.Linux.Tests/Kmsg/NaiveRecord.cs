using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using NicHangExporter.Linux.Kmsg;

namespace NicHangExporter.Linux.Tests.Kmsg;

/// <summary>
/// What <see cref="KmsgRecord.TryParse"/> promises, written as plainly as possible. The text is Latin-1, one character
/// a byte.
/// </summary>
internal sealed partial record NaiveRecord(
    int Priority, ulong Sequence, TimeSpan SinceBoot, bool IsFragment, string Text, string Dictionary)
{
    public static NaiveRecord? Parse(ReadOnlySpan<byte> record)
    {
        var match = Form().Match(Encoding.Latin1.GetString(record));
        if (!match.Success || !IsUtf8(record))
            return null;
        var priority = Number(match, "priority");
        var sequence = Number(match, "sequence");
        var microseconds = Number(match, "microseconds");
        if (priority > KmsgRecord.MaxPriority || sequence > ulong.MaxValue || microseconds > ulong.MaxValue)
            return null;
        return new NaiveRecord(
            (int)priority, (ulong)sequence,
            microseconds * 10 > long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)microseconds * 10),
            match.Groups["flags"].Value.AsSpan().IndexOfAny('c', '+') >= 0,
            match.Groups["text"].Value, match.Groups["dictionary"].Value);
    }

    /// <summary>The value of the first line <c> KEY=value</c> that is not empty.</summary>
    public string Value(string key) =>
        Dictionary.Split('\n').FirstOrDefault(line => line.StartsWith($" {key}=", StringComparison.Ordinal))
            ?[(key.Length + 2)..] ?? "";

    private static BigInteger Number(Match match, string name) =>
        BigInteger.Parse(match.Groups[name].Value, CultureInfo.InvariantCulture);

    private static bool IsUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    [GeneratedRegex(
        @"\A(?<priority>[0-9]+),(?<sequence>[0-9]+),(?<microseconds>[0-9]+),(?<flags>[^,;\n]+)(,[^;\n]*)?;"
        + @"(?<text>[^\n]*)(\n(?<dictionary>[\s\S]*))?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
