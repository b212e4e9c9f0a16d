using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// Matches kernel messages about network devices against the table. Pure; accepts any bytes and never throws; allocates
/// nothing unless a row matches. The message must start the record, after one of the prefixes that the kernel itself
/// creates. Not all text in a kernel record is the kernel's own: records also start with names of processes, names of
/// USB devices, and text that an administrator of any network namespace sets for firewall logs. In kernel mode, the
/// message must therefore be the complete record (<see cref="IsComplete"/>), and a terse message needs a prefix that
/// names the driver.
/// </summary>
internal static class HangDetector
{
    /// <summary>A longer first line does not match (a record's text is at most 1024 bytes).</summary>
    public const int MaxLineLength = 2048;

    /// <summary>The minimum length of a message that is cut off: its first words.</summary>
    private const int MinCutLength = 12;

    /// <summary>
    /// The minimum length of a message that is cut off within its first words: "Detected Tx Unit", "NETDEV WATCHDOG".
    /// The prefix must then name the driver.
    /// </summary>
    private const int MinStartLength = 15;

    /// <summary>The deepest prefix has four colons: "igb 0000:02:00.0: eth0: igb: eth0 ".</summary>
    private const int MaxColons = 5;

    /// <summary>Looks up one record in the table.</summary>
    /// <param name="text">The record's unescaped text. The first line is matched; further lines are decoded as a
    /// report.</param>
    /// <param name="dictionarySubsystem">SUBSYSTEM= of the record, unescaped, or empty.</param>
    /// <param name="dictionaryDevice">DEVICE= of the record, unescaped, or empty.</param>
    /// <param name="mode">How complete the message must be.</param>
    /// <param name="message">The match.</param>
    /// <returns>
    /// False if no row matches, if the row says to ignore the message, or if dictionary and text name different
    /// devices.
    /// </returns>
    public static bool TryDetect(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> dictionarySubsystem, ReadOnlySpan<byte> dictionaryDevice,
        DetectionMode mode, out NicMessage message)
    {
        message = default;
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        if (line.Length is < PatternIndex.KeyLength or > MaxLineLength) return false;

        // Only link messages follow the name and a blank.
        var index = HangPatterns.AfterColon;
        var mayFollowName = line.IndexOf(RecordFilter.LinkWords) >= 0;
        var isWhole = mode is DetectionMode.Kernel or DetectionMode.Pasted;
        var start = 0;
        for (var colons = 0; ; colons++)
        {
            var rest = line[start..];
            var mayStart = isWhole ? index.Knows(rest) : index.MayKnow(rest);
            if (mayStart && TryMatchAt(index, line, start, mode, out var found)
                || mayFollowName && TryMatchAt(HangPatterns.AfterName, line, AfterName(line, start), mode, out found)
                || rest is [(byte)'[', ..] && TryMatchAt(index, line, AfterBracket(line, start), mode, out found))
                return (mode != DetectionMode.Kernel || IsComplete(found.Row, line, text[line.Length..]))
                    && TryDescribe(
                        found, mode, line, text[line.Length..], dictionarySubsystem, dictionaryDevice, out message);

            var colon = rest.IndexOf(": "u8);
            if (colon < 0 || colons == MaxColons) return false;
            start += colon + 2;
            if (start > KernelPrefix.MaxLength) return false;
        }
    }

    /// <summary>
    /// True if the record holds nothing but the message: no further lines except registers as the drivers print them,
    /// and no control character, which the drivers never print but process names may contain. A firewall's log line may
    /// start with any 127 bytes, but continues with IN= and OUT= (net/netfilter/nf_log_syslog.c
    /// nf_log_dump_packet_common()).
    /// </summary>
    private static bool IsComplete(HangPattern row, ReadOnlySpan<byte> line, ReadOnlySpan<byte> furtherLines)
    {
        if (line.IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0 || line.Contains((byte)0x7f)) return false;
        if (line.IndexOf("IN="u8) is >= 0 and var packet && line[packet..].IndexOf(" OUT="u8) >= 0) return false;
        // Old kernels end some messages with an empty line. More empty lines fill the buffer of syslog(2).
        if (furtherLines.EndsWith("\n"u8)) furtherLines = furtherLines[..^1];
        return furtherLines.IsEmpty || row.HasReport && HangReport.IsReport(furtherLines[1..]);
    }

    // "eth0 NIC Link is Up": the name and a blank
    private static int AfterName(ReadOnlySpan<byte> line, int start)
    {
        var blank = line[start..Math.Min(line.Length, start + InterfaceName.MaxLength + 1)].IndexOf((byte)' ');
        return blank < 0 ? line.Length : start + blank + 1;
    }

    // "[qede_tx_timeout:543(eth0)]TX timeout"
    private static int AfterBracket(ReadOnlySpan<byte> line, int start)
    {
        var bracket = line[start..].IndexOf(")]"u8);
        return bracket < 0 ? line.Length : start + bracket + 2;
    }

