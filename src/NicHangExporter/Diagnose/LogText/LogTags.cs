using System.Buffers;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>Determines the writer of a syslog line from facility words and the tag after the host.</summary>
internal static class LogTags
{
    // klogd and some syslog daemons use their own names or the facility. The last three are VMware's.
    private static readonly byte[][] KernelTags =
    [
        "kernel:"u8.ToArray(), "vmunix:"u8.ToArray(), "klogd:"u8.ToArray(), "kern:"u8.ToArray(),
        "vmkernel:"u8.ToArray(), "vmkwarning:"u8.ToArray(), "vmkalert:"u8.ToArray(),
    ];

    private static readonly byte[][] Facilities =
    [
        "kern"u8.ToArray(), "user"u8.ToArray(), "mail"u8.ToArray(), "daemon"u8.ToArray(), "auth"u8.ToArray(),
        "authpriv"u8.ToArray(), "syslog"u8.ToArray(), "lpr"u8.ToArray(), "news"u8.ToArray(), "uucp"u8.ToArray(),
        "cron"u8.ToArray(), "ftp"u8.ToArray(),
    ];

    private static readonly byte[][] Levels =
    [
        "emerg"u8.ToArray(), "alert"u8.ToArray(), "crit"u8.ToArray(), "err"u8.ToArray(), "error"u8.ToArray(),
        "warn"u8.ToArray(), "warning"u8.ToArray(), "notice"u8.ToArray(), "info"u8.ToArray(), "debug"u8.ToArray(),
        "panic"u8.ToArray(),
    ];

    private static readonly byte[][] ShoutedLevels =
    [
        "EMERG"u8.ToArray(), "ALERT"u8.ToArray(), "CRIT"u8.ToArray(), "ERR"u8.ToArray(), "WARNING"u8.ToArray(),
        "NOTICE"u8.ToArray(), "INFO"u8.ToArray(), "DEBUG"u8.ToArray(),
    ];

    private static readonly SearchValues<byte> NotInHosts = SearchValues.Create("[]<>="u8);

    /// <summary>Finds a tag at the start of a line, with or without a host before it.</summary>
    /// <param name="text">The line after its time.</param>
    /// <param name="hostFollows">True if the line format has a host or tag here. Then any tag counts, not only one with
    /// a process id.</param>
    /// <param name="length">For the kernel's tag, the length of host and tag. Without a tag, the length of a host with
    /// a facility after it, or 0.</param>
    public static LogOrigin Find(ReadOnlySpan<byte> text, bool hostFollows, out int length)
    {
        length = 0;
        length = KernelTag(text);
        if (length > 0) return LogOrigin.Kernel;
        var first = Word(text);
        if (IsProcess(first)) return LogOrigin.Process;
        if (first.IsEmpty || first[^1] == ':' || first.Length == text.Length) return LogOrigin.Unknown;

        var behind = text[(first.Length + 1)..];
        var second = Word(behind);
        // "sonic WARNING kernel: …": the level between host and tag
        var level = IsShoutedLevel(second) && behind.Length > second.Length ? second.Length + 1 : 0;
        if (IsHost(first) && KernelTag(behind[level..]) is > 0 and var tag)
        {
            length = first.Length + 1 + level + tag;
            return LogOrigin.Kernel;
        }
        if (IsHost(first) && (IsProcess(second) || level > 0 && IsProcess(Word(behind[level..]))))
            return LogOrigin.Process;
        if (!hostFollows) return LogOrigin.Unknown;
        var dot = second.IndexOf((byte)'.');
        // … or the length of a host with the kernel's own time after it, as receivers of netconsole write it
        var ownTime = behind.TrimStart((byte)' ');
        if (dot > 0 && IsFacility(second[..dot]) && IsLevel(second[(dot + 1)..])
            || IsHost(first) && StampParser.TryBracket(ref ownTime, out _))
        {
            length = first.Length + 1;
            return LogOrigin.Unknown;
        }
        // "host1 systemd-networkd: …", but not "sky2 eth0: tx timeout" after a time that a person added
        return second is [_, .., (byte)':'] && NetDrivers.IsName(second[..^1]) && !NetDrivers.IsKnown(first)
            && !(first.SequenceEqual("NETDEV"u8) && second.SequenceEqual("WATCHDOG:"u8))
            ? LogOrigin.Process
            : LogOrigin.Unknown;
    }

    /// <summary>True for the name of a syslog facility.</summary>
    public static bool IsFacility(ReadOnlySpan<byte> word) =>
        PrefixWords.IsOneOf(word, Facilities)
        || word.Length == 6 && word.StartsWith("local"u8) && PrefixWords.IsDigits(word[5..]);

    /// <summary>True for the name of a syslog level.</summary>
    public static bool IsLevel(ReadOnlySpan<byte> word) => PrefixWords.IsOneOf(word, Levels);

    /// <summary>True for <c>0000:00:19.0</c>, which 2.6 could print first. It is not a line number.</summary>
    public static bool StartsWithPciAddress(ReadOnlySpan<byte> text) =>
        text.Length >= 12 && text[4] == ':' && text[7] == ':' && text[10] == '.';

    /// <summary>The start of the next word after a position; the text's length without a next word.</summary>
    public static int NextWord(ReadOnlySpan<byte> text, int at)
    {
        var blank = text[at..].IndexOfAny(" \t"u8);
        return blank < 0 ? text.Length : text.Length - text[(at + blank)..].TrimStart(" \t"u8).Length;
    }

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        var blank = text.IndexOfAny(" \t"u8);
        return blank < 0 ? text : text[..blank];
    }

    /// <summary>The length of the kernel's tag at the start, or 0.</summary>
    /// <remarks>Messages to all terminals have no blank after it: <c>kernel:[ 512.1] …</c>.</remarks>
    public static int KernelTag(ReadOnlySpan<byte> text)
    {
        foreach (var tag in KernelTags)
            if (text.StartsWith(tag)
                && (text.Length == tag.Length || text[tag.Length] is (byte)' ' or (byte)'\t' or (byte)'['))
                return tag.Length;
        return 0;
    }

    // The form of SONiC.
    private static bool IsShoutedLevel(ReadOnlySpan<byte> word) => PrefixWords.IsOneOf(word, ShoutedLevels);

    private static bool IsHost(ReadOnlySpan<byte> word) =>
        word.IndexOfAny(NotInHosts) < 0 && (word.IndexOf((byte)':') < 0 || word.IndexOf("::"u8) >= 0);

    // "sudo[4242]:"
    private static bool IsProcess(ReadOnlySpan<byte> word)
    {
        if (!word.EndsWith("]:"u8)) return false;
        var open = word.IndexOf((byte)'[');
        return open > 0 && PrefixWords.IsDigits(word[(open + 1)..^2]);
    }
}
