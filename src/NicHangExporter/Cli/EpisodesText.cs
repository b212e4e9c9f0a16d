using System.Globalization;
using NicHangExporter.Api;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Cli;

/// <summary>
/// Recorded hang episodes: a list, or one episode on one screen. Features, counters and queues are only in the file,
/// whose name is shown.
/// </summary>
internal static class EpisodesText
{
    /// <summary>How many lines of the kernel log are shown: the last lines, which tell how it ended.</summary>
    private const int KernelLines = 8;

    /// <summary>Writes the list, the newest first.</summary>
    public static void Write(ConsoleWriter page, IReadOnlyList<EpisodeResponse> episodes)
    {
        if (episodes.Count == 0)
        {
            page.Line("no hang episode was recorded");
            return;
        }
        page.Table("", [["ID", "DRIVER", "SHAPE", "OUTAGE", "REPORTS", "LAST REMEDIATION"], .. episodes.Select(Row)]);
    }

    /// <summary>Writes one episode.</summary>
    /// <param name="page">The output.</param>
    /// <param name="episode">The episode.</param>
    /// <param name="file">The path of the file with all of it.</param>
    public static void Write(ConsoleWriter page, EpisodeBundle episode, string file)
    {
        page.Line(StatusText.Title(episode.Device, episode.Driver, episode.Bus));
        page.Paragraph("  began    ", Humanize.Moment(episode.Start));
        page.Paragraph("  ended    ", episode.Summary is { } summary
            ? $"{Humanize.Moment(summary.End)}: {summary.Shape}, {Humanize.Seconds(summary.OutageSeconds)}, "
                + Humanize.Count(summary.Reports, "report")
            : "not recorded: it is in progress, or the process ended with it");
        if (episode.Report is { } report)
            page.Paragraph("  report   ", report);
        foreach (var remediation in episode.Remediations)
        {
            page.Paragraph("  done     ", Done(remediation));
            page.Paragraph("           ", remediation.Explanation);
        }
        if (episode.KernelLines.Count > KernelLines)
            page.Line($"  the last {KernelLines} of {Humanize.Count(episode.KernelLines.Count, "kernel line")}:");
        else if (episode.KernelLines.Count > 0)
            page.Line("  the kernel said:");
        foreach (var line in episode.KernelLines.TakeLast(KernelLines))
            page.Paragraph("    ", line);
        foreach (var error in episode.Errors)
            page.Paragraph("  missing  ", error);
        page.Line($"  all of it in {file}");
    }

    private static string Done(EpisodeRemediation remediation)
    {
        var profile = remediation.Profile is { } stage ? $", profile {stage}" : "";
        var recovery = remediation.RecoveryAction is { } action ? $", recovery {action}" : "";
        return $"{Humanize.Moment(remediation.Time)} {Humanize.Word(remediation.Verdict)}{profile}{recovery} "
            + $"({remediation.Id})";
    }

    private static string[] Row(EpisodeResponse episode) =>
    [
        episode.Id,
        episode.Driver.Length > 0 ? episode.Driver : "-",
        episode.Summary?.Shape ?? "-",
        episode.Summary is { } summary ? Humanize.Seconds(summary.OutageSeconds) : "no end",
        episode.Summary?.Reports.ToString(CultureInfo.InvariantCulture) ?? "-",
        episode.LastVerdict is { } verdict ? Humanize.Word(verdict) : "none",
    ];
}
