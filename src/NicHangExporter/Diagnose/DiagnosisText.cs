using System.Globalization;
using NicHangExporter.Detection.Episodes;
using NicHangExporter.Diagnose.LogText;

namespace NicHangExporter.Diagnose;

/// <summary>The output of <c>diagnose</c> as text.</summary>
internal static class DiagnosisText
{
    public static void Write(
        TextWriter output, string inputName, long lines, IReadOnlyList<DeviceDiagnosis> devices,
        LogSystem system = LogSystem.Unknown, int cutLines = 0)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputName}: {Count(lines, "line")} read"));
        var inTrouble = devices.Where(IsInTrouble).ToArray();
        foreach (var device in inTrouble)
            WriteTrouble(output, device);
        if (inTrouble.Length == 0)
        {
            output.WriteLine();
            if (devices.Count == 0 && system is not (LogSystem.Unknown or LogSystem.Linux))
            {
                output.WriteLine(
                    $"no Linux kernel log: this is a log of {Name(system)}, whose messages are not known here");
                return;
            }
            output.WriteLine("no NIC hang found");
            output.WriteLine("  A reboot that ended a hang has also ended its log. The log of the boot before:");
            output.WriteLine("      journalctl -k -b -1 | nic-hang-exporter diagnose");
        }
        foreach (var device in devices.Where(device => !IsInTrouble(device)))
            output.WriteLine($"  {Title(device)}: {Others(device)}{Harmless(device)}");
        if (cutLines == 0) return;
        output.WriteLine();
        output.WriteLine(
            $"{Count(cutLines, "line")} cut off within the message: "
            + $"{(cutLines == 1 ? "it" : "each")} may report a hang, and does not count. For whole lines:");
        output.WriteLine("    journalctl -k --no-pager | nic-hang-exporter diagnose");
    }

    private static string Name(LogSystem system) => system switch
    {
        LogSystem.Bsd => "FreeBSD or another BSD",
        LogSystem.Esxi => "VMware ESXi",
        LogSystem.MacOs => "macOS",
        _ => system.ToString(),
    };

    private static bool IsInTrouble(DeviceDiagnosis device) => device.HasHang || device.Faults.Count > 0;

    private static void WriteTrouble(TextWriter output, DeviceDiagnosis device)
    {
        output.WriteLine();
        output.WriteLine(Title(device));
        if (device.HasHang)
            output.WriteLine($"  {Reports(device)}");
        foreach (var fault in device.Faults)
            output.WriteLine($"  {Count(fault.Messages, "message")} of a fault: \"{FaultAdvice.Words(fault)}\"");
        if (Others(device) is { Length: > 0 } others)
            output.WriteLine($"  also: {others}");
        if (device.HasHang)
            output.WriteLine($"  {Meaning(device)}");
        foreach (var line in DiagnosisAdvice.For(device))
            output.WriteLine($"  {line}");
    }

    private static string Reports(DeviceDiagnosis device)
    {
        var messages = (device.HangMessages, device.WatchdogMessages) switch
        {
            ( > 0, > 0) =>
                $"{Count(device.HangMessages, "hang message")} of the driver "
                + $"and {Count(device.WatchdogMessages, "NETDEV WATCHDOG message")}",
            ( > 0, _) => $"{Count(device.HangMessages, "hang message")} of the driver",
            _ => Count(device.WatchdogMessages, "NETDEV WATCHDOG message"),
        };
        var longest =
            device.Longest < TimeSpan.FromSeconds(1) ? ""
            : device.Episodes == 1 ? $" over {Duration(device.Longest)}"
            : $", the longest {Duration(device.Longest)}";
        return $"{messages} in {Count(device.Episodes, "episode")}{longest}";
    }

    private static string Meaning(DeviceDiagnosis device) => device.Shape switch
    {
        HangShape.Wedge =>
            "wedge: the reports go on and the log shows no recovery. What waits in the queue is not sent until "
            + "somebody acts, though the link looks up.",
        HangShape.Flap =>
            "flap: it hangs and gets going again without help, mostly by a reset of its driver, until the next "
            + "time.",
        _ when device.HangMessages + device.WatchdogMessages == 1 =>
            "unknown: a single report does not tell whether it recovered. Right after the link has come up it "
            + "can be a false alarm.",
        _ when device.IsTimeless =>
            "unknown: the lines have no times, so nothing tells whether it recovered in between or afterwards.",
        _ => "unknown: the log does not tell whether it recovered.",
    };

    private static string Others(DeviceDiagnosis device) => string.Join(", ", new[]
    {
        device.Resets > 0
            ? Count(device.Resets, "reset")
                + (device.ResetMessages > device.Resets ? $" ({Count(device.ResetMessages, "message")})" : "")
            : null,
        device.LinkDowns > 0 ? Count(device.LinkDowns, "link down") : null,
        device.LinkUps > 0 ? Count(device.LinkUps, "link up") : null,
    }.OfType<string>());

    private static string Harmless(DeviceDiagnosis device) =>
        device.Resets > 0
            ? ". Resets alone prove no hang: drivers also reset after a cable was pulled with packets queued"
        : device.LinkDowns > 1 ? $". The link flaps: look at {LinkPartner(device)}" : "";

    private static string LinkPartner(DeviceDiagnosis device) =>
        DeviceKind.Of(device, DriverNotes.Find(device.Driver)) switch
        {
            DriverKind.Virtual or DriverKind.VirtualFunction => "the host, which decides whether this link is up",
            DriverKind.Usb => "the cable, the switch port, and the adapter's USB port and power",
            DriverKind.Wireless => "the reception and the access point",
            _ => "the cable and the switch port",
        };

    private static string Title(DeviceDiagnosis device)
    {
        var name =
            !device.Device.IsEmpty ? device.Device.ToString()
            : !device.Bus.IsEmpty ? device.Bus.ToString()
            : "a device that the log does not name";
        var details = string.Join(
            ", ",
            new[]
            {
                device.Driver,
                device.Device.IsEmpty || device.Bus.IsEmpty ? null : device.Bus.ToString(),
            }.OfType<string>());
        return details.Length > 0 ? $"{name} ({details})" : name;
    }

    private static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(
            CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
    };
}