    /// <summary>
    /// Finds a row whose format matches the line from a position on, and whose prefixes include the text before it.
    /// </summary>
    private static bool TryMatchAt(
        PatternIndex index, ReadOnlySpan<byte> line, int at, DetectionMode mode, out Found found)
    {
        found = default;
        Span<Range> values = stackalloc Range[MessageFormat.MaxConversions];
        foreach (var row in index.Candidates(line[at..]))
        {
            if (!Matches(row, line[at..], mode, values)) continue;
            if (!TryPrefix(line[..at], row, mode, out var prefix)
                || !Accepts(row, prefix, mode, line[at..], values, out var module))
                continue;
            if (mode == DetectionMode.Begun && row.DeviceAt < 0 && !NamesTheDriver(row, prefix)) continue;
            found = new Found(row, at, module);
            return true;
        }
        return mode == DetectionMode.Cut && TryMatchStart(index, line, at, out found);
    }

    /// <summary>
    /// Finds a message that is cut off within its first words. All rows with that start must be of the same kind.
    /// </summary>
    private static bool TryMatchStart(PatternIndex index, ReadOnlySpan<byte> line, int at, out Found found)
    {
        found = default;
        var message = Blanks.TrimEnd(line[at..]);
        if (message.Length < MinStartLength || !KernelPrefix.TryParse(line[..at], out var prefix)) return false;
        Span<Range> values = stackalloc Range[MessageFormat.MaxConversions];
        foreach (var row in index.Candidates(message))
        {
            if (!row.Message.Start.Span.StartsWith(message)) continue;
            _ = row.Message.TryMatchCut(message, values);
            if (!Accepts(row, prefix, DetectionMode.Cut, message, values, out var module)
                || !NamesTheDriver(row, prefix))
                continue;
            if (!row.IsHangOrWatchdog || found.Row is not null && found.Row.Kind != row.Kind) return false;
            found = found.Row is null ? new Found(row, at, module) : found;
        }
        return found.Row is not null;
    }

    private static bool Matches(HangPattern row, ReadOnlySpan<byte> message, DetectionMode mode, Span<Range> values)
    {
        if (mode is DetectionMode.Kernel or DetectionMode.Pasted) return row.Message.TryMatch(message, values);
        // Enough must be left that no other message starts like it.
        if (!row.IsHangOrWatchdog || row.Message.Start.Length < MinCutLength) return false;
        return row.Message.TryMatchCut(message, values)
            || mode == DetectionMode.Begun && row.Message.Start.Span.StartsWith(Blanks.TrimEnd(message));
    }

    private static bool TryPrefix(ReadOnlySpan<byte> text, HangPattern row, DetectionMode mode, out KernelPrefix prefix)
    {
        // "...: NETDEV WATCHDOG: …": a person replaced the prefix by dots.
        if (mode != DetectionMode.Kernel && row.Distinctive && text.SequenceEqual("...: "u8)) text = default;
        return KernelPrefix.TryParse(text, out prefix);
    }

    /// <summary>True if the row accepts that prefix.</summary>
    private static bool Accepts(
        HangPattern row, in KernelPrefix prefix, DetectionMode mode, ReadOnlySpan<byte> message,
        ReadOnlySpan<Range> values, out bool module)
    {
        module = false;
        if (row.DeviceAt >= 0 && !InterfaceName.TryParse(message[values[row.DeviceAt]], out _)
            || row.FormerNameAt >= 0 && !InterfaceName.TryParse(message[values[row.FormerNameAt]], out _)) return false;
        var pasted = mode != DetectionMode.Kernel;
        if (!pasted && row.IsTerse && !NamesTheDriver(row, prefix)) return false;
        switch (prefix.Shape)
        {
            case PrefixShapes.Bare:
                return row.Takes(PrefixShapes.Bare) || pasted && row.Distinctive;
            case PrefixShapes.Word:
                var printsIt = row.Drivers.Contains(prefix.Name);
                module = printsIt || NetDrivers.IsKnown(prefix.Name);
                if (module) return printsIt && row.Takes(PrefixShapes.Module) || pasted && row.Distinctive;
                return row.Takes(PrefixShapes.Netdev)
                    && InterfaceName.TryParse(prefix.Name, out _)
                    && !PrefixWords.IsOtherDevice(prefix.Name);
            case PrefixShapes.Device:
                if (row.Drivers.Contains(prefix.Driver))
                    return row.Takes(PrefixShapes.Device) || pasted && row.Takes(PrefixShapes.Netdev);
                // Without an interface, only the watchdog's text is unambiguous among shared texts: PCI ports have
                // links too.
                return pasted && row.Distinctive && (prefix.Driver.IsEmpty || row.AnyDriver);
            default:
                return row.Takes(prefix.Shape) && AcceptsDriver(row, prefix);
        }
    }

