using System.Collections.Immutable;

namespace NicHangExporter.Detection.Patterns;

internal static partial class HangPatterns
{
    /// <summary>
    /// USB adapters whose registers can't be read any more, and PCI functions that the bus can't reach. Several
    /// drivers, or the PCI core, print these texts, the latter also for storage and graphics. They therefore match only
    /// these drivers.
    /// </summary>
    private static HangPattern[] Lost =>
    [
        new("usb-register-read", MessageKind.Fatal, UsbAdapters, "Failed to read reg index 0x%08x: %d",
            "drivers/net/usb/smsc95xx.c, smsc75xx.c, ax88179_178a.c, asix_common.c")
        { Trouble = DeviceTrouble.NoAnswer },
        new("usb-register-write", MessageKind.Fatal, UsbAdapters, "Failed to write reg index 0x%08x: %d",
            "drivers/net/usb/smsc95xx.c, smsc75xx.c, ax88179_178a.c, asix_common.c")
        { Trouble = DeviceTrouble.NoAnswer },
        new("usb-register-read-3.9", MessageKind.Fatal, UsbAdapters, "Failed to read register index 0x%08x",
            "drivers/net/usb/smsc95xx.c, smsc75xx.c, before 3.10") { Trouble = DeviceTrouble.NoAnswer },
        new("usb-register-write-3.9", MessageKind.Fatal, UsbAdapters, "Failed to write register index 0x%08x",
            "drivers/net/usb/smsc95xx.c, smsc75xx.c, before 3.10") { Trouble = DeviceTrouble.NoAnswer },
        new("lan78xx-register-read", MessageKind.Fatal, UsbAdapters, "Failed to read register index 0x%08x. ret = %s",
            "drivers/net/usb/lan78xx.c lan78xx_read_reg()") { Trouble = DeviceTrouble.NoAnswer },
        new("lan78xx-register-write", MessageKind.Fatal, UsbAdapters, "Failed to write register index 0x%08x. ret = %s",
            "drivers/net/usb/lan78xx.c lan78xx_write_reg()") { Trouble = DeviceTrouble.NoAnswer },
        new("aqc111-register-read", MessageKind.Fatal, UsbAdapters, "Failed to read(0x%x) reg index 0x%04x: %d",
            "drivers/net/usb/aqc111.c aqc111_read_cmd()") { Trouble = DeviceTrouble.NoAnswer },
        new("aqc111-register-write", MessageKind.Fatal, UsbAdapters, "Failed to write(0x%x) reg index 0x%04x: %d",
            "drivers/net/usb/aqc111.c aqc111_write_cmd()") { Trouble = DeviceTrouble.NoAnswer },
        new("r8152-get-registers", MessageKind.Fatal, ["r8152"], "get_registers %d",
            "drivers/net/usb/r8152.c get_registers(), and Realtek's own driver") { Trouble = DeviceTrouble.NoAnswer },
        new("r8152-set-registers", MessageKind.Fatal, ["r8152"], "set_registers %d",
            "drivers/net/usb/r8152.c set_registers(), and Realtek's own driver") { Trouble = DeviceTrouble.NoAnswer },
        new("r8152-read-fail", MessageKind.Fatal, ["r8152"], "read type=0x%04x, index=0x%04x fail %d",
            "Realtek's own driver, seen in logs") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },
        new("r8152-write-fail", MessageKind.Fatal, ["r8152"], "write type=0x%04x, index=0x%04x fail %d",
            "Realtek's own driver, seen in logs") { Shapes = NetdevOrDevice, Trouble = DeviceTrouble.NoAnswer },

        new("pci-inaccessible", MessageKind.Fatal, PciAdapters,
            "Unable to change power state from %s to %s, device inaccessible",
            "drivers/pci/pci.c pci_power_up(), since 5.18")
        { Shapes = PrefixShapes.Device, Trouble = DeviceTrouble.OffBus },
        new("pci-inaccessible-5.17", MessageKind.Fatal, PciAdapters,
            "can't change power state from %s to %s (config space inaccessible)",
            "drivers/pci/pci.c pci_raw_set_power_state(), 4.20 to 5.17")
        { Shapes = PrefixShapes.Device, Trouble = DeviceTrouble.OffBus },
    ];

    private static ImmutableArray<string> UsbAdapters =>
        ["smsc95xx", "smsc75xx", "ax88179_178a", "asix", "lan78xx", "aqc111", "sr9700"];

    private static ImmutableArray<string> PciAdapters =>
    [
        "igc", "igb", "e1000e", "r8169", "r8125", "r8126", "r8127", "r8168", "atlantic", "ixgbe", "i40e", "ice", "idpf",
        "tg3", "bnxt_en", "mlx4_core", "mlx5_core", "alx", "atl1c", "txgbe", "ngbe", "sfc", "be2net",
    ];
}
