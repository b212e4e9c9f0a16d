using NicHangExporter.Api;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Cli;

/// <summary>What was kept of hang episodes: a list of them, or one on one screen. Features, counters and queues are in the file, whose name it gives.</summary>
internal static class EpisodesText
{
    /// <summary>How many lines of the kernel log are shown: the last, which tell how it ended.</summary>
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

    /// <summary>Writes one.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="episode">The episode.</param>
    /// <param name="file">The file with all of it.</param>
    public static void Write(ConsoleWriter page, EpisodeBundle episode, string file)
    {
        var details = string.Join(", ", new[] { episode.Driver, episode.Bus }.Where(detail => detail.Length > 0));
        page.Line($"{episode.Device}{(details.Length > 0 ? $" ({details})" : "")}");
        page.Paragraph("  began    ", Humanize.Moment(episode.Start));
        page.Paragraph("  ended    ", episode.Summary is { } summary
            ? $"{Humanize.Moment(summary.End)}: {summary.Shape}, {Humanize.Seconds(summary.OutageSeconds)}, {Humanize.Count(summary.Reports, "report")}"
            : "not recorded: it is under way, or the process ended with it");
        if (episode.Report is { } report)
            page.Paragraph("  report   ", report);
        foreach (var remediation in episode.Remediations)
        {
            page.Paragraph("  done     ", $"{Humanize.Moment(remediation.Time)} {SnakeCase.Of(remediation.Verdict).Replace('_', ' ')}{(remediation.Profile is { } profile ? $", profile {profile}" : "")}{(remediation.Rung is { } rung ? $", recovery {rung}" : "")} ({remediation.Id})");
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

    private static string[] Row(EpisodeResponse episode) =>
    [
        episode.Id,
        episode.Driver.Length > 0 ? episode.Driver : "-",
        episode.Summary?.Shape ?? "-",
        episode.Summary is { } summary ? Humanize.Seconds(summary.OutageSeconds) : "no end",
        episode.Summary?.Reports.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-",
        episode.LastVerdict is { } verdict ? SnakeCase.Of(verdict).Replace('_', ' ') : "none",
    ];
}
