using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// Somebody else turns a setting on again: it is found soon, corrected if that keeps the link up, and not fought over.
/// </summary>
public sealed class DriftTests
{
    private const string Drift = "nichang_remediation_drift{device=\"eno1\"}";

    [Fact]
    public async Task Drift_InModeEnforce_IsFoundAndCorrectedWithinAMinute()
    {
        using var scene = Decided("tso");
        scene.Nic.Request("tx-tcp-segmentation", on: true);

        scene.Live(60);

        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Equal(["tx-tcp-segmentation off"], scene.Operations);
        Assert.Equal(0, await scene.Metric(Drift));
        Assert.Equal(1, await scene.Outcomes("drift", "applied"));
        // It is no new decision: no cool-down, no budget, and the original is the same.
        Assert.Equal(5, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));
        Assert.Equal("on", scene.Record.Original["tx-tcp-segmentation"]);
        Assert.Equal(1, scene.Host.Log.Count(EventIds.DriftFound));
    }

    [Fact]
    public void Drift_ThatTheKernelNotifies_IsCorrectedWithinASecond()
    {
        using var scene = Decided("tso");
        scene.Live(1);
        scene.Nic.Request("tx-tcp-segmentation", on: true);

        scene.Host.Remediator.CheckDrift(scene.Nic.Interface, isLinkUp: false);
        scene.Live(1);

        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Equal(["tx-tcp-segmentation off"], scene.Operations);
    }

    [Fact]
    public void Drift_AtLinkUps_IsCorrectedOnceForEachInSpiteOfThePause()
    {
        using var scene = Decided("tso");
        scene.Nic.Request("tx-tcp-segmentation", on: true);
        scene.Live(20);
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        for (var linkUp = 1; linkUp <= 2; linkUp++)
        {
            scene.Nic.Request("tx-tcp-segmentation", on: true);
            scene.Host.Remediator.CheckDrift(scene.Nic.Interface, isLinkUp: true);
            scene.Live(linkUp == 1 ? 5 : 1);
            Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        }

        // It is on again without a link-up: the pause holds.
        scene.Nic.Request("tx-tcp-segmentation", on: true);
        scene.Host.Remediator.CheckDrift(scene.Nic.Interface, isLinkUp: false);
        scene.Live(1);
        Assert.True(scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    [Fact]
    public void Drift_OfALinkThatFlaps_IsCorrectedEveryFiveSeconds()
    {
        using var scene = Decided("tso");
        for (var linkUp = 1; linkUp <= 10; linkUp++)
        {
            scene.Nic.Request("tx-tcp-segmentation", on: true);
            scene.Host.Remediator.CheckDrift(scene.Nic.Interface, isLinkUp: true);
            scene.Live(1);
        }
        Assert.InRange(scene.Operations.Count(), 2, 3);

        scene.Live(5);
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    [Theory]
    [InlineData("observe")]
    [InlineData("off")]
    public async Task Drift_InALesserMode_IsShownAndLeft(string name)
    {
        var mode = name == "observe" ? RemediationMode.Observe : RemediationMode.Off;
        using var scene = Decided("tso");
        scene.Restart(options => options with
        {
            Remediation = options.Remediation with
            {
                Local = mode,
                Webhook = mode,
                Api = mode
            }
        });
        scene.Nic.Request("tx-tcp-segmentation", on: true);

        scene.Live(90);

        Assert.Empty(scene.Operations);
        Assert.Equal(1, await scene.Metric(Drift));
        Assert.Equal(["tx-tcp-segmentation"], scene.Host.Remediator.Status().Devices.Single().Drifted);
    }

    [Fact]
    public async Task Drift_OfWhatNeedsAReset_IsShownAndLeft()
    {
        using var scene = Decided("rx", "eee", "tso");
        scene.Nic.Request("rx-checksum", on: true);
        scene.Nic.Eee = scene.Nic.Eee! with { Enabled = true };
        scene.Nic.Request("tx-tcp6-segmentation", on: true);

        scene.Live(90);

        Assert.Equal(["tx-tcp6-segmentation off"], scene.Operations);
        Assert.Equal(2, await scene.Metric(Drift));
    }

    [Fact]
    public async Task Drift_OfADriverThatNobodyKnows_IsCorrectedOnlyWhereNoDriverResets()
    {
        using var scene = Decided(["rx", "tso"], "atlantic");
        scene.Nic.Request("rx-checksum", on: true);
        scene.Nic.Request("tx-tcp-segmentation", on: true);
        scene.Live(90);
        Assert.Equal(["tx-tcp-segmentation off"], scene.Operations);
        Assert.Equal(1, await scene.Metric(Drift));
    }

    [Fact]
    public async Task Drift_InQuarantine_IsShownAndLeft()
    {
        using var scene = Decided("tso");
        scene.Host.Ledger.Record(new JournalEntry(JournalEvent.Quarantined) { Key = scene.Key, Device = "eno1" });
        scene.Nic.Request("tx-tcp-segmentation", on: true);
        scene.Live(600);
        Assert.Empty(scene.Operations);
        Assert.Equal(1, await scene.Metric(Drift));
        // Logged once, not every minute.
        Assert.Single(scene.Entries(JournalEvent.Outcome), entry => entry.Declined == DeclineReason.Quarantined);
    }

    [Fact]
    public void Drift_OfADeviceMadeAnew_IsFoundByItsHardware()
    {
        using var scene = Decided("tso");
        scene.Nic.MakeAnew(scene.Host, ifindex: 17);
        scene.Nic.Rename(scene.Host, "lan0");

        scene.Live(60);

        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Equal("lan0", scene.Entries(JournalEvent.Intent)[^1].Device);
    }

    [Fact]
    public void Drift_AfterARestart_IsStillDrift()
    {
        using var scene = Decided("tso");
        scene.Nic.Request("tx-tcp-segmentation", on: true);
        scene.Restart();
        scene.Live(60);
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    [Fact]
    public async Task Fight_ForADay_IsBoundedByDoublingPauses()
    {
        using var scene = Decided("tso");
        var from = scene.Journal().Count;
        // Somebody turns it on again before the next check.
        scene.LiveLong(24, stride: 5, () => scene.Nic.Request("tx-tcp-segmentation", on: true));

        var corrections = scene.Entries(JournalEvent.Intent)
            .Where(entry => entry.Trigger == RemediationTrigger.Drift).ToList();
        var pauses = corrections.Zip(corrections.Skip(1), (one, next) => next.Uptime - one.Uptime).ToList();
        Assert.Equal([15.0, 30, 60, 120, 240, 480, 960, 1920],
            pauses.Take(8).Select(pause => Math.Round(pause / 15) * 15));
        Assert.All(pauses.Skip(8), pause => Assert.InRange(pause, 3600, 3630));
        Assert.InRange(corrections.Count, 25, 34);
        Assert.InRange(scene.Journal().Count - from, 50, 300);
        Assert.True(new FileInfo(Path.Combine(scene.Host.Options.Paths.StateDirectory!,
            "journal.jsonl")).Length < 256 * 1024);
        Assert.InRange(scene.Host.Log.Count(EventIds.DriftFound), 1, 40);
        Assert.Equal(1, await scene.Metric(Drift));

        // After an hour without drift the next one is corrected immediately.
        scene.LiveLong(3.1, stride: 5);
        scene.Nic.Request("tx-tcp-segmentation", on: true);
        scene.Live(60);
        Assert.False(scene.Nic.IsRequested("tx-tcp-segmentation"));
    }

    private static FaultScene Decided(params string[] settings) => Decided(settings, "e1000e");

    private static FaultScene Decided(string[] settings, string driver)
    {
        var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Devices = ["0000:00:1f.6"] },
        }, FaultScene.FastDisk, driver).Open();
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request(settings)).Verdict);
        scene.Nic.Operations.Clear();
        return scene;
    }
}
