using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Cli;

/// <summary>What a person sees of the status and the devices at an 80x25 console, letter by letter.</summary>
public sealed class StatusTextTests
{
    [Fact]
    public void Status_AtRest_IsElevenLines() =>
        ScreenText.AssertText(
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
        ScreenText.AssertText(
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
        ScreenText.AssertText(
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
        ScreenText.AssertText(
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
        ScreenText.AssertText(
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
        ScreenText.AssertText(
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
        ScreenText.AssertText(
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
        ScreenText.AssertText(
            "no physical network device found; --collector.virtual also shows bridges,\nbonds, veth and lo",
            page => DevicesText.Write(page, DeviceList.Of(TestStatus.Empty), isWatched: false));
}
