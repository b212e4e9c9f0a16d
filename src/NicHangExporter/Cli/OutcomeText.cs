using NicHangExporter.Api;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Cli;

/// <summary>
/// The outcome of a remediation as text: first the verdict, then what was done and seen, then what to do next.
/// </summary>
internal static class OutcomeText
{
    /// <summary>Writes it.</summary>
    /// <param name="page">The output.</param>
    /// <param name="outcome">The outcome.</param>
    /// <param name="isRollback">The command was a rollback.</param>
    public static void Write(ConsoleWriter page, RemediationResponse outcome, bool isRollback = false)
    {
        page.Line($"{outcome.Device}: {Title(outcome, isRollback)}");
        page.Paragraph("  ", outcome.Explanation ?? "");
        if (outcome.Joined == true)
            page.Paragraph(
                "  ", "A remediation of it was in progress already, asked for by somebody else; this is how that one "
                + "ended.");
        if (outcome.Profile is { } profile)
            page.Paragraph("  profile    ", profile);
        if (outcome.RecoveryAction is { } action)
            page.Paragraph("  recovery   ", action);
        if (outcome.Steps is { Count: > 0 } steps)
            page.Paragraph(IsPlanOnly(outcome.Verdict) ? "  would do   " : "  steps      ", string.Join(", ", steps));
        WriteChanges(page, outcome);
        if (OffBefore(outcome) is { Count: > 0 } off)
            page.Paragraph("  off before ", string.Join(", ", off));
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
        RemediationVerdict.DryRun when outcome.Declined is { } reason =>
            $"dry run, would be DECLINED ({Humanize.Word(reason)})",
        RemediationVerdict.DryRun => "dry run, nothing was changed",
        RemediationVerdict.Observed => "mode observe, nothing was changed",
        RemediationVerdict.Declined =>
            $"DECLINED ({(outcome.Declined is { } reason ? Humanize.Word(reason) : "no reason given")}), nothing was "
            + $"changed",
        { } verdict => Humanize.Word(verdict).ToUpperInvariant(),
        null => "NO VERDICT",
    };

    // One line for all features of a short name that changed in the same way: people know tso, not its five parts.
    private static void WriteChanges(ConsoleWriter page, RemediationResponse outcome)
    {
        if (outcome is not { Before: { Count: > 0 } before, After: { } after })
            return;
        var rows = new List<string[]>();
        foreach (var change in before.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .GroupBy(pair =>
                (Short: OffloadNames.Short(pair.Key), Before: pair.Value, After: after.GetValueOrDefault(pair.Key)
                    ?? "?")))
        {
            var unchanged = change.Key.Before == change.Key.After ? " (unchanged)" : "";
            var names = change.Select(pair => pair.Key).ToList();
            rows.Add([change.Key.Short, $"{change.Key.Before} -> {change.Key.After}{unchanged}",
                LongName(change.Key.Short, names)]);
        }
        page.Table("  ", rows);
    }

    private static string LongName(string shortName, List<string> names) =>
        names is not [var only] ? Humanize.Count(names.Count, "feature") : only == shortName ? "" : only;

    // Of tx, a device may have had two features on and three off; then it is among the changes.
    private static List<string> OffBefore(RemediationResponse outcome) =>
        [.. (outcome.AlreadyOff ?? []).Select(OffloadNames.Short)
            .Except((outcome.Before?.Keys ?? []).Select(OffloadNames.Short))];

    // The advice is the same for most of them, and then it stands once.
    private static IEnumerable<string> FixedTogether(IEnumerable<string> settings) => settings
        .Select(setting => setting.IndexOf(' ', StringComparison.Ordinal) is var end and > 0
            ? (Name: setting[..end], Why: setting[end..])
            : (Name: setting, Why: ""))
        .GroupBy(setting => setting.Why, setting => OffloadNames.Short(setting.Name))
        .Select(group => string.Join(", ", group.Distinct()) + group.Key);

    private static string Seen(RemediationEvidence evidence)
    {
        var seen = new List<string>();
        var sent = evidence.TxPackets is { } packets ? Humanize.Count((long)Math.Min(packets, long.MaxValue), "packet")
            : null;
        if (evidence.TxAdvancedSeconds is { } advanced)
            seen.Add($"TX advanced after {Humanize.Seconds(advanced)}{(sent is null ? "" : $" ({sent})")}");
        else if (sent is not null)
            seen.Add(evidence.TxPackets == 0 ? "nothing was sent" : $"{sent} sent");
        if (evidence.CarrierSeconds is > 0 and { } carrier)
            seen.Add($"link back after {Humanize.Seconds(carrier)}");
        var reports = evidence.HangReports == 0 ? "no hang report"
            : Humanize.Count(evidence.HangReports, "hang report");
        seen.Add($"{reports} within {Humanize.Seconds(evidence.Seconds)}");
        if (evidence.Error is { } error)
            seen.Add($"the kernel said: {error}");
        return string.Join("; ", seen);
    }

    private static bool IsPlanOnly(RemediationVerdict? verdict) =>
        verdict is RemediationVerdict.DryRun or RemediationVerdict.Observed or RemediationVerdict.Declined;
}
