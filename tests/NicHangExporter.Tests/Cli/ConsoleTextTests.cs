using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Cli;

/// <summary>What a person sees at an 80x25 console, letter by letter.</summary>
public sealed class ConsoleTextTests
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

    [Fact]
    public void Status_AtRest_IsElevenLines() =>
        AssertText(
            """
            daemon      runs; answered at /var/lib/nic-hang-exporter/api.sock
            modes       api observe, local enforce, webhook off
            paused      no
            journal     writable
            privilege   CAP_NET_ADMIN is there
            host budget 12 left of 24 hours
            running     nothing
            api         off: no api.token-file
            watched     none: no physical network device is here; --collector.virtual
                        watches the others
            healed      none
            """,
            page => StatusText.Write(
                page, DeviceList.Of(TestStatus.Empty), "runs; answered at /var/lib/nic-hang-exporter/api.sock",
                isDaemons: true));

    [Fact]
    public void Status_InTrouble_IsLoudAndFitsTheScreen() =>
        AssertText(
            """
            daemon      runs
            modes       api observe, local enforce, webhook off
            paused      YES. Remediation is paused by the file
                        /etc/nic-hang-exporter/disable: nothing is changed, except to undo.
                        To end that, remove the file.
            journal     NOT WRITABLE: what is not recorded is not done
            privilege   CAP_NET_ADMIN IS MISSING: nothing can be changed
            host budget 3 left of 24 hours
            running     remediation 000017; its command has been in the kernel for 12s
            api         on
            watched     eno1, enp3s0
            healed      none
            NOT HEALED  enp3s0: not in remediation.devices
            NOT HEALED  eno1: CAP_NET_ADMIN is missing
            NO DEVICE   'eno9' of remediation.devices matches no device of this host

            eno1 (e1000e, 0000:00:1f.6): HUNG
              last      2026-07-24 03:12:09Z did not hold, asked by cli (root), profile
                        segmentation, recovery reinit
              kept off  gso, tso
              ON AGAIN  tso
              cool-down 9m30s
              last hang 2026-07-24 03:11:09Z, wedge, 41s, 21 reports (episodes
                        20260724-031109-eno1)

            enp3s0 (r8169, 0000:03:00.0): IN QUARANTINE
            """,
            page => StatusText.Write(page, DeviceList.Of(TestStatus.Busy), "runs", isDaemons: true));

    [Fact]
    public void Status_OfNoDaemon_TellsItsOwnModesFromTheDaemons() =>
        AssertText(
            """
            daemon      not asked: no state directory is known
            modes       of the daemon: not known; of this command: api observe, local
                        enforce, webhook off
            paused      not known: no journal was read
            journal     not writable for this command; for the daemon it is not known
            privilege   of the daemon: not known; this command has CAP_NET_ADMIN
            host budget not known: no journal was read
            running     not known: only the daemon can tell
            api         of the daemon: not known
            watched     none: no physical network device is here; --collector.virtual
                        watches the others
            """,
            page => StatusText.Write(
                page, DeviceList.Of(TestStatus.Empty with { JournalWritable = false }),
                "not asked: no state directory is known", isDaemons: false, hasHistory: false));

    [Fact]
    public void Status_OfNoDaemonWithItsJournal_TellsWhatTheJournalKnows() =>
        AssertText(
            """
            daemon      not asked, for none runs
            modes       of the daemon: not known; of this command: api observe, local
                        enforce, webhook off
            paused      no
            journal     writable
            privilege   of the daemon: not known; this command lacks CAP_NET_ADMIN
            host budget 12 left of 24 hours
            running     not known: only the daemon can tell
            api         of the daemon: not known
            watched     none: no physical network device is here; --collector.virtual
                        watches the others
            """,
            page => StatusText.Write(
                page, DeviceList.Of(TestStatus.Empty with { Capable = false }), "not asked, for none runs",
                isDaemons: false));

    [Fact]
    public void Devices_AreATable() =>
        AssertText(
            """
            DEVICE    DRIVER  BUS           HUNG  STAGE         COOL   LEFT  QUAR  ALLOWED
            eno1      e1000e  0000:00:1f.6  HUNG  segmentation  9m30s  4     no    yes
            enp3s0    r8169   0000:03:00.0  no    -             -      0     YES   yes
            vmbr0     bridge  -             no    -             -      6     no    no: upper
            x\x1b[2J  r8152   4-1:1.0       no    -             -      6     no    not here
            COOL: cool-down left. LEFT: remediations left in 24 hours. QUAR: in quarantine,
            until quarantine clear.
            """,
            page => DevicesText.Write(page, DeviceList.Of(TestStatus.Busy), isWatched: true));

    [Theory]
    [InlineData(nameof(NotProtected.Off), true)]
    [InlineData(nameof(NotProtected.Observe), true)]
    [InlineData(nameof(NotProtected.Quarantined), false)]
    [InlineData(null, false)]
    public void Device_ThatNothingActsOnByItself_IsAllowedByHand(string? reason, bool byHand)
    {
        const string Legend =
            """

            ALLOWED, by hand: remediation.local and remediation.webhook of the daemon are
            off or observe, so that a device is changed only on request, as by the command
            remediate.
            """;
        var device = new DeviceStatus("eno1", "0000:00:1f.6", "e1000e")
        {
            Present = true,
            Watched = true,
            NotProtected = reason is null ? null : Enum.Parse<NotProtected>(reason),
            BudgetLeft = 6,
        };
        AssertText(
            $"""
            DEVICE  DRIVER  BUS           HUNG  STAGE  COOL  LEFT  QUAR  ALLOWED
            eno1    e1000e  0000:00:1f.6  no    -      -     6     no    {(byHand ? "by hand" : "yes")}
            COOL: cool-down left. LEFT: remediations left in 24 hours. QUAR: in quarantine,
            until quarantine clear.{(byHand ? Legend : "")}
            """,
            page => DevicesText.Write(
                page, DeviceList.Of(TestStatus.Empty with { Devices = [device] }), isWatched: true));
    }

    [Fact]
    public void Devices_WhereNoDaemonAnswers_AreAllowedByHand()
    {
        var device = new DeviceStatus("eno1", "0000:00:1f.6", "e1000e") { Present = true, BudgetLeft = 6 };
        AssertText(
            """
            DEVICE  DRIVER  BUS           HUNG  STAGE  COOL  LEFT  QUAR  ALLOWED
            eno1    e1000e  0000:00:1f.6  ?     -      -     6     no    by hand
            COOL: cool-down left. LEFT: remediations left in 24 hours. QUAR: in quarantine,
            until quarantine clear.
            ALLOWED, by hand: the command remediate may change the device. No daemon
            answers, so that none is known to act by itself.
            """,
            page => DevicesText.Write(
                page, DeviceList.Of(TestStatus.Empty with { Devices = [device] }), isWatched: false));
    }

    [Fact]
    public void Devices_WhereThereIsNone_SaySo() =>
        AssertText("no physical network device found; --collector.virtual also shows bridges,\nbonds, veth and lo",
            page => DevicesText.Write(page, DeviceList.Of(TestStatus.Empty), isWatched: false));

    [Fact]
    public void Episodes_AreATable() =>
        AssertText(
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
        AssertText("no hang episode was recorded", page => EpisodesText.Write(page, []));

    [Fact]
    public void Episode_IsOneScreenOfIt() =>
        AssertText(
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

    private static void AssertText(string expected, RemediationOutcome outcome) =>
        AssertText(expected, page => OutcomeText.Write(page, RemediationResponse.Of(outcome)));

    private static void AssertText(string expected, Action<ConsoleWriter> write)
    {
        var output = new StringWriter();
        write(new ConsoleWriter(output));
        Assert.Equal(expected + "\n", output.ToString());
    }
}
