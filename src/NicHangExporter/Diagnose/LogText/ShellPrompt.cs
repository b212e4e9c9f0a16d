using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// The prompt of a shell and a command: <c>root@pve:~# dmesg | tail </c>, <c>[root@host ~]# </c>, <c>~ # </c>.
/// </summary>
internal static class ShellPrompt
{
    private const int MaxLength = 80;

    private const int MaxCommandLength = 256;

    private static readonly byte[][] Commands =
    [
        "dmesg"u8.ToArray(), "journalctl"u8.ToArray(), "cat"u8.ToArray(), "tail"u8.ToArray(), "head"u8.ToArray(),
        "less"u8.ToArray(), "more"u8.ToArray(), "grep"u8.ToArray(), "egrep"u8.ToArray(), "zgrep"u8.ToArray(),
        "zcat"u8.ToArray(), "logread"u8.ToArray(), "sudo"u8.ToArray(),
    ];

    /// <summary>Removes a prompt from the start.</summary>
    /// <param name="text">The line.</param>
    /// <param name="rest">The text after the prompt.</param>
    public static bool TryStart(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        rest = text;
        var sign = text[..Math.Min(text.Length, MaxLength)].IndexOfAny("#$%"u8);
        if (sign <= 0 || sign + 1 >= text.Length || text[sign + 1] != ' ') return false;
        var front = text[..sign].TrimEnd((byte)' ');
        if (front.IndexOf(": "u8) >= 0 || front.IsEmpty) return false;
        if (front.IndexOf((byte)'@') <= 0
            && front[^1] is not ((byte)'~' or (byte)'/' or (byte)']')
            && front[0] is not ((byte)'~' or (byte)'/')
            && !IsHost(front)) return false;
        rest = text[(sign + 1)..].TrimStart((byte)' ');
        return true;
    }

    /// <summary>Removes a command from the start if its output follows on the same line.</summary>
    /// <param name="text">The line after its prompt.</param>
    /// <param name="printed">The output of the command.</param>
    public static bool TryCommand(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> printed)
    {
        printed = text;
        if (!IsCommand(text)) return false;
        var end = Math.Min(text.Length, MaxCommandLength);
        for (var at = LogTags.NextWord(text, 0); at < end; at = LogTags.NextWord(text, at))
        {
            if (!IsPrinted(text, at)) continue;
            printed = text[at..];
            return true;
        }
        return false;
    }

    /// <summary>True for a prompt, alone or with a command that prints logs.</summary>
    public static bool Is(ReadOnlySpan<byte> text) => TryStart(text, out var rest) && (rest.IsEmpty || IsCommand(rest));

    /// <summary>True if such a command follows.</summary>
    public static bool IsCommand(ReadOnlySpan<byte> text)
    {
        foreach (var command in Commands)
            if (text.StartsWith(command)
                && (text.Length == command.Length || text[command.Length] is (byte)' ' or (byte)'|'))
                return true;
        return false;
    }

    // Output starts with a time, the kernel's tag, or a message that names its device and is not a pattern of grep.
    private static bool IsPrinted(ReadOnlySpan<byte> text, int at)
    {
        var rest = text[at..];
        if (rest[0] is (byte)'-' or (byte)'|' || IsCommand(rest)) return false;
        var mayBeTime =
            rest[0] is (byte)'[' or (byte)'<' || char.IsAsciiDigit((char)rest[0]) || StampParser.StartsWithName(rest);
        if (mayBeTime && LogLineParser.IsLog(rest)) return true;
        if (LogTags.Find(rest, hostFollows: false, out _) == LogOrigin.Kernel) return true;
        return MessageStart.IsAt(text, at) && !IsPattern(text[..at]) && NamesADevice(rest);
    }

    private static bool NamesADevice(ReadOnlySpan<byte> text)
    {
        if (DamagedMessage.TryRepair(text, DetectionMode.Pasted, out var repaired, out var mode)) text = repaired;
        return HangDetector.TryDetect(text, default, default, mode, out var message)
            && !(message.Device.IsEmpty && message.Bus.IsEmpty);
    }

    // The first word after grep and its options is its pattern.
    private static bool IsPattern(ReadOnlySpan<byte> before)
    {
        while (true)
        {
            before = before.TrimEnd((byte)' ');
            var word = before[(before.LastIndexOf((byte)' ') + 1)..];
            if (word is not [(byte)'-', ..]) return word.EndsWith("grep"u8);
            before = before[..^word.Length];
        }
    }

    // "pve# "
    private static bool IsHost(ReadOnlySpan<byte> word)
    {
        var hasLetter = false;
        foreach (var octet in word)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'-' or (byte)'.')) return false;
            hasLetter |= char.IsAsciiLetter((char)octet);
        }
        return hasLetter;
    }
}
