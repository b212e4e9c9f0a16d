using NicHangExporter.Hangs;

namespace NicHangExporter.Cli;

/// <summary>
/// What to do about a hang, by driver and shape, as far as the field knows. Where reports disagree it says so: nobody is helped by a recipe
/// that works elsewhere.
/// </summary>
internal static class DiagnosisAdvice
{
    /// <summary>The advice, one paragraph or command a line.</summary>
    public static IEnumerable<string> For(DeviceDiagnosis device)
    {
        var name = device.Device.IsEmpty ? "IF" : ShellWord.Quote(device.Device);
        if (device.Device.IsEmpty)
            yield return device.Bus.IsEmpty
                ? "The log does not name the interface; put it for IF below."
                : $"The log has the bus address only. The interface, IF below, is what ls /sys/bus/*/devices/{device.Bus}/net prints.";
        if (IsBogus(device.LastReport))
            yield return "In the last report the hardware had taken everything (TDH = TDT). Such reports can be false alarms: trust them only with packets missing.";
        foreach (var line in Recovery(device, name)) yield return line;
        foreach (var line in Prevention(device.Driver, name)) yield return line;
        if (device.HangMessages == 0)
            yield return WatchdogOnly(name);
    }

    private static IEnumerable<string> Recovery(DeviceDiagnosis device, string name)
    {
        if (device.Shape == HangShape.Flap)
        {
            yield return "It recovers by itself, so there is time: look first at the cable, the switch port and the switch's flow control, and at what the machine sends when it happens.";
            yield break;
        }
        if (IsVirtual(device.Driver))
        {
            yield return "The other end of this queue is the host: look at its load, its vhost or tap device and its own NIC. Nothing done in the guest drains the queue.";
            yield break;
        }
        yield return device.Shape == HangShape.Wedge
            ? "To get it back, from a console or another NIC, renegotiate the link; addresses, routes and the bridge stay:"
            : "If nothing is sent any more, renegotiate the link:";
        yield return $"    ethtool -r {name}";
        yield return $"    ip link set dev {name} down && sleep 2 && ip link set dev {name} up    # where that does not help";
        yield return "Turning offloads off does not un-wedge a hang that is under way. If neither helps, only unbinding the driver or a reboot, at times a cold one, is left.";
    }

    private static IEnumerable<string> Prevention(string? driver, string name)
    {
        switch (driver)
        {
            case "e1000e" or "e1000" or "igb" or "igc" or "ixgb":
                yield return "Against the next one, segmentation offloads off; this is what helped most often, not always:";
                yield return $"    ethtool -K {name} tso off gso off";
                yield return "If it comes back, checksum offloads as well. On e1000e a change of rx resets the adapter, so expect a short loss of link:";
                yield return $"    ethtool -K {name} tx off rx off";
                yield return "These do not survive a reboot: put them where the interface is configured. Turning EEE off too is cheap, and unproven by itself:";
                yield return $"    ethtool --set-eee {name} eee off";
                break;
            case "r8169" or "r8168" or "r8125" or "r8126" or "r8127" or "r8101":
                yield return "With Realtek, reports blame power saving. Turn EEE off; segmentation offloads are mostly off already:";
                yield return $"    ethtool --set-eee {name} eee off";
                yield return "ASPM off (pcie_aspm=off on the kernel's command line) has helped some and changed nothing for others. Otherwise the other driver: r8169 of a newer kernel for Realtek's own, or the reverse.";
                break;
            case "r8152" or "cdc_ncm" or "ax88179_178a" or "asix" or "smsc95xx" or "lan78xx" or "rndis_host" or "cdc_ether":
                yield return "For a USB adapter: another port and cable, no hub, enough power, and no autosuspend (echo on > power/control of the USB device).";
                break;
            case "i40e" or "ice" or "iavf" or "ixgbe" or "ixgbevf" or "bnx2x" or "bnxt_en" or "mlx4_en" or "mlx4_core" or "mlx5_core" or "qede" or "hns3":
                yield return "Server adapters: compare the firmware with the driver's release notes (ethtool -i), and keep this log for the vendor.";
                break;
            case "macb":
                yield return "On the Raspberry Pi 5 a newer kernel detects the stall and restarts the transmitter itself.";
                break;
        }
    }

    private static string WatchdogOnly(string name) =>
        $"Only the core's watchdog speaks, the driver does not. A switch that sends pause frames looks the same: if ethtool -S {name} | grep -iE 'pause|xoff' climbs while nothing is sent, the switch is at fault and resetting the NIC is useless. "
        + "Kernels before 6.8 print it once per boot, for all NICs together: its absence later means nothing.";

    private static bool IsVirtual(string? driver) => driver is "virtio_net" or "vmxnet3" or "ena" or "gve" or "gvnic" or "xen_netfront" or "hv_netvsc";

    private static bool IsBogus(HangReport? report) => report is { Head: { } head, Tail: { } tail } && head == tail;
}
