namespace NicHangExporter.Hangs.LogText;

/// <summary>The prompt of a shell, and the command that somebody has typed at it: <c>root@pve:~# dmesg | tail </c>, <c>[root@host ~]# </c>, <c>~ # </c>.</summary>
internal static class ShellPrompt
{
    private const int MaxLength = 80;

    private static readonly byte[][] Commands =
        ["dmesg"u8.ToArray(), "journalctl"u8.ToArray(), "cat"u8.ToArray(), "tail"u8.ToArray(), "head"u8.ToArray(), "less"u8.ToArray(), "more"u8.ToArray(), "grep"u8.ToArray(), "egrep"u8.ToArray(), "zgrep"u8.ToArray(), "zcat"u8.ToArray(), "logread"u8.ToArray(), "sudo"u8.ToArray()];

    /// <summary>Takes a prompt off the start.</summary>
    /// <param name="text">The line.</param>
    /// <param name="rest">What follows the prompt.</param>
    public static bool TryStart(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        rest = text;
        var sign = text[..Math.Min(text.Length, MaxLength)].IndexOfAny("#$%"u8);
        if (sign <= 0 || sign + 1 >= text.Length || text[sign + 1] != ' ') return false;
        var front = text[..sign].TrimEnd((byte)' ');
        if (front.IndexOf(": "u8) >= 0 || front.IsEmpty) return false;
        if (front.IndexOf((byte)'@') <= 0 && front[^1] is not ((byte)'~' or (byte)'/' or (byte)']') && front[0] is not ((byte)'~' or (byte)'/')) return false;
        rest = text[(sign + 1)..].TrimStart((byte)' ');
        return true;
    }

    /// <summary>True for a prompt and nothing but a command that prints logs.</summary>
    public static bool Is(ReadOnlySpan<byte> text) => TryStart(text, out var rest) && (rest.IsEmpty || IsCommand(rest));

    /// <summary>True where such a command follows.</summary>
    public static bool IsCommand(ReadOnlySpan<byte> text)
    {
        foreach (var command in Commands)
            if (text.StartsWith(command) && (text.Length == command.Length || text[command.Length] is (byte)' ' or (byte)'|')) return true;
        return false;
    }
}
