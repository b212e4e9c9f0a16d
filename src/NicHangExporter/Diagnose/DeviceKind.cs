using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose;

/// <summary>Tells what a device is by its driver, else by its address or its name.</summary>
internal static class DeviceKind
{
    /// <summary>What the device is; a card where nothing tells.</summary>
    public static DriverKind Of(DeviceDiagnosis device, DriverNotes? notes)
    {
        if (notes is not null) return notes.Kind;
        if (UsbDevice(device.Bus) is not null) return DriverKind.Usb;
        if (device.Bus.ToString().StartsWith("virtio", StringComparison.Ordinal)) return DriverKind.Virtual;
        // wlan0, or wlp2s0 by systemd's scheme.
        return device.Device.ToString().StartsWith("wl", StringComparison.Ordinal) ? DriverKind.Wireless : DriverKind.Physical;
    }

    /// <summary>The USB device of an interface's address: <c>1-1.2</c> of <c>1-1.2:1.0</c>; null for any other address.</summary>
    public static string? UsbDevice(BusAddress bus)
    {
        var text = bus.ToString();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && text.AsSpan(0, colon).Contains('-') && text.AsSpan(0, colon).TrimStart("0123456789-.").IsEmpty ? text[..colon] : null;
    }
}

/// <summary>What a network device is, as far as it decides where its trouble can come from.</summary>
internal enum DriverKind
{
    /// <summary>A card or an on-board controller.</summary>
    Physical,
    /// <summary>A USB adapter.</summary>
    Usb,
    /// <summary>A guest's NIC: the other end is the host, or the provider of a cloud.</summary>
    Virtual,
    /// <summary>A virtual function: the physical one is the host's.</summary>
    VirtualFunction,
    /// <summary>A WiFi adapter.</summary>
    Wireless,
}
