using System.Buffers;
using NicHangExporter.Linux;

namespace NicHangExporter.Detection.Patterns;

/// <summary>Classifies the words of a <see cref="KernelPrefix"/>.</summary>
internal static class PrefixWords
{
    /// <summary>Hexadecimal digits, lower and upper case.</summary>
    public static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    private static readonly SearchValues<byte> BusCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:_-@+"u8);

    /// <summary>True for a word that is an address on a bus and not an interface.</summary>
    public static bool IsBusAddress(ReadOnlySpan<byte> word)
    {
        if (!IsBusWord(word)) return false;
        if (word.IndexOf((byte)':') >= 0 || word.Length > InterfaceName.MaxLength) return true;
        if (StartsWithThenDigits(word, "virtio"u8)
            || StartsWithThenDigits(word, "netdevsim"u8)
            || StartsWithThenDigits(word, "vif-"u8))
            return true;
        // A platform device by its address (1e100000.ethernet), or a device of a virtual I/O bus (30000002).
        var hexadecimal = word.IndexOfAnyExcept(HexDigits);
        return hexadecimal < 0 ? word.Length >= 8 : hexadecimal >= 5 && word[hexadecimal] == '.';
    }

    /// <summary>
    /// True for device names of other subsystems that have transmitters and links too: <c>ata4: </c>, <c>hci0: </c>.
    /// </summary>
    public static bool IsOtherDevice(ReadOnlySpan<byte> word) =>
        StartsWithThenDigits(word, "ata"u8)
        || StartsWithThenDigits(word, "hci"u8)
        || StartsWithThenDigits(word, "mmc"u8)
        || StartsWithThenDigits(word, "nvme"u8)
        || StartsWithThenDigits(word, "spi"u8)
        || StartsWithThenDigits(word, "i2c-"u8)
        || word.StartsWith("cec-"u8);

    /// <summary>A platform device by its number, smc91x.0. Only after a driver, because eth0.100 is a VLAN.</summary>
    public static bool IsNumbered(ReadOnlySpan<byte> word) =>
        IsBusWord(word) && word.LastIndexOf((byte)'.') is > 0 and var dot && IsDigits(word[(dot + 1)..]);

    public static bool IsInterface(ReadOnlySpan<byte> word) => InterfaceName.TryParse(word, out _);

    public static bool IsBusWord(ReadOnlySpan<byte> word) =>
        word.Length is > 0 and <= BusAddress.MaxLength
        && char.IsAsciiLetterOrDigit((char)word[0])
        && word.IndexOfAnyExcept(BusCharacters) < 0
        && word[^1] != ':';

    // "poll_health:717"
    public static bool IsFunctionAndLine(ReadOnlySpan<byte> text)
    {
        var colon = text.IndexOf((byte)':');
        return colon > 0 && NetDrivers.IsName(text[..colon]) && IsDigits(text[(colon + 1)..]);
    }

    /// <summary>True if the word is in the list.</summary>
    public static bool IsOneOf(ReadOnlySpan<byte> word, byte[][] words)
    {
        foreach (var known in words)
            if (word.SequenceEqual(known)) return true;
        return false;
    }

    /// <summary>True if the text consists of decimal digits.</summary>
    public static bool IsDigits(ReadOnlySpan<byte> text) =>
        text.Length > 0 && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    public static bool StartsWithThenDigits(ReadOnlySpan<byte> word, ReadOnlySpan<byte> start) =>
        word.StartsWith(start) && IsDigits(word[start.Length..]);
}
