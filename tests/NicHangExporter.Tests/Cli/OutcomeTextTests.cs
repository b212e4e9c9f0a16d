using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Cli;

/// <summary>What a person sees of a remediation at an 80x25 console, letter by letter.</summary>
public sealed class OutcomeTextTests
{
    [Fact]
    public void Outcome_Healed_SaysWhatChangedAndWhatWasSeen() =>
        AssertText(
            """
            eno1: healed
              Packets are sent again and no hang was reported for the whole window.
              profile    classic
              recovery   reinit
              steps      tx-tcp-segmentation off, tx-tcp6-segmentation off,
                         tx-generic-segmentation off, rx-checksum off, reinit
              eee  off -> off (unchanged)
              rx   on -> off               rx-checksum
              gso  on -> off               tx-generic-segmentation
              tso  on -> off               2 features
              off before gro, tx
              fixed      rxvlan, txvlan is fixed by e1000e: look elsewhere
              fixed      sg: odd
              seen       TX advanced after 0.4s (5120 packets); link back after 2.1s; no
                         hang report within 33s
              undo       nic-hang-exporter rollback eno1
              id         000017
            """,
            new RemediationOutcome(
                "000017", "eno1", RemediationVerdict.Healed,
                "Packets are sent again and no hang was reported for the whole window.")
            {
                Profile = "classic",
                RecoveryAction = "reinit",
                Steps = ["tx-tcp-segmentation off", "tx-tcp6-segmentation off", "tx-generic-segmentation off",
                    "rx-checksum off", "reinit"],
                AlreadyOff = ["rx-gro", "tx-checksum-ipv4", "tx-checksum-ipv6"],
                Fixed = ["rx-vlan-hw-parse is fixed by e1000e: look elsewhere",
                    "tx-vlan-hw-insert is fixed by e1000e: look elsewhere", "sg: odd"],
                Before = new Dictionary<string, string>
                { ["tx-tcp-segmentation"] = "on", ["tx-tcp6-segmentation"] = "on", ["tx-generic-segmentation"] = "on",
                    ["rx-checksum"] = "on", ["eee"] = "off" },
                After = new Dictionary<string, string>
                    { ["tx-tcp-segmentation"] = "off", ["tx-tcp6-segmentation"] = "off",
                        ["tx-generic-segmentation"] = "off", ["rx-checksum"] = "off", ["eee"] = "off" },
                Evidence = new RemediationEvidence(32.6, 5120, 0.44, 0, 2.1),
            });

    [Fact]
    public void Outcome_NotHealed_SaysWhatIsNext() =>
        AssertText(
            """
            eno1: NOT HEALED
              Not one packet was sent since the action.
              recovery   reinit
              seen       nothing was sent; 15 hang reports within 30s
              next       The next recovery action. After the last one, only unbinding the
                         driver or a reboot helps, at times a cold one:
                         nic-hang-exporter remediate --recover eno1
              id         3
            """,
            new RemediationOutcome(
                "3", "eno1", RemediationVerdict.NotHealed, "Not one packet was sent since the action.")
            {
                RecoveryAction = "reinit",
                Evidence = new RemediationEvidence(30, 0, HangReports: 15),
            });

    [Fact]
    public void Outcome_DeclinedInCooldown_SaysHowLong() =>
        AssertText(
            """
            eno1: DECLINED (cooldown), nothing was changed
              The device passes traffic and was changed a short time ago.
              would do   rx-checksum off
              wait       9m30s
              next       Ask again then, or end the cool-down. A rollback does not wait.
                         nic-hang-exporter quarantine clear eno1
              id         4
            """,
            new RemediationOutcome(
                "4", "eno1", RemediationVerdict.Declined, "The device passes traffic and was changed a short time ago.")
            {
                Declined = DeclineReason.Cooldown,
                RetryAfter = 569.2,
                Steps = ["rx-checksum off"],
            });

    [Fact]
    public void Outcome_OfADryRun_SaysWhatWouldBeDone() =>
        AssertText(
            """
            eno1: dry run, nothing was changed
              It would turn off segmentation.
              would do   tx-tcp-segmentation off
            """,
            new RemediationOutcome("", "eno1", RemediationVerdict.DryRun, "It would turn off segmentation.")
            { Steps = ["tx-tcp-segmentation off"] });

    [Fact]
    public void Outcome_OfAHostileName_IsQuotedInCommandsAndHarmlessElsewhere() =>
        AssertText(
            """
            -rf$(id): UNVERIFIED
              It says \u001b]0;owned\u0007.
              next       The change stands, unproven. Look, or undo it:
                         nic-hang-exporter devices
                         nic-hang-exporter rollback -- $'-rf\x24\x28id\x29'
            """,
            new RemediationOutcome("", "-rf$(id)", RemediationVerdict.Unverified, "It says \u001b]0;owned\u0007."));

    [Fact]
    public void Outcome_Joined_SaysThatItWasSomebodyElses()
    {
        var output = new StringWriter();
        OutcomeText.Write(
            new ConsoleWriter(output),
            RemediationResponse.Of(new RemediationOutcome("5", "eno1", RemediationVerdict.Applied, "Done."))
            with { Joined = true });

        Assert.Contains("asked for by somebody else", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Outcome_OfEveryKind_FitsTheScreenAndSaysWhatIsNext()
    {
        foreach (var verdict in Enum.GetValues<RemediationVerdict>())
            foreach (DeclineReason? reason in verdict is RemediationVerdict.Declined
                ? Enum.GetValues<DeclineReason>().Select(value => (DeclineReason?)value) : [null])
            {
                var output = new StringWriter();
                var outcome = new RemediationOutcome("12", "enp0s31f6", verdict, "Because.")
                {
                    Declined = reason,
                    Evidence =
                    new RemediationEvidence(1, Error: "SIOCETHTOOL on enp0s31f6 failed: No such device (errno 19)"),
                };
                OutcomeText.Write(new ConsoleWriter(output), RemediationResponse.Of(outcome));

                var lines = output.ToString().TrimEnd().Split('\n');
                Assert.All(lines, line => Assert.True(line.Length < 80, line));
                Assert.InRange(lines.Length, 3, 24);
                if (!RemediationSuccess.Of(verdict, reason))
                    Assert.Contains(lines, line => line.StartsWith("  next  ", StringComparison.Ordinal));
            }
    }

    private static void AssertText(string expected, RemediationOutcome outcome) =>
        ScreenText.AssertText(expected, page => OutcomeText.Write(page, RemediationResponse.Of(outcome)));
}
