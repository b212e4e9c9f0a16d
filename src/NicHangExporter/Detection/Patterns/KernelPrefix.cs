using NicHangExporter.Linux;
using static NicHangExporter.Detection.Patterns.PrefixWords;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// The parts of the prefix of a kernel message. The complete prefix must have one of the forms that the kernel creates
/// (include/linux/netdevice.h <c>netdev_printk()</c>, drivers/base/core.c <c>dev_printk()</c>, and older macros of
/// drivers), so that a message that quotes another one does not match. Pure, allocates nothing, accepts any bytes.
/// </summary>
internal readonly ref struct KernelPrefix
{
    /// <summary>The maximum length of a prefix. Prefixes of the kernel are much shorter.</summary>
    public const int MaxLength = 256;

    private static readonly byte[][] States =
    [
        "uninitialized"u8.ToArray(), "unregistering"u8.ToArray(), "unregistered"u8.ToArray(), "released"u8.ToArray(),
        "dummy"u8.ToArray(), "unknown"u8.ToArray(), "unregister"u8.ToArray(),
    ];

    /// <summary>The driver or module, or empty.</summary>
    public ReadOnlySpan<byte> Driver { get; private init; }

    /// <summary>The device's address on its bus, or empty.</summary>
    public ReadOnlySpan<byte> Bus { get; private init; }

    /// <summary>The interface, or empty.</summary>
    public ReadOnlySpan<byte> Name { get; private init; }

    /// <summary>The form of the prefix.</summary>
    public PrefixShapes Shape { get; private init; }

    /// <summary>True if only the position marks the first word as a driver. Then only known drivers count.</summary>
    public bool NeedsKnownDriver { get; private init; }

    /// <summary>Parses a prefix.</summary>
    /// <param name="text">The text before the message, including the blank or bracket that ends it; may be
    /// empty.</param>
    /// <param name="prefix">The parts.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out KernelPrefix prefix)
    {
        prefix = default;
        if (text.IsEmpty)
        {
            prefix = Create(PrefixShapes.Bare);
            return true;
        }
        if (text.Length > MaxLength) return false;
        if (text.EndsWith(")]"u8)) return TryFunction(text, out prefix);
        if (text.EndsWith(": "u8)) return TryColon(text[..^2], out prefix);
        return text[^1] == ' ' && TryNameBlank(text[..^1], out prefix);
    }

    /// <summary>
    /// True if driver, address and interface are all present, as <c>netdev_printk()</c> prints them for every NIC with
    /// hardware. Text that other parts of the kernel print first, such as a process name, is too short for them.
    /// </summary>
    public bool IsFull => Driver.Length > 0 && Name.Length > 0 && (IsBusAddress(Bus) || IsNumbered(Bus));

    // "bnx2x: [bnx2x_panic_dump:917(eth0)]"
    private static bool TryFunction(ReadOnlySpan<byte> text, out KernelPrefix prefix)
    {
        prefix = default;
        ReadOnlySpan<byte> driver = default;
        if (text[0] != '[')
        {
            var colon = text.IndexOf(": ["u8);
            if (colon < 0 || !NetDrivers.IsName(text[..colon])) return false;
            driver = text[..colon];
            text = text[(colon + 2)..];
        }
        text = text[1..^2];
        // An interface name may contain a bracket, a function name may not.
        var open = text.IndexOf((byte)'(');
        if (open < 0) return false;
        var name = text[(open + 1)..];
        if (!IsFunctionAndLine(text[..open]) || name.Length > 0 && !InterfaceName.TryParse(name, out _)) return false;
        prefix = Create(PrefixShapes.Function, driver: driver, name: name, needsKnownDriver: driver.Length > 0);
        return true;
    }

    private static bool TryColon(ReadOnlySpan<byte> text, out KernelPrefix prefix)
    {
        prefix = default;
        var colon = text.LastIndexOf(": "u8);
        if (colon < 0) return TryOnePart(text, out prefix);
        var first = text[..colon];
        var last = text[(colon + 2)..];
        if (last.EndsWith(")"u8) && TryTraced(first, last, out prefix)) return true;

        colon = first.IndexOf(": "u8);
        if (colon >= 0)
        {
            // "niu 0000:84:00.0: niu: eth4: "
            var module = first[(colon + 2)..];
            if (NetDrivers.IsKnown(module)
                && TryTwoParts(first[..colon], last, out prefix)
                && prefix.Bus.Length > 0
                && prefix.Driver.SequenceEqual(module))
                return true;
            // 2.6: "e1000: eth0: e1000_clean_tx_irq: "
            if (last.IndexOf((byte)'_') < 0 || !NetDrivers.IsName(last) || first[(colon + 2)..].IndexOf(": "u8) >= 0)
                return false;
            last = first[(colon + 2)..];
            first = first[..colon];
            if (!NetDrivers.IsName(first)) return false;
        }
        return TryTwoParts(first, last, out prefix);
    }

    // "mlx5_core 0000:08:00.0: poll_health:717:(pid 0): "; older versions repeat the address before the function.
    private static bool TryTraced(ReadOnlySpan<byte> first, ReadOnlySpan<byte> last, out KernelPrefix prefix)
    {
        prefix = default;
        var pid = last.IndexOf(":(pid "u8);
        if (pid < 0
            || !TryOnePart(first, out var device)
            || device.Shape != PrefixShapes.Device
            || device.Driver.IsEmpty)
            return false;
        if (last[..pid].StartsWith(device.Bus) && last.Length > device.Bus.Length && last[device.Bus.Length] == ':')
        {
            last = last[(device.Bus.Length + 1)..];
            pid -= device.Bus.Length + 1;
        }
        if (pid < 0 || !IsFunctionAndLine(last[..pid]) || !IsDigits(last[(pid + 6)..^1])) return false;
        prefix = Create(PrefixShapes.Traced, driver: device.Driver, bus: device.Bus);
        return true;
    }

    private static bool TryOnePart(ReadOnlySpan<byte> text, out KernelPrefix prefix)
    {
        prefix = default;
        var hasState = StripState(ref text, out var unnamed);
        var blank = text.IndexOf((byte)' ');
        if (blank < 0)
        {
            if (unnamed) return false;
            if (!hasState && IsBusAddress(text))
            {
                // "0000:00:19.0: ", without the driver, which was cut off
                prefix = Create(PrefixShapes.Device, bus: text);
                return true;
            }
            prefix = Create(hasState ? PrefixShapes.Netdev : PrefixShapes.Word, name: text);
            return IsInterface(text) || NetDrivers.IsName(text);
        }
        var driver = text[..blank];
        var rest = text[(blank + 1)..];
        blank = rest.IndexOf((byte)' ');
        if (blank >= 0)
        {
            // "e1000e 0000:00:1f.6 eth0: "
            prefix = Create(PrefixShapes.Netdev, driver: driver, bus: rest[..blank], name: rest[(blank + 1)..]);
            return !unnamed && NetDrivers.IsName(driver) && IsBusWord(prefix.Bus) && IsInterface(prefix.Name);
        }
        if (unnamed)
        {
            prefix = Create(PrefixShapes.Netdev, driver: driver, bus: rest);
            return NetDrivers.IsName(driver) && IsBusWord(rest);
        }
        // dev_err(&netdev->dev, …): a netdev has no driver, so the kernel prints its class.
        if (driver.SequenceEqual("net"u8))
        {
            prefix = Create(PrefixShapes.Netdev, name: rest);
            return IsInterface(rest);
        }
        if (!hasState && NetDrivers.IsName(driver) && (IsBusAddress(rest) || IsNumbered(rest)))
        {
            // "igb 0000:01:00.0: "
            prefix = Create(PrefixShapes.Device, driver: driver, bus: rest);
            return true;
        }
        // "0000:01:00.0 eth0: " with the driver cut off
        if (IsBusAddress(driver))
        {
            prefix = Create(PrefixShapes.Netdev, bus: driver, name: rest);
            return IsInterface(rest);
        }
        // 2.6: "sky2 eth0: "
        prefix = Create(PrefixShapes.Netdev, driver: driver, name: rest, needsKnownDriver: true);
        return NetDrivers.IsName(driver) && IsInterface(rest);
    }

    private static bool TryTwoParts(ReadOnlySpan<byte> first, ReadOnlySpan<byte> name, out KernelPrefix prefix)
    {
        prefix = default;
        StripState(ref name, out var unnamed);
        if (unnamed)
        {
            if (!name.IsEmpty) return false;
        }
        else if (!IsInterface(name) && !IsBusAddress(name)) return false;
        if (!TryOnePart(first, out var before)) return false;
        switch (before.Shape)
        {
            // up to 3.7, and VMware: "e1000e 0000:00:1f.6: vmnic0: "
            case PrefixShapes.Device when !IsBusAddress(name):
                prefix = Create(PrefixShapes.Netdev, driver: before.Driver, bus: before.Bus, name: name);
                return true;
            // "tg3: eth0: ", or "e1000: 0000:02:01.0: "
            case PrefixShapes.Word when IsBusAddress(name):
                prefix = Create(PrefixShapes.Device, driver: before.Name, bus: name, needsKnownDriver: true);
                return NetDrivers.IsName(before.Name);
            case PrefixShapes.Word:
                prefix = Create(PrefixShapes.Netdev, driver: before.Name, name: name, needsKnownDriver: true);
                return NetDrivers.IsName(before.Name);
            // "vmxnet3 0000:03:00.0 ens160: ens160: ", and the same of the class: "net ens160: ens160: "
            case PrefixShapes.Netdev when before.Name.SequenceEqual(name):
                prefix = before;
                return true;
            default:
                return false;
        }
    }

    // "e1000e: eth1 ", "vmnic0 ", "igb 0000:02:00.1 enp2s0f1: igb: enp2s0f1 ", "atl1c 0000:02:00.0: atl1c: eth0 "
    private static bool TryNameBlank(ReadOnlySpan<byte> text, out KernelPrefix prefix)
    {
        prefix = default;
        var colon = text.LastIndexOf(": "u8);
        var name = text[(colon < 0 ? 0 : colon + 2)..];
        if (!IsInterface(name)) return false;
        if (colon < 0)
        {
            prefix = Create(PrefixShapes.NameBlank, name: name);
            return true;
        }
        var first = text[..colon];
        colon = first.LastIndexOf(": "u8);
        if (colon >= 0)
        {
            if (!NetDrivers.IsName(first[(colon + 2)..])) return false;
            first = first[..colon];
            // Here the interface may also precede the module.
            if (!TryColon(first, out var doubled)
                || doubled.Bus.IsEmpty
                || doubled.NeedsKnownDriver
                || doubled.Shape is not (PrefixShapes.Device or PrefixShapes.Netdev)
                || doubled.Shape == PrefixShapes.Netdev && !doubled.Name.SequenceEqual(name)) return false;
            prefix = Create(PrefixShapes.NameBlank, driver: doubled.Driver, bus: doubled.Bus, name: name);
            return true;
        }
        if (!TryOnePart(first, out var before)) return false;
        prefix = before.Shape switch
        {
            PrefixShapes.Word => Create(
                PrefixShapes.NameBlank, driver: before.Name, name: name, needsKnownDriver: true),
            PrefixShapes.Device
            or PrefixShapes.Netdev
                when before.Bus.Length > 0
                    && (before.Shape == PrefixShapes.Device || before.Name.SequenceEqual(name)) => Create(
                PrefixShapes.NameBlank,
                driver: before.Driver,
                bus: before.Bus,
                name: name),
            _ => default,
        };
        return prefix.Shape != PrefixShapes.None;
    }

    /// <summary>
    /// Removes <c> (uninitialized)</c> and other states (<c>netdev_reg_state()</c>), and the placeholder for a name.
    /// </summary>
    private static bool StripState(ref ReadOnlySpan<byte> text, out bool unnamed)
    {
        var length = text.Length;
        if (text.EndsWith(")"u8) && text.LastIndexOf(" ("u8) is var open and > 0 && IsState(text[(open + 2)..^1]))
            text = text[..open];
        unnamed = text.EndsWith(" (unnamed net_device)"u8);
        if (unnamed) text = text[..^" (unnamed net_device)".Length];
        else if (unnamed = text.SequenceEqual("(unnamed net_device)"u8)) text = default;
        return text.Length != length;
    }

    private static bool IsState(ReadOnlySpan<byte> word) => IsOneOf(word, States);

    private static KernelPrefix Create(
        PrefixShapes shape, ReadOnlySpan<byte> driver = default, ReadOnlySpan<byte> bus = default,
        ReadOnlySpan<byte> name = default, bool needsKnownDriver = false) =>
        new() { Shape = shape, Driver = driver, Bus = bus, Name = name, NeedsKnownDriver = needsKnownDriver };
}
