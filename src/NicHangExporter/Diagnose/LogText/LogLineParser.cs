using System.Buffers;
using System.Buffers.Text;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>
/// Removes the parts that dmesg, journalctl, syslog daemons, editors and people put in front of a kernel message, one
/// layer at a time and in any order: quotes and line numbers, priorities, facilities, times, hosts and tags. There is
/// no list of formats, because people combine them. Pure; accepts any bytes and never throws.
/// </summary>
internal ref partial struct LogLineParser
{
    /// <summary>The maximum number of layers. No log has as many.</summary>
    private const int MaxLayers = 12;

    private static readonly SearchValues<byte> UptimeCharacters = SearchValues.Create("0123456789:."u8);

    private ReadOnlySpan<byte> _text;
    private LogStamp _stamp;
    private LogStamp _other;
    private LogOrigin _origin;
    private bool _dated;
    private bool _hostFollows;
    private bool _tagged;
    private bool _quoted;
    private bool _isEsx;

    /// <summary>Parses one line without its end.</summary>
    public static LogLine Parse(ReadOnlySpan<byte> line)
    {
        var parser = new LogLineParser { _text = Markup.TrimEnd(line) };
        parser.Peel();
        return new LogLine
        {
            Origin = parser._origin,
            Stamp = parser._stamp,
            OtherStamp = parser._other,
            IsEsx = parser._isEsx,
            Text = parser._text,
        };
    }

    private void Peel()
    {
        for (var layer = 0; layer < MaxLayers && _origin != LogOrigin.Process; layer++)
        {
            // A hard reset leaves NULs in a file.
            _text = _text.TrimStart(" \t\0"u8);
            if (_text.IsEmpty
                || !(
                    TryQuote()
                    || TryMarkup()
                    || TryPriority()
                    || TryStamp()
                    || TryCaller()
                    || TryFacility()
                    || TryEsx()
                    || TryTag()
                    || TryNumberOrFile()
                    || TryOtherProgram()
                    || TryRemark()))
                return;
        }
    }

    // "<3>": the syslog priority. Facility 0 is the kernel; a process can't have it.
    private bool TryPriority()
    {
        var end = _text[..Math.Min(_text.Length, 6)].IndexOf((byte)'>');
        if (_text[0] != '<'
            || end < 2
            || !Utf8Parser.TryParse(_text[1..end], out int priority, out var used)
            || used != end - 1)
            return false;
        _origin = priority is >= 0 and < 8 ? LogOrigin.Kernel : LogOrigin.Process;
        _text = _text[(end + 1)..];
        if (_text.StartsWith("1 "u8)) TryRfc5424();
        return true;
    }

    // "1 2026-07-24T15:52:37.123456+02:00 host kernel - - - message"
    private void TryRfc5424()
    {
        var rest = _text[2..];
        if (!StampParser.TryDate(ref rest, out var stamp, out _)) return;
        _stamp = stamp;
        _dated = true;
        _hostFollows = true;
        // Some daemons write host and tag after the date even so. Then the ordinary rule applies.
        _text = rest;
        var isKernel = false;
        for (var word = 0; word < 4; word++)
        {
            var blank = rest.IndexOf((byte)' ');
            if (blank <= 0) return;
            if (word == 1) isKernel = rest[..blank].SequenceEqual("kernel"u8);
            rest = rest[(blank + 1)..];
        }
        // Structured data: "-" or "[…]".
        var data = rest is [(byte)'[', ..] ? rest.IndexOf("] "u8) + 1 : rest is [(byte)'-', ..] ? 1 : 0;
        if (data == 0) return;
        if (!isKernel) _origin = LogOrigin.Process;
        _tagged = true;
        _text = rest[data..];
    }

    private bool TryStamp()
    {
        if (StampParser.TryBracket(ref _text, out var stamp))
        {
            // The time since boot is more precise, and it is the kernel's own.
            if (_stamp.Clock == LogClockKind.None) _stamp = stamp;
            else if (_stamp.Clock != stamp.Clock) (_stamp, _other) = (stamp, _stamp);
            // Host and tag come before it, except in journalctl.
            if (_dated) _hostFollows = false;
            return true;
        }
        if (_tagged || !StampParser.TryDate(ref _text, out stamp, out var comma)) return false;
        if (_stamp.Clock == LogClockKind.None) _stamp = stamp;
        _dated = true;
        _hostFollows = !comma;
        return true;
    }

    // "[   C28]", "[ T1234]": CONFIG_PRINTK_CALLER
    private bool TryCaller()
    {
        if (_text[0] != '[') return false;
        var end = _text[..Math.Min(_text.Length, 16)].IndexOf((byte)']');
        if (end < 3) return false;
        var inside = _text[1..end].Trim((byte)' ');
        if (inside is not [(byte)'T' or (byte)'C', _, ..]
            || inside[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            return false;
        _text = _text[(end + 1)..];
        return true;
    }

    // "kern  :err   : " of dmesg --decode, "kern:     err: " of Talos, "kern.err " of logread and BusyBox
    private bool TryFacility()
    {
        if (_tagged) return false;
        var end = _text.IndexOfAny(" :."u8);
        if (end <= 0 || !LogTags.IsFacility(_text[..end])) return false;
        var facility = _text[..end];
        var rest = _text[end..];
        if (rest[0] == '.')
        {
            rest = rest[1..];
            end = rest.IndexOf((byte)' ');
            if (end <= 0 || !LogTags.IsLevel(rest[..end])) return false;
            rest = rest[end..];
            _hostFollows = true;
        }
        else
        {
            rest = rest.TrimStart((byte)' ');
            if (rest is not [(byte)':', ..]) return false;
            rest = rest[1..].TrimStart((byte)' ');
            end = rest.IndexOfAny(" :"u8);
            if (end <= 0 || !LogTags.IsLevel(rest[..end])) return false;
            rest = rest[end..].TrimStart((byte)' ');
            if (rest is not [(byte)':', ..]) return false;
            rest = rest[1..];
        }
        _origin = facility.SequenceEqual("kern"u8) ? LogOrigin.Kernel : LogOrigin.Process;
        _text = rest;
        return true;
    }

    // "cpu1:65936)<3>", "In(182) vmkernel: cpu1:65936)", "0:03:04:05.678 cpu3:4099)": VMware
    private bool TryEsx()
    {
        if (TryLinNet()) return true;
        if (_isEsx) return false;
        // Version 4 writes the time since boot with days. After vmkernel's tag the CPU may be missing.
        var blank = _text[..Math.Min(_text.Length, 24)].IndexOf((byte)' ');
        if (char.IsAsciiDigit((char)_text[0]) && blank > 0
            && (_text[blank..].StartsWith(" cpu"u8) || _tagged && IsUptime(_text[..blank])))
        {
            _text = _text[(blank + 1)..];
            if (!_text.StartsWith("cpu"u8)) return true;
        }
        var end = _text[..Math.Min(_text.Length, 24)].IndexOf((byte)')');
        if (end < 0) return false;
        var colon = _text.StartsWith("cpu"u8) ? _text.IndexOf((byte)':') : -1;
        var isCpu =
            colon > 3
            && colon < end
            && PrefixWords.IsDigits(_text[3..colon])
            && PrefixWords.IsDigits(_text[(colon + 1)..end]);
        var isLevel =
            end > 3
            && _text[2] == '('
            && char.IsAsciiLetterUpper((char)_text[0])
            && PrefixWords.IsDigits(_text[3..end]);
        if (!isCpu && !isLevel) return false;
        _text = _text[(end + 1)..];
        _hostFollows &= !isCpu;
        _isEsx = isCpu;
        return true;
    }

    // "WARNING: LinNet: netdev_watchdog:3678: NETDEV WATCHDOG: …"
    private bool TryLinNet()
    {
        var rest = _text.StartsWith("WARNING: "u8) ? _text["WARNING: ".Length..] : _text;
        if (!rest.StartsWith("LinNet: "u8)) return false;
        rest = rest["LinNet: ".Length..];
        var end = rest.IndexOf(": "u8);
        var colon = rest.IndexOf((byte)':');
        // Older versions have no line number after the function.
        if (colon <= 0 || end < colon || !NetDrivers.IsName(rest[..colon])) return false;
        if (end > colon && !PrefixWords.IsDigits(rest[(colon + 1)..end])) return false;
        _text = rest[(end + 2)..];
        _isEsx = true;
        return true;
    }

    // "3:03:04:05.678"
    private static bool IsUptime(ReadOnlySpan<byte> word) =>
        word.Length >= 14 && word.IndexOfAnyExcept(UptimeCharacters) < 0
        && word[^4] == '.' && word[^7] == ':' && word[^10] == ':' && word[^13] == ':';

    // "kernel: ", "host kernel: "; any other tag is a process.
    private bool TryTag()
    {
        if (_tagged)
        {
            // "kernel: kernel: [  512.1] …": a daemon added its tag before that of another daemon
            var again = _origin == LogOrigin.Kernel ? LogTags.KernelTag(_text) : 0;
            _text = _text[again..];
            return again > 0;
        }
        switch (LogTags.Find(_text, _hostFollows, out var length))
        {
            case LogOrigin.Kernel:
                // A facility other than the kernel's was handled before.
                _origin = LogOrigin.Kernel;
                _tagged = true;
                _text = _text[length..];
                return true;
            case LogOrigin.Process:
                _origin = LogOrigin.Process;
                return true;
            default:
                // BusyBox: "Jan  1 00:00:18 host kern.err kernel: "
                if (!_hostFollows || length == 0) return false;
                _hostFollows = false;
                _text = _text[length..];
                return true;
        }
    }

    /// <summary>True for text that starts with a time or a facility.</summary>
    public static bool IsLog(ReadOnlySpan<byte> text)
    {
        var ahead = new LogLineParser { _text = text };
        return !text.IsEmpty && (ahead.TryStamp() || ahead.TryFacility());
    }
}
