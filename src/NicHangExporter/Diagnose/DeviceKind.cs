using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose;

/// <summary>Determines the kind of a device from its driver, or else from its address or its name.</summary>
internal static class DeviceKind
{
    /// <summary>The kind of the device; a card if unknown.</summary>
    public static DriverKind Of(DeviceDiagnosis device, DriverNotes? notes)
    {
        if (notes is not null) return notes.Kind;
        if (UsbDevice(device.Bus) is not null) return DriverKind.Usb;
        if (device.Bus.ToString().StartsWith("virtio", StringComparison.Ordinal)) return DriverKind.Virtual;
        // wlan0, or wlp2s0 in the naming scheme of systemd.
        return device.Device.ToString().StartsWith("wl", StringComparison.Ordinal)
            ? DriverKind.Wireless
            : DriverKind.Physical;
    }

    /// <summary>
    /// The USB device of an interface's address: <c>1-1.2</c> of <c>1-1.2:1.0</c>; null for other addresses.
    /// </summary>
    public static string? UsbDevice(BusAddress bus)
    {
        var text = bus.ToString();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0 && text.AsSpan(0, colon).Contains('-') && text.AsSpan(0, colon).TrimStart("0123456789-.").IsEmpty
            ? text[..colon]
            : null;
    }
}

/// <summary>The kind of a network device. It decides where the cause of a fault can be.</summary>
internal enum DriverKind
{
    /// <summary>A card or an on-board controller.</summary>
    Physical,
    /// <summary>A USB adapter.</summary>
    Usb,
    /// <summary>A NIC of a guest. The other end is the host or the cloud provider.</summary>
    Virtual,
    /// <summary>A virtual function. The physical function belongs to the host.</summary>
    VirtualFunction,
    /// <summary>A WiFi adapter.</summary>
    Wireless,
}
