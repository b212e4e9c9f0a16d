using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Remediation.Reporting;

namespace NicHangExporter.Tests.Cli;

/// <summary>States of the remediation to show.</summary>
internal static class TestStatus
{
    private static readonly DateTimeOffset Time = new(2026, 7, 24, 3, 12, 9, TimeSpan.Zero);

    public static RemediationStatus Empty { get; } = new()
    {
        Modes = new Dictionary<string, string> { ["local"] = "enforce", ["webhook"] = "off", ["api"] = "observe" },
        Paused = false,
        JournalWritable = true,
        Capable = true,
        HostBudgetLeft = 12,
        CommandSeconds = 0,
        Devices = [],
    };

    public static RemediationStatus Busy { get; } = Empty with
    {
        Paused = true,
        PausedBy = [PauseCause.File],
        PauseExplanation =
        "Remediation is paused by the file /etc/nic-hang-exporter/disable: nothing is changed, except to undo. To end "
        + "that, remove the file.",
        ApiOn = true,
        UnmatchedEntries = ["eno9"],
        JournalWritable = false,
        Capable = false,
        HostBudgetLeft = 3,
        Running = "000017",
        CommandSeconds = 12.34,
        Devices =
        [
            new DeviceStatus("eno1", "0000:00:1f.6", "e1000e")
            {
                Present = true,
                Watched = true,
                Listed = true,
                NotProtected = NotProtected.Incapable,
                Hung = true,
                Profile = "segmentation",
                Desired = ["tx-generic-segmentation", "tx-tcp-segmentation", "tx-tcp6-segmentation"],
                Drifted = ["tx-tcp-segmentation"],
                Cooldown = 569.2,
                BudgetLeft = 4,
                Last = new JournalEntry(JournalEvent.Outcome)
                { Time = Time, Trigger = RemediationTrigger.Cli, Actor = "root", Profile = "segmentation",
                    RecoveryAction = "reinit", Verdict = RemediationVerdict.DidNotHold },
                LastEpisode = new EpisodeSummary("20260724-031109-eno1", Time.AddMinutes(-1), Time, "wedge", 41.25, 21),
            },
            new DeviceStatus("enp3s0", "0000:03:00.0", "r8169")
            { Present = true, Watched = true, NotProtected = NotProtected.NotAllowed, BudgetLeft = 0,
                Quarantined = true },
            new DeviceStatus("vmbr0", "", "bridge")
            { Present = true, NotAllowed = DeclineReason.Upper, BudgetLeft = 6 },
            new DeviceStatus(@"x\x1b[2J", "4-1:1.0", "r8152") { BudgetLeft = 6 },
        ],
    };
}
