using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Persistence;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>What is kept off at boot, as text.</summary>
internal static class PersistedText
{
    /// <summary>Writes what was persisted, or would be.</summary>
    public static void Write(ConsoleWriter page, PersistResponse persisted)
    {
        var title = persisted.DryRun ? "dry run, nothing was written" : persisted.Changed ? "persisted"
            : "is persisted already, nothing was written";
        page.Line($"{persisted.Device}: {title}");
        page.Line($"  file       {persisted.Path}");
        page.Paragraph("  way        ", $"{SnakeCase.Of(persisted.Way)}, {ManagerOf(persisted.Manager)}");
        WriteLines(page, "  keeps off  ", [string.Join(", ", persisted.Settings)]);
        WriteLines(page, "  not kept   ", persisted.NotSurvived);
        WriteLines(page, "  removed    ", persisted.Removed);
        WriteLines(page, "  note       ", persisted.Notes);
        if (persisted.Content is not { } content)
        {
            page.Line($"  undo       nic-hang-exporter unpersist {Word(persisted.Device)}");
            return;
        }
        page.Line("  content");
        foreach (var line in content.TrimEnd('\n').Split('\n'))
            page.Line($"    {line}");
    }

    /// <summary>Writes what is not persisted any more.</summary>
    public static void Write(ConsoleWriter page, UnpersistResponse unpersisted)
    {
        page.Line($"{unpersisted.Device}: "
            + (unpersisted.Removed.Count > 0 ? "no longer persisted" : "nothing is persisted, nothing was removed"));
        WriteLines(page, "  removed    ", unpersisted.Removed);
        WriteLines(page, "  note       ", unpersisted.Notes);
    }

    /// <summary>Writes what is persisted on the host.</summary>
    public static void Write(ConsoleWriter page, PersistedList list)
    {
        if (list.Devices.Count == 0)
            page.Line("No network device has an address on a bus.");
        else
            page.Table("", [["DEVICE", "BUS", "MANAGER", "PERSISTED", "DECIDED"], .. list.Devices.Select(Row)]);
        foreach (var file in list.Files)
        {
            page.Line();
            page.Line(file.Path);
            page.Paragraph("  device     ", file.Device ?? $"not here: {file.DeviceThen} at {file.Bus}");
            page.Paragraph("  state      ", file.State == PersistedState.InForce ? "in force"
                : $"{Humanize.Word(file.State).ToUpperInvariant()}: {file.Reason}");
            WriteLines(page, "  keeps off  ", [string.Join(", ", file.Settings)]);
            WriteLines(page, "  not kept   ", file.NotSurvived);
        }
        foreach (var device in list.Devices.Where(device => device.Conflict is not null || device.Findings.Count > 0))
        {
            page.Line();
            page.Line($"{device.Device}: found on this host, left alone");
            WriteLines(page, "  managers   ", device.Conflict is { } conflict ? [conflict] : []);
            foreach (var finding in device.Findings)
            {
                page.Line($"  {finding.Path}{(finding.Line > 0 ? $":{finding.Line}" : "")}");
                page.Paragraph("    ", finding.Text);
            }
        }
    }

    private static string[] Row(PersistedDeviceResponse device) =>
    [
        device.Device,
        device.Bus,
        SnakeCase.Of(device.Manager),
        device.Persisted ? "yes" : "no",
        // What remediations decided, and whether a file keeps all of it off.
        device.Desired.Count == 0 ? "-" : device.Matches ? "covered" : device.Persisted ? "DIFFERS" : "NOT PERSISTED",
    ];

    private static string ManagerOf(NetworkManagerKind manager) =>
        manager == NetworkManagerKind.None ? "no network manager" : $"network manager {SnakeCase.Of(manager)}";

    private static void WriteLines(ConsoleWriter page, string lead, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            page.Paragraph(lead, line);
    }

    private static string Word(string name) =>
        InterfaceName.TryParse(name, out var device) ? ShellQuote.Quote(device) : name;
}
