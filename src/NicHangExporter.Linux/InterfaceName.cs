using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace NicHangExporter.Linux;

/// <summary>
/// The name of a network interface, as the kernel's <c>dev_valid_name()</c> (net/core/dev.c) accepts it: 1 to 15 bytes,
/// not <c>.</c> or <c>..</c>, with no slash, colon or white space. The name is not sanitized text: <c>$(id)</c>,
/// <c>-rf</c> and bytes that are not UTF-8 are legal (see <see cref="ToString"/>). The default value is the empty name,
/// which no interface has.
/// </summary>
public readonly struct InterfaceName : IEquatable<InterfaceName>, IComparable<InterfaceName>
{
    /// <summary>The longest name in bytes: IFNAMSIZ - 1 (include/uapi/linux/if.h).</summary>
    public const int MaxLength = 15;

    private readonly Bytes _bytes;
    private readonly byte _length;

    private InterfaceName(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes);
        _length = (byte)bytes.Length;
    }

    /// <summary>True for the default value.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>The number of bytes of the name, 0 to 15.</summary>
    public int Length => _length;

    /// <summary>Parses the bytes of a name, without a terminating NUL.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out InterfaceName name)
    {
        name = default;
        if (bytes.Length is 0 or > MaxLength || bytes.SequenceEqual("."u8) || bytes.SequenceEqual(".."u8))
            return false;
        foreach (var octet in bytes)
            if (octet is 0 or (byte)'/' or (byte)':' || IsSpace(octet))
                return false;
        name = new InterfaceName(bytes);
        return true;
    }

    /// <summary>
    /// Parses a name as people and <see cref="ToString"/> write it: UTF-8, with <c>\xNN</c> for other bytes.
    /// </summary>
    public static bool TryParse(string? text, out InterfaceName name)
    {
        name = default;
        // A byte takes at most four characters (\xNN), so longer text is not a name.
        if (string.IsNullOrEmpty(text) || text.Length > 4 * MaxLength)
            return false;
        Span<byte> utf8 = stackalloc byte[4 * MaxLength * 3];
        Span<byte> bytes = stackalloc byte[4 * MaxLength * 3];
        // A lone surrogate is rejected. A replacement character would form another name.
        if (Utf8.FromUtf16(text, utf8, out _, out var length, replaceInvalidSequences: false) != OperationStatus.Done)
            return false;
        return TryParse(bytes[..KernelText.Unescape(utf8[..length], bytes)], out name);
    }

    /// <summary>Copies the bytes of the name, without a terminating NUL, and returns their number.</summary>
    public int CopyTo(Span<byte> destination)
    {
        ((ReadOnlySpan<byte>)_bytes)[.._length].CopyTo(destination);
        return _length;
    }

    /// <summary>True if the name consists of these bytes.</summary>
    public bool Is(ReadOnlySpan<byte> bytes) => ((ReadOnlySpan<byte>)_bytes)[.._length].SequenceEqual(bytes);

    /// <inheritdoc/>
    public bool Equals(InterfaceName other) =>
        ((ReadOnlySpan<byte>)_bytes)[.._length].SequenceEqual(((ReadOnlySpan<byte>)other._bytes)[..other._length]);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is InterfaceName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(((ReadOnlySpan<byte>)_bytes)[.._length]);
        return hash.ToHashCode();
    }

    /// <summary>Compares the bytes as unsigned numbers.</summary>
    public int CompareTo(InterfaceName other) =>
        ((ReadOnlySpan<byte>)_bytes)[.._length].SequenceCompareTo(((ReadOnlySpan<byte>)other._bytes)[..other._length]);

    /// <summary>
    /// The name as unambiguous printable text (see <see cref="KernelText.Escape"/>), suitable for labels, logs and
    /// JSON.
    /// </summary>
    public override string ToString() => KernelText.Escape(((ReadOnlySpan<byte>)_bytes)[.._length]);

    /// <summary>Equality by bytes.</summary>
    public static bool operator ==(InterfaceName left, InterfaceName right) => left.Equals(right);

    /// <summary>Inequality by bytes.</summary>
    public static bool operator !=(InterfaceName left, InterfaceName right) => !left.Equals(right);

    /// <summary>Order by bytes.</summary>
    public static bool operator <(InterfaceName left, InterfaceName right) => left.CompareTo(right) < 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator <=(InterfaceName left, InterfaceName right) => left.CompareTo(right) <= 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator >(InterfaceName left, InterfaceName right) => left.CompareTo(right) > 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator >=(InterfaceName left, InterfaceName right) => left.CompareTo(right) >= 0;

    // isspace() of lib/ctype.c: also the no-break space of Latin-1.
    private static bool IsSpace(byte octet) => octet is (>= 9 and <= 13) or (byte)' ' or 0xa0;

    [InlineArray(MaxLength + 1)]
    private struct Bytes
    {
        private byte _first;
    }
}
