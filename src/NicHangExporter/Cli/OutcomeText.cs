using NicHangExporter.Api;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Cli;

/// <summary>How a remediation ended, for somebody who has been woken by it: the verdict first, then what was done and seen, then what to do.</summary>
internal static class OutcomeText
{
    /// <summary>Writes it.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="isRollback">A rollback was asked for.</param>
    public static void Write(ConsoleWriter page, RemediationResponse outcome, bool isRollback = false)
    {
        page.Line($"{outcome.Device}: {Title(outcome, isRollback)}");
        page.Paragraph("  ", outcome.Explanation ?? "");
        if (outcome.Joined == true)
            page.Paragraph("  ", "A remediation of it was under way already, asked for by somebody else; this is how that one ended.");
        if (outcome.Profile is { } profile)
            page.Paragraph("  profile    ", profile);
        if (outcome.Rung is { } rung)
            page.Paragraph("  recovery   ", rung);
        if (outcome.Steps is { Count: > 0 } steps)
            page.Paragraph(IsPlanOnly(outcome.Verdict) ? "  would do   " : "  steps      ", string.Join(", ", steps));
        WriteChanges(page, outcome);
        // Of tx, a device may have had two features on and three off: then it is said above.
        if ((outcome.AlreadyOff ?? []).Select(OffloadNames.Short).Except((outcome.Before?.Keys ?? []).Select(OffloadNames.Short)).ToList() is { Count: > 0 } names)
            page.Paragraph("  off before ", string.Join(", ", names));
        foreach (var line in FixedTogether(outcome.Fixed ?? []))
            page.Paragraph("  fixed      ", line);
        if (outcome.Evidence is { } evidence)
            page.Paragraph("  seen       ", Seen(evidence));
        if (outcome.RetryAfter is > 0 and { } wait)
            page.Paragraph("  wait       ", Humanize.Wait(wait));
        foreach (var (lead, text) in Hints.After(outcome, isRollback))
            if (lead.Length > 0)
                page.Paragraph($"  {lead,-10} ", text);
            else
                page.Line($"             {text}");
        if (outcome.Id.Length > 0)
            page.Line($"  id         {outcome.Id}");
    }

    private static string Title(RemediationResponse outcome, bool isRollback) => outcome.Verdict switch
    {
        RemediationVerdict.Healed => "healed",
        RemediationVerdict.Applied => isRollback ? "undone" : "applied",
        RemediationVerdict.NothingToDo => "nothing to do",
        RemediationVerdict.DryRun when outcome.Declined is { } reason => $"dry run, would be DECLINED ({Spaced(reason)})",
        RemediationVerdict.DryRun => "dry run, nothing was changed",
        RemediationVerdict.Observed => "mode observe, nothing was changed",
        RemediationVerdict.Declined => $"DECLINED ({(outcome.Declined is { } reason ? Spaced(reason) : "no reason given")}), nothing was changed",
        { } verdict => Spaced(verdict).ToUpperInvariant(),
        null => "NO VERDICT",
    };

    // One line for all features of a short name that went the same way: people know tso, not its five parts.
    private static void WriteChanges(ConsoleWriter page, RemediationResponse outcome)
    {
        if (outcome is not { Before: { Count: > 0 } before, After: { } after })
            return;
        var rows = new List<string[]>();
        foreach (var change in before.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .GroupBy(pair => (Short: OffloadNames.Short(pair.Key), Before: pair.Value, After: after.GetValueOrDefault(pair.Key) ?? "?")))
        {
            var same = change.Key.Before == change.Key.After;
            var names = change.Select(pair => pair.Key).ToList();
            rows.Add([change.Key.Short, $"{change.Key.Before} -> {change.Key.After}{(same ? " (unchanged)" : "")}", names is [var only] ? only == change.Key.Short ? "" : only : Humanize.Count(names.Count, "feature")]);
        }
        page.Table("  ", rows);
    }

    // What to do instead is mostly the same for all of them, and said once then.
    private static IEnumerable<string> FixedTogether(IEnumerable<string> settings) => settings
        .Select(setting => setting.IndexOf(' ', StringComparison.Ordinal) is var end and > 0 ? (Name: setting[..end], Why: setting[end..]) : (Name: setting, Why: ""))
        .GroupBy(setting => setting.Why, setting => OffloadNames.Short(setting.Name))
        .Select(group => string.Join(", ", group.Distinct()) + group.Key);

    private static string Seen(RemediationEvidence evidence)
    {
        var seen = new List<string>();
        if (evidence.TxAdvancedSeconds is { } advanced)
            seen.Add($"TX advanced after {Humanize.Seconds(advanced)}{(evidence.TxPackets is { } packets ? $" ({Humanize.Count((long)Math.Min(packets, long.MaxValue), "packet")})" : "")}");
        else if (evidence.TxPackets == 0)
            seen.Add("nothing was sent");
        else if (evidence.TxPackets is { } packets)
            seen.Add($"{Humanize.Count((long)Math.Min(packets, long.MaxValue), "packet")} sent");
        if (evidence.CarrierSeconds is > 0 and { } carrier)
            seen.Add($"link back after {Humanize.Seconds(carrier)}");
        seen.Add(evidence.HangReports == 0 ? $"no hang report within {Humanize.Seconds(evidence.Seconds)}" : $"{Humanize.Count(evidence.HangReports, "hang report")} within {Humanize.Seconds(evidence.Seconds)}");
        if (evidence.Error is { } error)
            seen.Add($"the kernel said: {error}");
        return string.Join("; ", seen);
    }

    private static bool IsPlanOnly(RemediationVerdict? verdict) => verdict is RemediationVerdict.DryRun or RemediationVerdict.Observed or RemediationVerdict.Declined;

    private static string Spaced<T>(T value) where T : struct, Enum => SnakeCase.Of(value).Replace('_', ' ');
}
