using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Finds the start of kernel messages in text without times and tags: a driver and a device address, an interface, the
/// words of the core's watchdog, and the lines of a WARN splat.
/// </summary>
internal static class MessageStart
{
    private static readonly byte[][] Words =
    [
        "------------[ cut here ]"u8.ToArray(), "---[ end trace"u8.ToArray(), "WARNING: "u8.ToArray(),
        "Modules linked in:"u8.ToArray(), "Hardware name:"u8.ToArray(), "Call Trace:"u8.ToArray(),
        "RIP: "u8.ToArray(), "BUG: "u8.ToArray(), "Code: "u8.ToArray(), "Pid: "u8.ToArray(), "Workqueue: "u8.ToArray(),
        "NETDEV WATCHDOG: "u8.ToArray(),
        .. HangPatterns
            .All.Where(row =>
                row.Distinctive && row.Message.Start.Length >= 12 && row.Message.Start.Span.IndexOf((byte)' ') > 0)
            .Select(row => row.Message.Start.ToArray()),
    ];

    private static readonly byte[][] Interfaces =
    [
        "eth"u8.ToArray(), "en"u8.ToArray(), "wlan"u8.ToArray(), "wl"u8.ToArray(), "wwan"u8.ToArray(),
        "usb"u8.ToArray(), "vmnic"u8.ToArray(), "nic"u8.ToArray(), "lan"u8.ToArray(), "wan"u8.ToArray(),
    ];

    /// <summary>The next start after a position; the text's length without a next start.</summary>
    public static int Next(ReadOnlySpan<byte> text, int position)
    {
        for (var at = position; ;)
        {
            var blank = text[at..].IndexOfAny(" \t"u8);
            if (blank < 0) return text.Length;
            at += blank + 1;
            if (IsAt(text, at)) return at;
        }
    }

    /// <summary>True if a message starts there and is not part of one that started before.</summary>
    public static bool IsAt(ReadOnlySpan<byte> text, int at)
    {
        var rest = text[at..];
        if (rest.IsEmpty || rest[0] is (byte)' ' or (byte)'\t') return false;
        var before = text[..at].TrimEnd(" \t"u8);
        before = before[(before.LastIndexOfAny(" \t"u8) + 1)..];
        // After a colon or an address the same prefix continues. Hang reports end with a colon too.
        var goesOn =
            before is [.., (byte)':'] && !before.SequenceEqual("Hang:"u8) && !before.SequenceEqual("name:"u8)
            || PrefixWords.IsBusAddress(before);
        if (!goesOn)
            foreach (var start in Words)
                if (rest.StartsWith(start)) return true;

        var word = Word(rest);
        var second = Word(rest[Math.Min(rest.Length, word.Length + 1)..]);
        if (NetDrivers.IsName(word) && PrefixWords.IsBusAddress(second.TrimEnd((byte)':')))
            // "e1000e 0000:00:1f.6 eno1: ", "igb 0000:01:00.0: "
            return second is [.., (byte)':']
                || Word(rest[Math.Min(rest.Length, word.Length + second.Length + 2)..]) is [.., (byte)':'];
        if (goesOn || word is not [_, .., (byte)':']) return false;
        return NetDrivers.IsKnown(word[..^1]) || IsInterface(word[..^1]);
    }

    private static bool IsInterface(ReadOnlySpan<byte> word)
    {
        if (word.IndexOfAnyInRange((byte)'0', (byte)'9') < 0) return false;
        foreach (var start in Interfaces)
            if (word.StartsWith(start)) return true;
        return false;
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        var blank = text.IndexOf((byte)' ');
        return blank < 0 ? text : text[..blank];
    }
}