    // A function with its line number is longer than any process name.
    private static bool NamesTheDriver(HangPattern row, in KernelPrefix prefix) =>
        prefix.IsFull
        || row.Drivers.Contains(prefix.Driver)
        || prefix.Shape is PrefixShapes.Function or PrefixShapes.Traced;

    private static bool AcceptsDriver(HangPattern row, in KernelPrefix prefix)
    {
        // "usb 1-1.2: Product: …": the device chooses this text.
        if (prefix.Driver.SequenceEqual("usb"u8)) return false;
        if (prefix.Driver.IsEmpty || row.Drivers.Contains(prefix.Driver)) return true;
        return row.AnyDriver && (!prefix.NeedsKnownDriver || NetDrivers.IsKnown(prefix.Driver));
    }

    private static bool TryDescribe(
        Found found, DetectionMode mode, ReadOnlySpan<byte> line, ReadOnlySpan<byte> furtherLines,
        ReadOnlySpan<byte> subsystem, ReadOnlySpan<byte> device, out NicMessage described)
    {
        described = default;
        var row = found.Row;
        if (row.Kind == MessageKind.Ignored) return false;
        // Repeats two earlier steps, which costs less than passing their results on for every record.
        _ = TryPrefix(line[..found.At], row, mode, out var prefix);
        if (!TryBus(prefix.Bus, subsystem, device, out var bus)) return false;
        var message = line[found.At..];
        Span<Range> values = stackalloc Range[MessageFormat.MaxConversions];
        _ = Matches(row, message, mode, values);

        var name = found.IsModule ? default : prefix.Name;
        if (row.DeviceAt >= 0) name = message[values[row.DeviceAt]];
        // No name, or a placeholder of the kernel: the bus address is enough.
        _ = InterfaceName.TryParse(name, out var interfaceName);
        _ = InterfaceName.TryParse(
            row.FormerNameAt >= 0 ? message[values[row.FormerNameAt]] : default, out var formerName);
        var report = row.HasReport ? HangReport.Decode(furtherLines) : null;
        described = new NicMessage
        {
            Pattern = row,
            Driver = Driver(found, prefix, message, values),
            Bus = bus,
            Device = interfaceName,
            FormerDevice = formerName,
            Queue = (int?)Number(message, values, row.QueueAt) ?? report?.Queue,
            Milliseconds =
                Number(message, values, row.MillisecondsAt) ?? Number(message, values, row.MicrosecondsAt) / 1000,
            Report = report,
        };
        return true;
    }

    /// <summary>
    /// The bus address of text and dictionary, which must be equal. The kernel writes DEVICE=+pci:0000:00:1f.6 for the
    /// netdev's parent.
    /// </summary>
    private static bool TryBus(
        ReadOnlySpan<byte> inText, ReadOnlySpan<byte> subsystem, ReadOnlySpan<byte> device, out BusAddress bus)
    {
        _ = BusAddress.TryParse(inText, out bus);
        if (device.IsEmpty) return true;
        // A network device is not a block or character device.
        if (device[0] is (byte)'b' or (byte)'c') return false;
        if (device[0] != '+') return true;
        var colon = device.IndexOf((byte)':');
        if (colon < 0 || !subsystem.IsEmpty && !device[1..colon].SequenceEqual(subsystem)) return false;
        var address = device[(colon + 1)..];
        return inText.IsEmpty ? BusAddress.TryParse(address, out bus) : inText.SequenceEqual(address);
    }

    private static string? Driver(
        Found found, in KernelPrefix prefix, ReadOnlySpan<byte> message, ReadOnlySpan<Range> values)
    {
        var row = found.Row;
        if (found.IsModule) return NetDrivers.Name(prefix.Name);
        if (row.DriverAt >= 0 && message[values[row.DriverAt]] is { Length: > 0 } named && NetDrivers.IsName(named))
            return NetDrivers.Name(named);
        if (prefix.Driver.Length > 0) return NetDrivers.Name(prefix.Driver);
        return row.Drivers is [var only] ? only : null;
    }

    private static long? Number(ReadOnlySpan<byte> message, ReadOnlySpan<Range> values, int at) =>
        at >= 0 && Utf8Parser.TryParse(message[values[at]], out long number, out _) ? number : null;

    private static bool Contains(this ImmutableArray<string> drivers, ReadOnlySpan<byte> name)
    {
        foreach (var driver in drivers)
            if (Ascii.Equals(name, driver)) return true;
        return false;
    }

    /// <param name="Row">The row that matches.</param>
    /// <param name="At">The start of the message in the line.</param>
    /// <param name="IsModule">True if the only word of the prefix is the module, not an interface.</param>
    private readonly record struct Found(HangPattern Row, int At, bool IsModule);
}
