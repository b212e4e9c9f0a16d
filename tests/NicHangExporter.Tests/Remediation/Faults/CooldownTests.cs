using NicHangExporter.Api;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>How often a device may be changed, and how long one that passes traffic is left alone.</summary>
public sealed class CooldownTests
{
    // Each changes something.
    private static readonly string[] Settings = ["tso", "gso", "tx", "sg", "gro", "rxhash", "rxvlan", "txvlan", "rx"];

    [Fact]
    public async Task Cooldown_DoublesFromTenMinutesToSixHours()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { DeviceBudget = 100 },
        }).Open();
        var pauses = new List<double>();
        foreach (var setting in Settings[..8])
        {
            Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request(setting)).Verdict);
            var began = scene.Entries(JournalEvent.Intent)[^1];
            var declined = scene.Ask(scene.Request("rx"));
            Assert.Equal(DeclineReason.Cooldown, declined.Declined);
            // The exact rest.
            Assert.Equal(began.Age + began.Cooldown!.Value - scene.Host.Ledger.Age, declined.RetryAfter!.Value, 0.001);
            Assert.Contains("passes traffic", declined.Explanation, StringComparison.Ordinal);
            pauses.Add(began.Cooldown.Value);
            var until = await scene.Metric("nichang_remediation_cooldown_until_timestamp_seconds{device=\"eno1\"}");
            Assert.Equal(scene.Host.Clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0 + declined.RetryAfter.Value,
                until!.Value, 1.0);

            // A second before it is over it is not, and then it is.
            scene.LiveLong((declined.RetryAfter.Value - 1) / 3600, stride: 300);
            Assert.InRange(scene.Ask(scene.Request("rx")).RetryAfter!.Value, 0.5, 1);
            scene.Live(1);
        }
        Assert.Equal([600, 1200, 2400, 4800, 9600, 19200, 21600, 21600], pauses);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("rx")).Verdict);
    }

    [Fact]
    public void Cooldown_DoesNotKeepAWedgeWaitingNorIsItShortenedByOne()
    {
        using var scene = new FaultScene().Open();
        scene.Ask(scene.Request("tso", "gso", "tx"));
        scene.Ask(scene.Request("rx"));
        var until = scene.Record.CooldownUntil;
        Assert.True(until > scene.Host.Ledger.Age);
        scene.Hang();
        Assert.Equal(RemediationVerdict.Healed, scene.Ask(scene.LocalRequest()).Verdict);
        Assert.True(scene.Record.CooldownUntil >= until);
        Assert.Equal(DeclineReason.Cooldown, scene.Ask(scene.Request("gro")).Declined);
    }

    [Fact]
    public void Cooldown_AnswersANoOpAndAnUndoAllTheSame()
    {
        using var scene = new FaultScene().Open();
        scene.Ask(scene.Request("tso"));
        Assert.Equal(RemediationVerdict.NothingToDo, scene.Ask(scene.Request("tso")).Verdict);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);
        Assert.Equal(5, scene.Host.Remediator.Status().Devices.Single().BudgetLeft);
    }

    [Fact]
    public void Cooldown_SurvivesARestart()
    {
        using var scene = new FaultScene().Open();
        scene.Ask(scene.Request("tso"));
        var rest = scene.Ask(scene.Request("gso")).RetryAfter!.Value;
        scene.Restart();
        Assert.Equal(rest, scene.Ask(scene.Request("gso")).RetryAfter!.Value, 1.0);
    }

    [Fact]
    public async Task BudgetOfTheDevice_Gone_IsQuarantineUntilAPersonClearsIt()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Cooldown = TimeSpan.Zero },
        }).Open();
        foreach (var setting in Settings[..6])
            Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request(setting)).Verdict);

        var declined = scene.Ask(scene.Request("rxvlan"));
        Assert.Equal(DeclineReason.Quarantined, declined.Declined);
        Assert.Contains("6 remediations", declined.Explanation, StringComparison.Ordinal);
        Assert.Equal(1, await scene.Metric("nichang_remediation_quarantined{device=\"eno1\"}"));
        Assert.Equal(0, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));
        // Neither time nor a restart lifts it.
        scene.LiveLong(25, stride: 600);
        scene.Restart(options => options with { Remediation = options.Remediation with { Cooldown = TimeSpan.Zero } });
        Assert.Equal(DeclineReason.Quarantined, scene.Ask(scene.Request("rxvlan")).Declined);
        Assert.Single(scene.Entries(JournalEvent.Quarantined));
        // Undoing is still possible.
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.RollbackRequest()).Verdict);

        _ = scene.Host.Remediator.ClearQuarantineAsync(scene.Nic.Interface, "root");
        scene.Host.RemediationWorker.RunPending();
        Assert.Equal(0, await scene.Metric("nichang_remediation_quarantined{device=\"eno1\"}"));
        Assert.Equal(6, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));
        Assert.Equal("root", Assert.Single(scene.Entries(JournalEvent.Cleared)).Actor);
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("rxvlan")).Verdict);
    }

    [Fact]
    public void BudgetOfTheDevice_ComesBackAfterADay()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Cooldown = TimeSpan.Zero },
        }).Open();
        foreach (var setting in Settings[..5])
            scene.Ask(scene.Request(setting));
        scene.LiveLong(24.1, stride: 600);
        Assert.Equal(6, scene.Host.Remediator.Status().Devices.Single().BudgetLeft);
    }

    [Fact]
    public async Task BudgetOfTheHost_IsUsedUpByTwoDevicesInTurn()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Cooldown = TimeSpan.Zero, DeviceBudget = 7 },
        });
        var other = scene.Add("eno2", "0000:02:00.0");
        scene.Open();
        for (var pass = 0; pass < 12; pass++)
        {
            var request = scene.Request(Settings[pass / 2]) with
            {
                Device = pass % 2 == 0 ? scene.Nic.Interface
                : other.Interface
            };
            Assert.Equal(RemediationVerdict.Applied, scene.Ask(request).Verdict);
        }
        Assert.Equal(0, await scene.Metric("nichang_remediation_host_budget_left"));
        Assert.Equal(1, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));

        var declined = scene.Ask(scene.Request("rxvlan"));
        Assert.Equal(DeclineReason.Quarantined, declined.Declined);
        Assert.Contains("this host", declined.Explanation, StringComparison.Ordinal);
        Assert.Equal(0, await scene.Metric("nichang_remediation_quarantined{device=\"eno2\"}"));
    }

    [Fact]
    public async Task Observe_SpendsNothing()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { Api = RemediationMode.Observe },
        }).Open();
        foreach (var setting in Settings)
        {
            Assert.Equal(RemediationVerdict.Observed,
                scene.Ask(scene.Request(setting) with { Trigger = RemediationTrigger.Api }).Verdict);
            // Within a minute it would be the same answer again, and only counted as such.
            scene.Live(60);
        }
        Assert.Empty(scene.Operations);
        Assert.Equal(6, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));
        Assert.Equal(0, await scene.Metric("nichang_remediation_cooldown_until_timestamp_seconds{device=\"eno1\"}"));
        Assert.Empty(scene.Entries(JournalEvent.Intent));
        Assert.Equal(9, await scene.Outcomes("api", "observed"));
    }

    [Fact]
    public async Task DryRun_SpendsNothingAndLeavesNoTrace()
    {
        using var scene = new FaultScene().Open();
        scene.Ask(scene.Request("gro"));
        scene.Nic.Operations.Clear();
        var (lines, state) = (scene.Journal().Count, JournalWriter.Text(scene.Host.Ledger.State));
        scene.Hang();
        foreach (var request in new[]
        {
            scene.Request("tso"), scene.Request(), scene.Request("tso") with { Recover = true },
            scene.RollbackRequest(), scene.LocalRequest(), scene.Request("no-such"),
        })
            Assert.Contains(scene.Ask(request with { DryRun = true }).Verdict,
                (RemediationVerdict[])[RemediationVerdict.DryRun, RemediationVerdict.Declined]);
        scene.Live(30);

        Assert.Empty(scene.Operations);
        Assert.Equal(lines, scene.Journal().Count);
        Assert.Equal(state, JournalWriter.Text(scene.Host.Ledger.State));
        Assert.Equal(5, await scene.Metric("nichang_remediation_budget_left{device=\"eno1\"}"));
    }

    [Fact]
    public void Refusal_ByTheKernel_CostsBudgetAsWell()
    {
        // Else a client that repeats its request would reset a broken device for ever.
        using var scene = new FaultScene().Open();
        scene.Nic.Errors["tx-generic-segmentation off"] = NicHangExporter.Linux.Errno.Busy;
        Assert.Equal(RemediationVerdict.Failed, scene.Ask(scene.Request("gso")).Verdict);
        Assert.Equal(5, scene.Host.Remediator.Status().Devices.Single().BudgetLeft);
        Assert.Equal(DeclineReason.Cooldown, scene.Ask(scene.Request("gso")).Declined);
    }
}
