using System.Text;

namespace NicHangExporter.Linux;

/// <summary>
/// The address of a device on its bus: <c>dev_name()</c> of its parent, such as <c>0000:00:1f.6</c> (PCI),
/// <c>4-1:1.0</c> (USB interface), <c>virtio1</c>, <c>fd580000.ethernet</c> (platform) or a VMBus GUID. Unlike the
/// interface name it is stable. The default value is empty and names no device.
/// </summary>
public readonly record struct BusAddress
{
    /// <summary>
    /// The longest address accepted, in bytes: the size that the kernel stores with a record (struct dev_printk_info).
    /// </summary>
    public const int MaxLength = 48;

    private readonly string? _value;

    private BusAddress(string value) => _value = value;

    /// <summary>True for the default value.</summary>
    public bool IsEmpty => _value is null;

    /// <summary>
    /// Accepts letters, digits and <c>. : _ - @ +</c>, the characters that buses use. A path is not accepted.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out BusAddress address)
    {
        address = default;
        if (bytes.Length is 0 or > MaxLength || bytes[0] == '.')
            return false;
        foreach (var octet in bytes)
            if (!char.IsAsciiLetterOrDigit((char)octet) && !".:_-@+"u8.Contains(octet))
                return false;
        address = new BusAddress(Encoding.ASCII.GetString(bytes));
        return true;
    }

    /// <summary>Parses an address in text.</summary>
    public static bool TryParse(string? text, out BusAddress address)
    {
        address = default;
        return text is { Length: <= MaxLength } && TryParse(Encoding.UTF8.GetBytes(text), out address);
    }

    /// <summary>The address as the kernel writes it; empty for the default value.</summary>
    public override string ToString() => _value ?? "";
}
