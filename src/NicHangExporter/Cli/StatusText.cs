using System.Globalization;
using NicHangExporter.Api;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Cli;

/// <summary>The state of the door on one screen.</summary>
internal static class StatusText
{
    /// <summary>Writes it.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="status">The state.</param>
    /// <param name="source">Who tells: the daemon, or the journal alone.</param>
    /// <param name="isDaemons">Whether the daemon has answered; else modes, journal and privilege are those of this command, and nobody knows the daemon's.</param>
    /// <param name="hasHistory">Whether a journal was read: without one, budget and kill switch are not known.</param>
    public static void Write(ConsoleWriter page, DeviceList status, string source, bool isDaemons, bool hasHistory = true)
    {
        page.Paragraph("daemon      ", source);
        var modes = string.Join(", ", status.Modes.OrderBy(mode => mode.Key, StringComparer.Ordinal).Select(mode => $"{mode.Key} {mode.Value}"));
        page.Paragraph("modes       ", isDaemons ? modes : $"of the daemon: not known; of this command: {modes}");
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
            (var capable, false) => $"of the daemon: not known; this command {(capable ? "has CAP_NET_ADMIN" : "lacks CAP_NET_ADMIN")}",
        });
        page.Paragraph("host budget ", hasHistory ? $"{status.HostBudgetLeft.ToString(CultureInfo.InvariantCulture)} left of 24 hours" : "not known: no journal was read");
        page.Paragraph("under way   ", (status.Running, status.CommandSeconds) switch
        {
            _ when !isDaemons => "not known: only the daemon can tell",
            (null, <= 0) => "nothing",
            (null, var seconds) => $"a command has been in the kernel for {Humanize.Seconds(seconds)}",
            (var pass, <= 0) => $"pass {pass}",
            (var pass, var seconds) => $"pass {pass}; its command has been in the kernel for {Humanize.Seconds(seconds)}",
        });
        ProtectionText.Write(page, status, isDaemons);
        foreach (var device in status.Devices.Where(IsWorthALine))
            WriteDevice(page, device);
    }

    private static bool IsWorthALine(DeviceResponse device) =>
        device.Hung || device.Quarantined || device.Last is not null || device.LastEpisode is not null || device.Drifted.Count > 0;

    private static void WriteDevice(ConsoleWriter page, DeviceResponse device)
    {
        page.Line();
        var states = new[] { device.Hung ? "HUNG" : null, device.Quarantined ? "IN QUARANTINE" : null, device.Present ? null : "not here" }.OfType<string>().ToList();
        var details = string.Join(", ", new[] { device.Driver, device.Bus }.Where(detail => detail.Length > 0));
        page.Line($"{device.Device}{(details.Length > 0 ? $" ({details})" : "")}{(states.Count > 0 ? ": " + string.Join(", ", states) : "")}");
        if (device.Last is { Verdict: { } verdict } last)
            page.Paragraph("  last      ", $"{Humanize.Moment(last.Ended ?? default)} {(last.Rollback == true ? "rollback " : "")}{SnakeCase.Of(verdict).Replace('_', ' ')}{(last.Trigger is { } trigger ? $", asked by {SnakeCase.Of(trigger)}" : "")}{(last.Actor is { } actor ? $" ({actor})" : "")}{(last.Profile is { } profile ? $", profile {profile}" : "")}{(last.Rung is { } rung ? $", recovery {rung}" : "")}");
        if (device.Desired.Count > 0)
            page.Paragraph("  kept off  ", Short(device.Desired));
        if (device.Drifted.Count > 0)
            page.Paragraph("  ON AGAIN  ", Short(device.Drifted));
        if (device.Cooldown > 0)
            page.Paragraph("  cool-down ", Humanize.Wait(device.Cooldown));
        if (device.LastEpisode is { } episode)
            page.Paragraph("  last hang ", $"{Humanize.Moment(episode.Start)}, {episode.Shape}, {Humanize.Seconds(episode.OutageSeconds)}, {Humanize.Count(episode.Reports, "report")} (episodes {episode.Id})");
    }

    private static string Short(IEnumerable<string> features) => string.Join(", ", features.Select(OffloadNames.Short).Distinct());
}
