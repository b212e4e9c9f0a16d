namespace NicHangExporter.EndToEnd.Support;

/// <summary>Messages of drivers and the core about a device, word for word.</summary>
internal static class KernelSays
{
    /// <summary>The device of most fakes.</summary>
    public const string Device = "enp0s31f6";

    private const string Bus = "0000:00:1f.6";

    /// <summary>e1000_print_hw_hang() (drivers/net/ethernet/intel/e1000e/netdev.c): one record of many lines.</summary>
    public const string HardwareUnitHang =
        $"""
        e1000e {Bus} {Device}: Detected Hardware Unit Hang:
          TDH                  <b4>
          TDT                  <e5>
          next_to_use          <e5>
          next_to_clean        <b4>
        buffer_info[next_to_clean]:
          time_stamp           <1000a7cf1>
          next_to_watch        <b5>
          jiffies              <1000a7fa0>
          next_to_watch.status <0>
        MAC Status             <80083>
        PHY Status             <796d>
        PHY 1000BASE-T Status  <3800>
        PHY Extended Status    <3000>
        PCI Status             <10>
        """;

    /// <summary>e1000_reset_task().</summary>
    public const string ResetAdapter = $"e1000e {Bus} {Device}: Reset adapter unexpectedly";

    /// <summary>The dictionary of a record about <see cref="Device"/>.</summary>
    public static readonly IReadOnlyList<string> Dictionary = ["SUBSYSTEM=pci", $"DEVICE=+pci:{Bus}"];
}
