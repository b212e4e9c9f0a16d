using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Cli;

/// <summary>What a person sees of hang episodes at an 80x25 console, letter by letter.</summary>
public sealed class EpisodesTextTests
{
    [Fact]
    public void Episodes_AreATable() =>
        ScreenText.AssertText(
            """
            ID                         DRIVER  SHAPE  OUTAGE  REPORTS  LAST REMEDIATION
            20260724T031109Z-eno1      e1000e  wedge  41s     21       healed
            20260723T000000Z-x~1b~5b2  -       -      no end  -        none
            """,
            page => EpisodesText.Write(
                page, [EpisodeResponse.Of(Episode),
                    EpisodeResponse.Of(new EpisodeBundle("20260723T000000Z-x~1b~5b2", @"x\x1b[2"))]));

    [Fact]
    public void Episodes_WhereThereIsNone_SaySo() =>
        ScreenText.AssertText("no hang episode was recorded", page => EpisodesText.Write(page, []));

    [Fact]
    public void Episode_IsOneScreenOfIt() =>
        ScreenText.AssertText(
            """
            eno1 (e1000e, 0000:00:1f.6)
              began    2026-07-24 03:11:09Z
              ended    2026-07-24 03:11:50Z: wedge, 41s, 21 reports
              report   TDH=b4 TDT=e5
              done     2026-07-24 03:11:20Z not healed, profile segmentation, recovery
                       reinit (r1)
                       Not one packet was sent.
              done     2026-07-24 03:11:50Z healed, recovery bounce (r2)
                       Packets are sent again.
              the last 8 of 12 kernel lines:
                line 5
                line 6
                line 7
                line 8
                line 9
                line 10
                line 11
                line 12 \u001b[2J
              missing  no room
              all of it in /s/episodes/20260724T031109Z-eno1.json
            """,
            page => EpisodesText.Write(page, Episode, "/s/episodes/20260724T031109Z-eno1.json"));

    private static EpisodeBundle Episode => new("20260724T031109Z-eno1", "eno1")
    {
        Bus = "0000:00:1f.6",
        Driver = "e1000e",
        Start = new DateTimeOffset(2026, 7, 24, 3, 11, 9, TimeSpan.Zero),
        Summary = new EpisodeSummary("20260724T031109Z-eno1", new DateTimeOffset(2026, 7, 24, 3, 11, 9, TimeSpan.Zero),
            new DateTimeOffset(2026, 7, 24, 5, 11, 50, TimeSpan.FromHours(2)), "wedge", 41.2, 21),
        Report = "TDH=b4 TDT=e5",
        KernelLines = [.. Enumerable.Range(1, 11).Select(number => $"line {number}"), "line 12 \u001b[2J"],
        Remediations =
        [
            new EpisodeRemediation("r1", RemediationVerdict.NotHealed, "Not one packet was sent.")
                { Time = new DateTimeOffset(2026, 7, 24, 3, 11, 20, TimeSpan.Zero), Profile = "segmentation",
                    RecoveryAction = "reinit" },
            new EpisodeRemediation("r2", RemediationVerdict.Healed, "Packets are sent again.")
            { Time = new DateTimeOffset(2026, 7, 24, 3, 11, 50, TimeSpan.Zero), RecoveryAction = "bounce" },
        ],
        Errors = ["no room"],
    };
}
