using System.Collections.Immutable;
using System.Text;
using NicHangExporter.Hangs;

namespace NicHangExporter.Cli;

/// <summary>What a fault means and what can be done: the table, one row a kind.</summary>
internal static class FaultAdvice
{
    private const string PowerCycle =
        "Shut the machine down, take the power away for some seconds, and start it again: a warm reboot is not always enough.";

    private static readonly ImmutableArray<Row> Table =
    [
        new(FaultKind.OffBus, "off the bus", "the device does not answer on its bus (PCIe link lost), and the driver has given it up.", IsFinal: true,
        [
            "No offload setting and no link reset reaches it: the interface stays dead until the device is found again.",
            PowerCycle,
            "Against the next time: seat the card anew or use another slot, check power supply and cooling.",
            "Turn off power saving of the PCIe link (ASPM, in the BIOS or by pcie_aspm=off on the kernel's command line).",
            "Update the BIOS and the NIC's firmware.",
        ]),
        new(FaultKind.Firmware, "firmware", "the device's firmware does not answer, reports an error, or did not come back from a reset.", IsFinal: true,
        [
            "No offload setting and no link reset cures that. Some drivers recover from it by themselves, within a minute.",
            PowerCycle,
            "Against the next time: update the NIC's firmware, the driver and the BIOS together.",
            "Keep this log for the vendor, and replace the NIC if it comes again.",
        ]),
        new(FaultKind.OtherSide, "host", "what this virtual NIC depends on does not answer (keep-alive, interrupts or admin queue of its device).", IsFinal: true,
        [
            "The driver resets the device itself. No offload setting in the guest changes the cause.",
            "If it comes again, the cause is on the host: stop and start the instance so that it runs on another one.",
            "Update the driver, and ask the cloud provider. A guest that gets no processor time for seconds reports the same.",
        ]),
        new(FaultKind.PhysicalFunction, "physical function", "this is a virtual function, and the physical function on the host does not serve it.", IsFinal: true,
        [
            "Look at the log of the physical function's driver on the host, and reset it there: no setting in the guest helps.",
        ]),
        new(FaultKind.Usb, "USB", "the adapter no longer answers: its registers can't be read.", IsFinal: true,
        [
            "No offload setting and no link reset reaches it.",
            "Unplug it and plug it in again; where it is soldered on, take the power away.",
            "Against the next time: another port and cable, no hub or one with its own power, a stronger power supply.",
            "Turn autosuspend off (echo on > power/control of the USB device).",
        ]),
        new(FaultKind.Heat, "heat", "the device was stopped because it was too hot.", IsFinal: true,
        [
            "Let it cool with the power off, and give it air: it does not start again by itself. No setting helps.",
        ]),
        new(FaultKind.Refused, "refused", "the device refused what a driver gave it and stopped the queue (malicious driver detection).", IsFinal: false,
        [
            "The driver of this function, or of the virtual function that the line names, is at fault.",
            "Update driver and firmware together.",
        ]),
        new(FaultKind.Hardware, "hardware", "the device reports an error of its own, of its bus or of its access to memory.", IsFinal: false,
        [
            "No offload setting is known to help.",
            "If it comes again: another slot, newer firmware, BIOS and kernel, in the end another NIC.",
        ]),
    ];

    /// <summary>The kinds that the table has.</summary>
    public static IEnumerable<FaultKind> Kinds => Table.Select(row => row.Kind);

    /// <summary>What it means, and what can be done, one paragraph a line.</summary>
    public static IEnumerable<string> For(DeviceFault fault)
    {
        var row = Find(fault.Kind);
        yield return $"{row.Name}: {row.Meaning}";
        if (fault.DriverResets)
        {
            yield return "The driver resets the device because of it.";
            yield break;
        }
        foreach (var line in row.Advice) yield return line;
    }

    /// <summary>True where nothing that is done to the interface helps.</summary>
    public static bool IsFinal(DeviceFault fault) => !fault.DriverResets && Find(fault.Kind).IsFinal;

    /// <summary>The kernel's words, with dots for what differs from message to message.</summary>
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

    private static Row Find(FaultKind kind) => Table.First(row => row.Kind == kind);

    /// <param name="Kind">The fault.</param>
    /// <param name="Name">Its name in the answer.</param>
    /// <param name="Meaning">What it means.</param>
    /// <param name="IsFinal">True where nothing that is done to the interface helps.</param>
    /// <param name="Advice">What can be done.</param>
    private sealed record Row(FaultKind Kind, string Name, string Meaning, bool IsFinal, ImmutableArray<string> Advice);
}
