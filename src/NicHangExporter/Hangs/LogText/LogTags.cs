using System.Buffers;

namespace NicHangExporter.Hangs.LogText;

/// <summary>Who a syslog line is from: facility words, and the tag behind the host.</summary>
internal static class LogTags
{
    private static readonly SearchValues<byte> NotInHosts = SearchValues.Create("[]<>="u8);

    /// <summary>Looks for a tag at the start of a line, with or without a host before it.</summary>
    /// <param name="text">The line behind its time.</param>
    /// <param name="hostFollows">True where the line's format has a host or tag here: then any tag counts, not only one with a process id.</param>
    /// <param name="length">For the kernel's tag, the length of host and tag; for no tag, that of a host with a facility behind it, or 0.</param>
    public static LogOrigin Find(ReadOnlySpan<byte> text, bool hostFollows, out int length)
    {
        length = 0;
        // Messages to all terminals have no blank behind the tag: "kernel:[  512.1] …".
        if (text.StartsWith("kernel:["u8))
        {
            length = "kernel:".Length;
            return LogOrigin.Kernel;
        }
        var first = Word(text);
        if (IsKernel(first))
        {
            length = first.Length;
            return LogOrigin.Kernel;
        }
        if (IsProcess(first)) return LogOrigin.Process;
        if (first.IsEmpty || first[^1] == ':' || first.Length == text.Length) return LogOrigin.Unknown;

        var second = Word(text[(first.Length + 1)..]);
        if (IsHost(first) && text[(first.Length + 1)..].StartsWith("kernel:["u8))
        {
            length = first.Length + 1 + "kernel:".Length;
            return LogOrigin.Kernel;
        }
        if (IsHost(first) && IsKernel(second))
        {
            length = first.Length + 1 + second.Length;
            return LogOrigin.Kernel;
        }
        if (IsProcess(second) && IsHost(first)) return LogOrigin.Process;
        if (!hostFollows) return LogOrigin.Unknown;
        var dot = second.IndexOf((byte)'.');
        // … or that of a host with the kernel's own time behind it, as netconsole's receivers write it
        var ownTime = text[(first.Length + 1)..].TrimStart((byte)' ');
        if (dot > 0 && IsFacility(second[..dot]) && IsLevel(second[(dot + 1)..])
            || IsHost(first) && StampParser.TryBracket(ref ownTime, out _))
        {
            length = first.Length + 1;
            return LogOrigin.Unknown;
        }
        // "host1 systemd-networkd: …", but not "sky2 eth0: tx timeout" behind a time that somebody has put there
        return second is [_, .., (byte)':'] && NetDrivers.IsName(second[..^1]) && !NetDrivers.IsKnown(first)
            && !(first.SequenceEqual("NETDEV"u8) && second.SequenceEqual("WATCHDOG:"u8)) ? LogOrigin.Process : LogOrigin.Unknown;
    }

    /// <summary>True for syslog's names of facilities.</summary>
    public static bool IsFacility(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("kern"u8) || word.SequenceEqual("user"u8) || word.SequenceEqual("mail"u8) || word.SequenceEqual("daemon"u8)
        || word.SequenceEqual("auth"u8) || word.SequenceEqual("authpriv"u8) || word.SequenceEqual("syslog"u8) || word.SequenceEqual("lpr"u8)
        || word.SequenceEqual("news"u8) || word.SequenceEqual("uucp"u8) || word.SequenceEqual("cron"u8) || word.SequenceEqual("ftp"u8)
        || word.Length == 6 && word.StartsWith("local"u8) && IsDigits(word[5..]);

    /// <summary>True for syslog's names of levels.</summary>
    public static bool IsLevel(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("emerg"u8) || word.SequenceEqual("alert"u8) || word.SequenceEqual("crit"u8) || word.SequenceEqual("err"u8)
        || word.SequenceEqual("error"u8) || word.SequenceEqual("warn"u8) || word.SequenceEqual("warning"u8) || word.SequenceEqual("notice"u8)
        || word.SequenceEqual("info"u8) || word.SequenceEqual("debug"u8) || word.SequenceEqual("panic"u8);

    /// <summary>True for decimal digits only.</summary>
    public static bool IsDigits(ReadOnlySpan<byte> text) => text.Length > 0 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    /// <summary>True for <c>0000:00:19.0</c>, which 2.6 could print first: no line number.</summary>
    public static bool StartsWithPciAddress(ReadOnlySpan<byte> text) =>
        text.Length >= 12 && text[4] == ':' && text[7] == ':' && text[10] == '.';

    private static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text)
    {
        var blank = text.IndexOfAny(" \t"u8);
        return blank < 0 ? text : text[..blank];
    }

    private static bool IsKernel(ReadOnlySpan<byte> word) => word.SequenceEqual("kernel:"u8) || word.SequenceEqual("vmunix:"u8) || word.SequenceEqual("vmkernel:"u8);

    private static bool IsHost(ReadOnlySpan<byte> word) => word.IndexOfAny(NotInHosts) < 0 && (word.IndexOf((byte)':') < 0 || word.IndexOf("::"u8) >= 0);

    // "sudo[4242]:"
    private static bool IsProcess(ReadOnlySpan<byte> word)
    {
        if (!word.EndsWith("]:"u8)) return false;
        var open = word.IndexOf((byte)'[');
        return open > 0 && IsDigits(word[(open + 1)..^2]);
    }
}
