using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Diagnose;

/// <summary>The meaning of faults and the advice: a table by fault and kind of device.</summary>
internal static class FaultAdvice
{
    private const string PowerCycle =
        "Shut the machine down, take the power away for some seconds, and start it again: a warm reboot is not "
        + "always enough.";

    private const string ResetByDriver = "The driver resets the device because of it.";

    private const string Host = "host";

    private static readonly ImmutableArray<string> AskTheHost =
    [
        "No offload setting in the guest changes the cause. Some drivers reset the device themselves.",
        "If it comes again, the cause is on the host: stop and start the instance so that it runs on another one.",
        "Update the driver, and ask the cloud provider. A guest that gets no processor time for seconds reports the "
        + "same.",
    ];

    private static readonly ImmutableArray<string> AskThePhysicalFunction =
    [
        "Look at the log of the physical function's driver on the host, and reset it there: no setting in the guest "
        + "helps.",
    ];

    // The first matching row counts. Rows for one kind of device come before rows for all.
    private static readonly ImmutableArray<Row> Table =
    [
        new(
            DeviceTrouble.OffBus, DriverKind.Virtual, Host,
            "the device was taken away from this guest.",
            IsFinal: true, AskTheHost),
        new(
            DeviceTrouble.OffBus, DriverKind.VirtualFunction, Host,
            "the device was taken away from this guest.",
            IsFinal: true, AskThePhysicalFunction),
        new(
            DeviceTrouble.OffBus, null, "off the bus",
            "the device does not answer on its bus (PCIe link lost), and the driver has given it up.",
            IsFinal: true,
        [
            "No offload setting and no link reset reaches it: the interface stays dead until the device is "
            + "found again.",
            PowerCycle,
            "Against the next time: reseat the card or use another slot, check power supply and cooling.",
            "Turn off power saving of the PCIe link (ASPM, in the BIOS or by pcie_aspm=off on the kernel's "
            + "command line).",
            "Update the BIOS and the NIC's firmware.",
        ]),
        new(
            DeviceTrouble.NoAnswer, DriverKind.Usb, "USB",
            "the adapter no longer answers: its registers can't be read or written.",
            IsFinal: true,
        [
            "No offload setting and no link reset reaches it.",
            "Unplug it and plug it in again; where it is soldered on, take the power away.",
            "Against the next time: another port and cable, no hub or one with its own power, a stronger power supply.",
            "Turn autosuspend off (echo on > power/control of the USB device).",
        ]),
        new(
            DeviceTrouble.NoAnswer, DriverKind.Virtual, Host,
            "what this virtual NIC depends on does not answer (keep-alive or admin queue of its device).",
            IsFinal: true, AskTheHost),
        new(
            DeviceTrouble.Failed, DriverKind.Virtual, Host,
            "this virtual NIC reports an error, or a reset of it did not help.",
            IsFinal: true, AskTheHost),
        new(
            DeviceTrouble.NoAnswer, DriverKind.VirtualFunction, Host,
            "the physical function on the host does not answer this virtual function.",
            IsFinal: true, AskThePhysicalFunction),
        new(
            DeviceTrouble.Failed, DriverKind.VirtualFunction, Host,
            "the physical function on the host does not reset this virtual function.",
            IsFinal: true, AskThePhysicalFunction),
        new(
            DeviceTrouble.NoAnswer, null, "firmware",
            "the device's firmware does not answer the driver.",
            IsFinal: true, RenewFirmware),
        new(
            DeviceTrouble.Firmware, null, "firmware",
            "the device's firmware has failed, or runs in a recovery mode.",
            IsFinal: true, RenewFirmware),
        new(DeviceTrouble.Overheated, null, "heat", "the device was stopped because it was too hot.", IsFinal: true,
        [
            "Let it cool with the power off, and give it air: it does not start again by itself. No setting helps.",
        ]),
        new(
            DeviceTrouble.Failed, null, "failed",
            "the device reports an error of its own, or a reset of the driver did not help.",
            IsFinal: false,
        [
            "No offload setting is known to help. If the interface does not come back:",
            PowerCycle,
            "If it comes again: newer firmware, driver, BIOS and kernel, another slot, in the end another NIC.",
        ]),
    ];

    private static ImmutableArray<string> RenewFirmware =>
    [
        "No offload setting and no link reset cures that. Some drivers recover from it by themselves, within a minute.",
        PowerCycle,
        "Against the next time: update the NIC's firmware, the driver and the BIOS together.",
        "Keep this log for the vendor, and replace the NIC if it comes again.",
    ];

    /// <summary>The faults that have a row for all kinds of devices.</summary>
    public static IEnumerable<DeviceTrouble> Troubles =>
        Table.Where(row => row.Kind is null).Select(row => row.Trouble);

    /// <summary>The meaning of the faults of a device and then the advice, one paragraph per line.</summary>
    public static IEnumerable<string> For(IReadOnlyList<DeviceFault> faults, DriverKind kind)
    {
        var meanings = faults.Select(fault => Find(fault, kind)).Select(row => $"{row.Name}: {row.Meaning}");
        var advice = faults.SelectMany(fault => fault.DriverResets ? [ResetByDriver] : Find(fault, kind).Advice);
        return meanings.Concat(advice).Distinct();
    }

    /// <summary>True if no action on the interface helps.</summary>
    public static bool IsFinal(DeviceFault fault, DriverKind kind) => !fault.DriverResets && Find(fault, kind).IsFinal;

    /// <summary>The kernel's message, with an ellipsis for each value.</summary>
    public static string Words(DeviceFault fault)
    {
        var words = new StringBuilder();
        var format = fault.Format;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                words.Append(format[i]);
                continue;
            }
            // "%4.4x", "%*": up to its letter or star.
            while (i + 1 < format.Length && !char.IsAsciiLetter(format[i]) && (format[i] != '*')) i++;
            words.Append('…');
        }
        return words.ToString();
    }

    private static Row Find(DeviceFault fault, DriverKind kind) =>
        Table.First(row => row.Trouble == fault.Trouble && (row.Kind is null || row.Kind == kind));

    /// <param name="Trouble">What is wrong.</param>
    /// <param name="Kind">The kind of devices; null for all.</param>
    /// <param name="Name">Its name in the output.</param>
    /// <param name="Meaning">The meaning.</param>
    /// <param name="IsFinal">True if no action on the interface helps.</param>
    /// <param name="Advice">The advice.</param>
    private sealed record Row(
        DeviceTrouble Trouble, DriverKind? Kind, string Name, string Meaning, bool IsFinal,
        ImmutableArray<string> Advice);
}
