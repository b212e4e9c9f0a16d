using System.Globalization;
using NicHangExporter.Api;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Text;

namespace NicHangExporter.Cli;

/// <summary>The state of remediation on one screen.</summary>
internal static class StatusText
{
    /// <summary>Writes it.</summary>
    /// <param name="page">The output.</param>
    /// <param name="status">The state.</param>
    /// <param name="source">Where it comes from: the daemon, or the journal alone.</param>
    /// <param name="isDaemons">
    /// The daemon has answered. Without it, modes, journal and privilege are those of this command, and the daemon's
    /// are not known.
    /// </param>
    /// <param name="hasHistory">A journal was read; without one, budget and kill switch are not known.</param>
    public static void Write(
        ConsoleWriter page, DeviceList status, string source, bool isDaemons, bool hasHistory = true)
    {
        page.Paragraph("daemon      ", source);
        page.Paragraph(
            "modes       ", isDaemons ? Modes(status) : $"of the daemon: not known; of this command: {Modes(status)}");
        page.Paragraph("paused      ", (status.Paused, hasHistory) switch
        {
            (true, _) => $"YES. {status.PauseExplanation}",
            (false, true) => "no",
            (false, false) => "not known: no journal was read",
        });
        page.Paragraph("journal     ", (status.JournalWritable, isDaemons) switch
        {
            (true, _) => "writable",
            (false, true) => "NOT WRITABLE: what is not recorded is not done",
            (false, false) => "not writable for this command; for the daemon it is not known",
        });
        page.Paragraph("privilege   ", (status.Capable, isDaemons) switch
        {
            (true, true) => "CAP_NET_ADMIN is there",
            (false, true) => "CAP_NET_ADMIN IS MISSING: nothing can be changed",
            (var capable, false) =>
                $"of the daemon: not known; this command {(capable ? "has" : "lacks")} CAP_NET_ADMIN",
        });
        page.Paragraph("host budget ", hasHistory
            ? $"{status.HostBudgetLeft.ToString(CultureInfo.InvariantCulture)} left of 24 hours"
            : "not known: no journal was read");
        page.Paragraph("running     ", (status.Running, status.CommandSeconds) switch
        {
            _ when !isDaemons => "not known: only the daemon can tell",
            (null, <= 0) => "nothing",
            (null, var seconds) => $"a command has been in the kernel for {Humanize.Seconds(seconds)}",
            (var remediation, <= 0) => $"remediation {remediation}",
            (var remediation, var seconds) =>
                $"remediation {remediation}; its command has been in the kernel for {Humanize.Seconds(seconds)}",
        });
        ProtectionText.Write(page, status, isDaemons);
        foreach (var device in status.Devices.Where(IsWorthALine))
            WriteDevice(page, device);
    }

    private static string Modes(DeviceList status) =>
        string.Join(", ",
            status.Modes.OrderBy(mode => mode.Key, StringComparer.Ordinal).Select(mode => $"{mode.Key} {mode.Value}"));

    private static bool IsWorthALine(DeviceResponse device) =>
        device.Hung || device.Quarantined || device.Last is not null || device.LastEpisode is not null
        || device.Drifted.Count > 0;

    private static void WriteDevice(ConsoleWriter page, DeviceResponse device)
    {
        page.Line();
        string?[] states = [device.Hung ? "HUNG" : null, device.Quarantined ? "IN QUARANTINE" : null, device.Present
            ? null : "not here"];
        var state = string.Join(", ", states.OfType<string>());
        page.Line($"{Title(device.Device, device.Driver, device.Bus)}{(state.Length > 0 ? ": " + state : "")}");
        if (device.Last is { Verdict: not null } last)
            page.Paragraph("  last      ", Last(last));
        if (device.Desired.Count > 0)
            page.Paragraph("  kept off  ", Short(device.Desired));
        if (device.Drifted.Count > 0)
            page.Paragraph("  ON AGAIN  ", Short(device.Drifted));
        if (device.Cooldown > 0)
            page.Paragraph("  cool-down ", Humanize.Wait(device.Cooldown));
        if (device.LastEpisode is { } episode)
            page.Paragraph(
                "  last hang ",
                $"{Humanize.Moment(episode.Start)}, {episode.Shape}, {Humanize.Seconds(episode.OutageSeconds)}, "
                + $"{Humanize.Count(episode.Reports, "report")} (episodes {episode.Id})");
    }

    /// <summary>A device with what is known of its driver and bus: <c>eno1 (e1000e, 0000:00:1f.6)</c>.</summary>
    public static string Title(string device, string driver, string bus)
    {
        var details = string.Join(", ", new[] { driver, bus }.Where(detail => detail.Length > 0));
        return details.Length > 0 ? $"{device} ({details})" : device;
    }

    private static string Last(RemediationResponse last)
    {
        var asked = last.Trigger is { } trigger ? $", asked by {SnakeCase.Of(trigger)}" : "";
        var actor = last.Actor is { } name ? $" ({name})" : "";
        var profile = last.Profile is { } stage ? $", profile {stage}" : "";
        var recovery = last.RecoveryAction is { } action ? $", recovery {action}" : "";
        return $"{Humanize.Moment(last.Ended ?? default)} "
            + $"{(last.Rollback == true ? "rollback " : "")}{Humanize.Word(last.Verdict!.Value)}"
            + asked + actor + profile + recovery;
    }

    private static string Short(IEnumerable<string> features) =>
        string.Join(", ", features.Select(OffloadNames.Short).Distinct());
}
