namespace NicHangExporter.Diagnose;

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
