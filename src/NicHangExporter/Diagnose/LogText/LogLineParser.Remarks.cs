using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// The layers that people and their programs add to a line: quotes, markup, line numbers, file names, prompts, remarks.
/// </summary>
internal ref partial struct LogLineParser
{
    /// <summary>The longest file name that is looked for in front of a line.</summary>
    public const int MaxFileName = 512;

    /// <summary>The most signs, quotes and pieces of markup in front of one line.</summary>
    private const int MaxSigns = 4;

    // "> " of mail and forums, ":" of abrt
    private bool TryQuote()
    {
        if (_tagged || _text is not [(byte)'>' or (byte)'|' or (byte)':', ..]) return false;
        _quoted = true;
        _text = _text[1..];
        return true;
    }

    private bool TryMarkup()
    {
        if (_tagged || !Markup.TryStart(_text, out var rest)) return false;
        _text = rest;
        return true;
    }

    // "3055 [ 268.1]" of vi, "123:[ 268.1]" of grep -n, "/var/log/kern.log:Oct 29"
    private bool TryNumberOrFile()
    {
        if (_tagged || _dated || _stamp.Clock != LogClockKind.None) return false;
        var digits = _text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits is > 0 and <= 9
            && _text[digits] is (byte)' ' or (byte)'\t' or (byte)':' or (byte)'-' or (byte)'|'
            && !LogTags.StartsWithPciAddress(_text))
        {
            _text = _text[(digits + 1)..];
            return true;
        }
        // A file name, or the node address of Talos, before text that this parser knows.
        var end = _text.IndexOfAny(": "u8);
        if (end <= 0 || _text[end] != ':') return false;
        var rest = _text[(end + 1)..].TrimStart((byte)' ');
        // grep -Hn: also the line number.
        digits = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        if (digits > 0 && rest[digits] == ':' && rest.Length > digits + 1 && !char.IsAsciiDigit((char)rest[digits + 1]))
            rest = rest[(digits + 1)..];
        if (!IsLog(rest)) return false;
        _text = rest;
        return true;
    }

    // Additions of people, shells and containers count only before text that this parser knows.
    private bool TryOtherProgram()
    {
        if (_tagged) return false;
        var isTimed = _dated || _stamp.Clock != LogClockKind.None;
        // "2024-05-14T08:12:33.123456789Z stdout F [  512.1] …" of containerd
        if (_dated
            && _hostFollows
            && _text.Length > 9
            && (_text.StartsWith("stdout "u8) || _text.StartsWith("stderr "u8))
            && _text[7] is (byte)'F' or (byte)'P')
            return TryBefore(_text[8..]);
        if (isTimed) return false;
        // "* [  512.1] …", "+[  512.1] …"
        if (_text[0] is (byte)'*' or (byte)'+' or (byte)'-' && TryBefore(_text[1..])) return true;
        // "node-logger-1  | [  512.1] …" of docker compose; not the cell of a table
        if (!_quoted
            && _text[..Math.Min(_text.Length, 80)].IndexOf(" | "u8) is > 0 and var bar
            && _text[..bar].TrimEnd((byte)' ').IndexOf((byte)' ') < 0
            && TryBefore(_text[(bar + 3)..]))
            return true;
        // "debian login: [  512.1] …" of a serial console
        if (_text[..Math.Min(_text.Length, 80)].IndexOf(" login: ["u8) is > 0 and var login
            && TryBefore(_text[(login + 8)..]))
            return true;
        // "/var/log/kern.log-Mar 5 …" of grep -C. The text after each dash is checked, so the length of the name is
        // limited.
        var word = _text[..Math.Max(_text[..Math.Min(_text.Length, MaxFileName)].IndexOf((byte)' '), 0)];
        for (var dash = word.IndexOf((byte)'-'); dash > 0;
            dash = word[(dash + 1)..].IndexOf((byte)'-') is >= 0 and var next ? dash + 1 + next : -1)
            if (TryBefore(_text[(dash + 1)..])) return true;
        return false;
    }

    // "root@pve:~# [  512.1] …", "--> e1000e …: Detected Hardware Unit Hang:", "3. [  512.1] …", " - `[  512.1] …`":
    // a prompt, an arrow, a bullet
    private bool TryRemark()
    {
        if (_tagged || _dated || _stamp.Clock != LogClockKind.None) return false;
        var text = _text;
        // A Markdown heading may name a message.
        var isHeading = text.StartsWith("##"u8);
        for (var signs = 0; signs < MaxSigns && !text.IsEmpty; signs++)
        {
            if (ShellPrompt.TryStart(text, out var rest))
            {
                if (ShellPrompt.TryCommand(rest, out var printed)) rest = printed;
            }
            else if (!Remark.TryStart(text, out rest) && (signs == 0 || !TrySecondSign(text, out rest))) return false;
            text = rest.TrimStart(" \t"u8);
            if (!(isHeading ? IsLog(text) : IsRecord(text))) continue;
            _text = text;
            return true;
        }
        return false;
    }

    // Quotes and markup can follow a remark.
    private static bool TrySecondSign(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        if (Markup.TryStart(text, out rest)) return true;
        rest = text is [(byte)'>' or (byte)'|', ..] ? text[1..] : default;
        return !rest.IsEmpty;
    }

    /// <summary>True for text that starts as a log line, for a message, and for a further line of a report.</summary>
    private static bool IsRecord(ReadOnlySpan<byte> text) =>
        IsLog(text) || LogTags.Find(text, hostFollows: false, out _) == LogOrigin.Kernel
        || DamagedMessage.IsMessageOrRemarked(text) || DamagedMessage.IsMessage(text, DetectionMode.Cut)
        || HangReport.IsContinuation(text);

    private bool TryBefore(ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart(" \t"u8);
        if (!IsLog(rest)) return false;
        _text = rest;
        return true;
    }
}
