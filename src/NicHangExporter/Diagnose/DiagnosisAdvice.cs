using System.Collections.Immutable;
using NicHangExporter.Cli;
using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Text;

namespace NicHangExporter.Diagnose;

/// <summary>
/// Advice about a hang by driver and shape, from field reports. If reports disagree, the advice says so.
/// </summary>
internal static class DiagnosisAdvice
{
    /// <summary>Replaces the interface in commands if the log does not name it.</summary>
    private const string Placeholder = "IF";

    /// <summary>The advice, one paragraph or command per line.</summary>
    public static IEnumerable<string> For(DeviceDiagnosis device)
    {
        var notes = DriverNotes.Find(device.Driver);
        var kind = DeviceKind.Of(device, notes);
        var faults = FaultAdvice.For(device.Faults, kind);
        // Settings of the interface do not reach a device that does not answer.
        var isFinal = device.Faults.Any(fault => FaultAdvice.IsFinal(fault, kind));
        return device.HasHang && !isFinal ? faults.Concat(ForHang(device, kind, notes)) : faults;
    }

    private static List<string> ForHang(DeviceDiagnosis device, DriverKind kind, DriverNotes? notes)
    {
        var name = device.Device.IsEmpty ? Placeholder : ShellQuote.Quote(device.Device);
        List<string> lines =
        [
            .. device.Shape == HangShape.Flap ? [WhereToLook(kind)] : Recovery(device, kind, notes, name),
            .. Prevention(kind, notes).Select(line => string.Format(null, line, name)),
            .. WatchdogAlone(device, kind, name),
        ];
        if (IsBogus(device.LastReport))
            lines.Insert(
                0,
                "In the last report the hardware had taken everything (TDH = TDT): that can be a false alarm, "
                + "unless packets are missing.");
        if (device.Device.IsEmpty && lines.Exists(line => line.Contains($" {Placeholder}", StringComparison.Ordinal)))
            lines.Insert(0, device.Bus.IsEmpty
                ? $"The log does not name the interface: put it for {Placeholder} below."
                : $"The log has the bus address only. {Placeholder} below is what "
                    + $"ls /sys/bus/*/devices/{device.Bus}/net prints.");
        return lines;
    }

    private static IEnumerable<string> WatchdogAlone(DeviceDiagnosis device, DriverKind kind, string name)
    {
        if (device.HangMessages == 0 && kind == DriverKind.Physical)
        {
            yield return "Only the core's watchdog reports, the driver does not. "
                + "A switch that sends pause frames looks the same.";
            yield return "Where one of these counts up while nothing is sent, the switch is at fault, "
                + "and resetting the NIC is useless:";
            yield return $"    ethtool -S {name} | grep -iE 'pause|xoff'";
        }
        if (device.IsOnlyReportOfBoot)
        {
            yield return "Linux 2.6.27 to 6.7 usually prints this form of the watchdog's line only once in a boot, "
                + "for all NICs together:";
            yield return "that it does not come again proves nothing.";
        }
    }

    private static string WhereToLook(DriverKind kind) => "There is time: look first at " + kind switch
    {
        DriverKind.Usb => "the USB port, cable, hub and power.",
        DriverKind.Virtual =>
            "the host: its load, this guest's virtual NIC there and its own NIC; in a cloud, ask the provider.",
        DriverKind.VirtualFunction => "the host: the log of the physical function's driver, and its link.",
        DriverKind.Wireless => "the reception, the adapter's firmware and its driver.",
        _ => "the cable or transceiver, the switch port and its flow control, and at what the machine sends then.",
    };

    private static IEnumerable<string> Recovery(
        DeviceDiagnosis device, DriverKind kind, DriverNotes? notes, string name)
    {
        if (notes is { Recovery.IsEmpty: false })
        {
            foreach (var line in notes.Recovery) yield return line;
            yield break;
        }
        var bounce = $"    ip link set dev {name} down && sleep 2 && ip link set dev {name} up";
        var effect = Renegotiations.Of(device.Driver);
        if (notes is { ResetsItself: true })
            yield return "The driver resets the device itself at each report.";
        var opening =
            device.Shape == HangShape.Wedge
                ? "To get it back, from a console or another NIC,"
                : "If nothing is sent any more,";
        if (effect == RenegotiationEffect.WholeAdapter)
        {
            yield return $"{opening} let the driver reset the adapter; addresses, routes and bridges stay:";
            yield return $"    ethtool -r {name}";
            yield return $"{bounce}    # where that does not help; routes of {name} itself are lost";
        }
        else
        {
            yield return $"{opening} take the link down and up; a bridge stays, "
                + $"routes and static IPv6 addresses of {name} itself are lost:";
            yield return bounce;
        }
        if (effect == RenegotiationEffect.LinkOnly)
            yield return "ethtool -r does not reset the adapter with this driver: it only negotiates the link again.";
        foreach (var line in Hints(device, kind)) yield return line;
        if (notes is not null && notes.Prevention.Contains(DriverTable.SegmentationOff))
            yield return "Turning tso and gso off does not end a hang that has begun.";
    }

    private static IEnumerable<string> Hints(DeviceDiagnosis device, DriverKind kind)
    {
        switch (kind)
        {
            case DriverKind.Virtual:
                yield return "If that does not help, the cause is on the host: look at its load and its own NIC.";
                yield return "In a cloud, stop and start the instance so that it runs on another host, "
                    + "and ask the provider.";
                break;
            case DriverKind.VirtualFunction:
                yield return "If that does not help, the physical function on the host has to be reset; "
                    + "look at its driver's log there.";
                break;
            case DriverKind.Usb:
                yield return "If that does not help, unplug it and plug it in again, or the same by software; "
                    + "the interface is created again:";
                yield return $"    cd /sys/bus/usb/devices/{DeviceKind.UsbDevice(device.Bus) ?? "DEVICE"} "
                    + "&& echo 0 > authorized && sleep 2 && echo 1 > authorized";
                break;
            case DriverKind.Wireless:
                yield return "If that does not help, reload the driver's module.";
                break;
            default:
                yield return "If that does not help, unbind and bind the driver (the interface is created again) "
                    + "or reboot, at times from cold.";
                break;
        }
    }

    private static ImmutableArray<string> Prevention(DriverKind kind, DriverNotes? notes) =>
        notes is { Prevention.IsEmpty: false } ? notes.Prevention
        : kind == DriverKind.Usb
            ?
            [
                "Against the next hang: another port and cable, no hub, enough power, no autosuspend (echo on > "
                + "power/control).",
            ]
        : [];

    private static bool IsBogus(HangReport? report) => report is { Head: { } head, Tail: { } tail } && head == tail;
}
