using NicHangExporter.Cli;
using NicHangExporter.Diagnose;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.Text;

namespace NicHangExporter.Setup;

/// <summary>What was found and what is proposed, as text: about a dozen lines on a usual host.</summary>
internal static class SurveyText
{
    // A server with many ports: the first ones are those that hung.
    private const int MaxNics = 8;

    private const int MaxGuests = 6;

    /// <summary>Writes what was found.</summary>
    /// <param name="page">The output.</param>
    /// <param name="survey">The survey.</param>
    /// <param name="before">The configuration file as it is.</param>
    public static void Write(ConsoleWriter page, HostSurvey survey, ConfigurationFileState before)
    {
        if (survey.Nics.Count == 0)
            page.Line("Found no physical NIC.");
        foreach (var nic in survey.Nics.Take(MaxNics))
            Write(page, nic, survey.IsProxmox);
        if (survey.Nics.Count > MaxNics)
            page.Line($"... and {survey.Nics.Count - MaxNics} NICs more that have not hung.");
        foreach (var finding in survey.Nics.SelectMany(nic => nic.Findings).Distinct())
            page.Paragraph("Found     ", $"{Place(finding)}: {finding.Text}");
        foreach (var gap in survey.Gaps)
            page.Paragraph("Log       ", gap);
        var mode = before.Text.Values.GetValueOrDefault("remediation.local", ["off"])[0];
        page.Line($"Now       {before.Name}: "
            + (before.Bytes is null ? "does not exist" : $"remediation.local is {mode}"));
        page.Line($"          {ServiceUnit.Name}: {survey.Unit.Text}");
    }

    /// <summary>Writes what is proposed, with what the command line has decided.</summary>
    /// <param name="page">The output.</param>
    /// <param name="survey">The survey.</param>
    /// <param name="named">The devices of the command line; empty if it names none.</param>
    /// <param name="mode">The mode of the command line; null if it gives none.</param>
    public static void WriteProposal(
        ConsoleWriter page, HostSurvey survey, IReadOnlyList<SurveyedNic> named, RemediationMode? mode) =>
        page.Paragraph("Proposal  ", named.Count > 0 ? Proposal(named, mode)
            : survey.Proposal is { } nic ? Proposal([nic], mode) : NoProposal(survey));

    /// <summary>The mode to propose for a NIC: enforce if it has hung and the exporter knows a remedy.</summary>
    public static RemediationMode Mode(SurveyedNic nic) =>
        nic.Hangs.HasHung && nic.HasLadder ? RemediationMode.Enforce : RemediationMode.Observe;

    private static void Write(ConsoleWriter page, SurveyedNic nic, bool isProxmox)
    {
        var known = nic switch
        {
            { Driver: null } => "no driver",
            { IsVirtualFunction: true } => $"{nic.Driver}, a virtual function",
            { HasLadder: true } => $"{nic.Driver}, known to hang",
            _ => nic.Driver,
        };
        var chip = nic.PciId.Length > 0 ? $"chip {nic.PciId}, " : "";
        page.Paragraph("NIC       ", $"{nic.Title}: {chip}driver {known}".Replace("driver no driver", "no driver",
            StringComparison.Ordinal));
        page.Paragraph("          ", Hangs(nic.Hangs));
        page.Paragraph("          ", $"{Carried(nic.Carried)}; managed by {Manager(nic.Owner, isProxmox)}");
        if (nic.Owner.Conflict is { } conflict)
            page.Paragraph("          ", conflict);
    }

    private static string Hangs(HangSummary hangs) => hangs switch
    {
        { HasHung: false } => "no hang in the logs",
        { Before: 0 } => $"hung: {Count(hangs.Now, "episode")} in this boot",
        { Now: 0 } => $"hung: {Count(hangs.Before, "episode")} in {Count(hangs.Boots, "earlier boot")}",
        _ => $"hung: {Count(hangs.Now, "episode")} in this boot, {hangs.Before} in "
            + Count(hangs.Boots, "earlier boot"),
    };

    private static string Carried(CarriedGuests carried)
    {
        if (carried.Uppers.Count == 0)
            return "nothing on it";
        var uppers = string.Join(", ", carried.Uppers);
        if (carried.Guests.Count == 0)
            return $"carries {uppers}";
        var more = carried.Guests.Count > MaxGuests ? $" and {carried.Guests.Count - MaxGuests} more" : "";
        return $"carries {uppers} with {string.Join(", ", carried.Guests.Take(MaxGuests))}{more}";
    }

    private static string Manager(NicOwner owner, bool isProxmox) => owner.Manager switch
    {
        NetworkManagerKind.None => "no known network manager",
        NetworkManagerKind.Networkmanager => "NetworkManager",
        NetworkManagerKind.Networkd => "systemd-networkd",
        NetworkManagerKind.Ifupdown2 when isProxmox => "ifupdown2 (Proxmox VE)",
        var manager => SnakeCase.Of(manager),
    };

    private static string Proposal(IReadOnlyList<SurveyedNic> nics, RemediationMode? mode)
    {
        var titles = string.Join(", ", nics.Select(nic => nic.Title));
        if ((mode ?? Mode(nics[0])) == RemediationMode.Enforce)
            return nics.Count == 1 ? $"heal {titles} by itself when it hangs (enforce)"
                : $"heal {titles} by themselves when they hang (enforce)";
        return $"watch {titles} and record what would be done (observe)"
            + (mode is null && nics[0].Hangs.HasHung ? ": no setting is known to help its driver" : "");
    }

    private static string NoProposal(HostSurvey survey)
    {
        if (survey.Nics.FirstOrDefault(nic => nic.Kind is DriverKind.Virtual or DriverKind.VirtualFunction)
            is { Driver: { } driver })
            return $"none: {driver} is a guest's NIC. For each offload, {DriverAdvice.ForFixed(driver)}";
        return "none: no NIC here has hung or has a driver that is known to hang. The exporter watches them all";
    }

    private static string Place(PersistenceFinding finding) =>
        finding.Line > 0 ? $"{finding.Path}:{finding.Line}" : finding.Path;

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
