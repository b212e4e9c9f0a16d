using System.Globalization;
using NicHangExporter.Hangs;

namespace NicHangExporter.Cli;

/// <summary>The answer of <c>diagnose</c> in plain words.</summary>
internal static class DiagnosisText
{
    /// <summary>Writes the answer.</summary>
    public static void Write(TextWriter output, string inputName, long lines, IReadOnlyList<DeviceDiagnosis> devices)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{inputName}: {Count(lines, "line")} read"));
        var hung = devices.Where(device => device.HasHang).ToArray();
        foreach (var device in hung)
            WriteHang(output, device);
        if (hung.Length == 0)
        {
            output.WriteLine();
            output.WriteLine("no NIC hang found");
        }
        foreach (var device in devices.Where(device => !device.HasHang))
            output.WriteLine($"  {Title(device)}: {Others(device)}{ResetsAlone(device)}");
    }

    private static void WriteHang(TextWriter output, DeviceDiagnosis device)
    {
        output.WriteLine();
        output.WriteLine(Title(device));
        var messages = (device.HangMessages, device.WatchdogMessages) switch
        {
            ( > 0, > 0) => $"{Count(device.HangMessages, "hang message")} of the driver and {Count(device.WatchdogMessages, "NETDEV WATCHDOG message")}",
            ( > 0, _) => $"{Count(device.HangMessages, "hang message")} of the driver",
            _ => Count(device.WatchdogMessages, "NETDEV WATCHDOG message"),
        };
        var longest = device.Longest >= TimeSpan.FromSeconds(1) ? $", the longest {Duration(device.Longest)}" : "";
        output.WriteLine($"  {messages} in {Count(device.Episodes, "episode")}{longest}");
        if (Others(device) is { Length: > 0 } others)
            output.WriteLine($"  also: {others}");
        output.WriteLine($"  {Meaning(device)}");
        if (device.FatalMessages > 0)
            output.WriteLine($"  {Count(device.FatalMessages, "message")} of trouble with the firmware, the bus or the device: a hang may be its consequence. A lost PCIe link comes back only by a rebind or a reboot.");
        foreach (var line in DiagnosisAdvice.For(device))
            output.WriteLine($"  {line}");
    }

    private static string Meaning(DeviceDiagnosis device) => device.Shape switch
    {
        HangShape.Wedge => "wedge: the reports repeat and the driver does not reset the adapter. Nothing leaves the machine by this NIC until somebody acts, though the link looks up.",
        HangShape.Flap => "flap: the NIC hangs, is reset by its driver and comes back within seconds, until the next time.",
        HangShape.SilentStall or HangShape.Paused => "stall: packets are queued and none is sent.",
        _ => "unknown: too little to tell whether it recovered. A single report right after the link has come up can be a false alarm.",
    };

    private static string Others(DeviceDiagnosis device) => string.Join(", ", new[]
    {
        device.Resets > 0 ? Count(device.Resets, "reset") : null,
        device.LinkDowns > 0 ? Count(device.LinkDowns, "link down") : null,
        device.LinkUps > 0 ? Count(device.LinkUps, "link up") : null,
    }.OfType<string>());

    private static string ResetsAlone(DeviceDiagnosis device) =>
        device.Resets > 0 ? ". Resets alone prove no hang: drivers also reset after a cable was pulled with packets queued"
        : device.LinkDowns > 1 ? ". The link flaps: look at the cable and the switch port" : "";

    private static string Title(DeviceDiagnosis device)
    {
        var name = !device.Device.IsEmpty ? device.Device.ToString() : !device.Bus.IsEmpty ? device.Bus.ToString() : "a device that the log does not name";
        var details = string.Join(", ", new[] { device.Driver, device.Device.IsEmpty || device.Bus.IsEmpty ? null : device.Bus.ToString() }.OfType<string>());
        return details.Length > 0 ? $"{name} ({details})" : name;
    }

    private static string Count(long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");

    private static string Duration(TimeSpan time) => time switch
    {
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h {time.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{time.Minutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
    };
}
