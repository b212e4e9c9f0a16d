using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Hangs;

/// <summary>
/// Tells what a kernel message says of a network device. Pure; takes any bytes and never throws; allocates nothing unless a row of the table
/// matches. The message must start the record, behind one of the prefixes that the kernel itself makes.
/// </summary>
internal static class HangDetector
{
    /// <summary>A first line longer than this is no message of the table (a record's text is at most 1024 bytes).</summary>
    public const int MaxLineLength = 2048;

    /// <summary>The deepest prefix has four colons: "igb 0000:02:00.0: eth0: igb: eth0 ".</summary>
    private const int MaxColons = 5;

    /// <summary>Looks one record up in the table.</summary>
    /// <param name="text">The record's text, unescaped: the first line is matched, further ones are decoded as a report.</param>
    /// <param name="dictionarySubsystem">SUBSYSTEM= of the record, unescaped, or empty.</param>
    /// <param name="dictionaryDevice">DEVICE= of the record, unescaped, or empty.</param>
    /// <param name="mode">How much must be there.</param>
    /// <param name="message">What the record says.</param>
    /// <returns>False where the table has no such message, or says to ignore it, or where the dictionary names another device than the text.</returns>
    public static bool TryDetect(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> dictionarySubsystem, ReadOnlySpan<byte> dictionaryDevice, DetectionMode mode, out NicMessage message)
    {
        message = default;
        var end = text.IndexOf((byte)'\n');
        var line = end < 0 ? text : text[..end];
        if (line.Length is < PatternIndex.KeyLength or > MaxLineLength) return false;

        var start = 0;
        for (var colons = 0; ; colons++)
        {
            var rest = line[start..];
            var rows = HangPatterns.AfterColon.Candidates(rest);
            if (!rows.IsEmpty && TryRows(rows, line, start, mode, out var match))
                return TryDescribe(match, line[start..], text[line.Length..], dictionarySubsystem, dictionaryDevice, out message);

            if (TryAfterName(line, start, mode, out var at, out match) || TryAfterBracket(line, start, mode, out at, out match))
                return TryDescribe(match, line[at..], text[line.Length..], dictionarySubsystem, dictionaryDevice, out message);

            var colon = rest.IndexOf(": "u8);
            if (colon < 0 || colons == MaxColons) return false;
            start += colon + 2;
            if (start > KernelPrefix.MaxLength) return false;
        }
    }

    // "eth0 NIC Link is Up": the name and a blank
    private static bool TryAfterName(ReadOnlySpan<byte> line, int start, DetectionMode mode, out int at, out Match match)
    {
        var rest = line[start..];
        at = start + rest[..Math.Min(rest.Length, InterfaceName.MaxLength + 1)].IndexOf((byte)' ') + 1;
        match = default;
        if (at == start) return false;
        var rows = HangPatterns.AfterName.Candidates(line[at..]);
        return !rows.IsEmpty && TryRows(rows, line, at, mode, out match);
    }

    // "[qede_tx_timeout:543(eth0)]TX timeout"
    private static bool TryAfterBracket(ReadOnlySpan<byte> line, int start, DetectionMode mode, out int at, out Match match)
    {
        at = start;
        match = default;
        if (start >= line.Length || line[start] != '[') return false;
        var bracket = line[start..].IndexOf(")]"u8);
        if (bracket < 0) return false;
        at = start + bracket + 2;
        var rows = HangPatterns.AfterColon.Candidates(line[at..]);
        return !rows.IsEmpty && TryRows(rows, line, at, mode, out match);
    }

    private static bool TryRows(ReadOnlySpan<HangPattern> rows, ReadOnlySpan<byte> line, int at, DetectionMode mode, out Match match)
    {
        match = default;
        Span<Range> values = stackalloc Range[MessageFormat.MaxConversions];
        foreach (var row in rows)
        {
            if (!row.Message.TryMatch(line[at..], values)) continue;
            var prefix = line[..at];
            if (!KernelPrefix.TryParse(prefix, out var parsed))
            {
                // "...: NETDEV WATCHDOG: …": somebody has written dots for the prefix.
                if (mode == DetectionMode.Kernel || !prefix.SequenceEqual("...: "u8)) continue;
                _ = KernelPrefix.TryParse(default, out parsed);
            }
            if (!Accepts(row, parsed, mode, line[at..], values, out var module)) continue;
            match = new Match(row, parsed, module);
            return true;
        }
        return false;
    }

