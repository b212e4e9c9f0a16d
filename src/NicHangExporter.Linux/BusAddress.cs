using System.Text;

namespace NicHangExporter.Linux;

/// <summary>
/// The other way a driver names a device: <c>dev_name()</c> of its parent on the bus, such as <c>0000:00:1f.6</c> (PCI),
/// <c>4-1:1.0</c> (USB interface), <c>virtio1</c>, <c>fd580000.ethernet</c> (platform) or a VMBus GUID. It is stable where interface
/// names are not. The default value is empty and names nothing.
/// </summary>
public readonly record struct BusAddress
{
    /// <summary>The longest address accepted, in bytes: what the kernel keeps of it beside a record (struct dev_printk_info).</summary>
    public const int MaxLength = 48;

    private readonly string? _value;

    private BusAddress(string value) => _value = value;

    /// <summary>True for the default value.</summary>
    public bool IsEmpty => _value is null;

    /// <summary>Accepts letters, digits and <c>. : _ - @ +</c>, which is what buses use; never a path.</summary>
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

    /// <summary>The same for text.</summary>
    public static bool TryParse(string? text, out BusAddress address)
    {
        address = default;
        return text is { Length: <= MaxLength } && TryParse(Encoding.UTF8.GetBytes(text), out address);
    }

    /// <summary>The address as the kernel writes it; empty for the default value.</summary>
    public override string ToString() => _value ?? "";
}