    /// <summary>True where the row may have that prefix.</summary>
    private static bool Accepts(HangPattern row, in KernelPrefix prefix, DetectionMode mode, ReadOnlySpan<byte> message, ReadOnlySpan<Range> values, out bool module)
    {
        module = false;
        if (row.DeviceAt >= 0 && !InterfaceName.TryParse(message[values[row.DeviceAt]], out _)) return false;
        var pasted = mode == DetectionMode.Pasted;
        switch (prefix.Shape)
        {
            case PrefixShapes.Bare:
                return row.Shapes.HasFlag(PrefixShapes.Bare) || pasted && row.Distinctive;
            case PrefixShapes.Word:
                module = row.Drivers.Contains(prefix.Name) || NetDrivers.IsKnown(prefix.Name);
                if (module) return row.Shapes.HasFlag(PrefixShapes.Module) || pasted && row.Distinctive;
                return row.Shapes.HasFlag(PrefixShapes.Netdev) && InterfaceName.TryParse(prefix.Name, out _);
            case PrefixShapes.Device:
                if (row.Drivers.Contains(prefix.Driver))
                    return row.Shapes.HasFlag(PrefixShapes.Device) || pasted && row.Shapes.HasFlag(PrefixShapes.Netdev);
                // Of many drivers' words without an interface only the watchdog's are beyond doubt: PCI ports have links as well.
                return pasted && row.Distinctive && (prefix.Driver.IsEmpty || row.AnyDriver);
            default:
                return row.Shapes.HasFlag(prefix.Shape) && AcceptsDriver(row, prefix);
        }
    }

    private static bool AcceptsDriver(HangPattern row, in KernelPrefix prefix)
    {
        if (prefix.Driver.IsEmpty || row.Drivers.Contains(prefix.Driver)) return true;
        return row.AnyDriver && (!prefix.NeedsKnownDriver || NetDrivers.IsKnown(prefix.Driver));
    }

    private static bool TryDescribe(
        in Match match, ReadOnlySpan<byte> message, ReadOnlySpan<byte> furtherLines, ReadOnlySpan<byte> subsystem, ReadOnlySpan<byte> device, out NicMessage described)
    {
        described = default;
        var row = match.Row;
        if (row.Kind == MessageKind.Ignored || !TryBus(match.Prefix.Bus, subsystem, device, out var bus)) return false;
        Span<Range> values = stackalloc Range[MessageFormat.MaxConversions];
        row.Message.TryMatch(message, values);

        var name = match.Module ? default : match.Prefix.Name;
        if (row.DeviceAt >= 0) name = message[values[row.DeviceAt]];
        // No name, or one that the kernel had to stand in for: the bus address will do.
        _ = InterfaceName.TryParse(name, out var interfaceName);
        var formerName = default(InterfaceName);
        if (row.FormerNameAt >= 0 && !InterfaceName.TryParse(message[values[row.FormerNameAt]], out formerName)) return false;
        var report = row.HasReport ? HangReport.Decode(furtherLines) : null;
        described = new NicMessage
        {
            Pattern = row,
            Driver = Driver(match, message, values),
            Bus = bus,
            Device = interfaceName,
            FormerDevice = formerName,
            Queue = (int?)Number(message, values, row.QueueAt) ?? report?.Queue,
            Milliseconds = Number(message, values, row.MillisecondsAt) ?? Number(message, values, row.MicrosecondsAt) / 1000,
            Report = report,
        };
        return true;
    }

    /// <summary>The bus address of text and dictionary, which must agree. The kernel writes DEVICE=+pci:0000:00:1f.6 for the netdev's parent.</summary>
    private static bool TryBus(ReadOnlySpan<byte> inText, ReadOnlySpan<byte> subsystem, ReadOnlySpan<byte> device, out BusAddress bus)
    {
        _ = BusAddress.TryParse(inText, out bus);
        if (device.IsEmpty) return true;
        // A network device is neither a block nor a character device.
        if (device[0] is (byte)'b' or (byte)'c') return false;
        if (device[0] != '+') return true;
        var colon = device.IndexOf((byte)':');
        if (colon < 0 || !subsystem.IsEmpty && !device[1..colon].SequenceEqual(subsystem)) return false;
        var address = device[(colon + 1)..];
        return inText.IsEmpty ? BusAddress.TryParse(address, out bus) : inText.SequenceEqual(address);
    }

    private static string? Driver(in Match match, ReadOnlySpan<byte> message, ReadOnlySpan<Range> values)
    {
        var row = match.Row;
        if (match.Module) return NetDrivers.Name(match.Prefix.Name);
        if (row.DriverAt >= 0 && message[values[row.DriverAt]] is { Length: > 0 } named && NetDrivers.IsName(named)) return NetDrivers.Name(named);
        if (match.Prefix.Driver.Length > 0) return NetDrivers.Name(match.Prefix.Driver);
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

    private readonly ref struct Match(HangPattern row, KernelPrefix prefix, bool module)
    {
        public HangPattern Row { get; } = row;

        public KernelPrefix Prefix { get; } = prefix;

        /// <summary>True where the one word of the prefix is the module, not an interface.</summary>
        public bool Module { get; } = module;
    }
}
