using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.TestSupport;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>What the loop leaves out, puts off or leaves to others, so that it does no harm.</summary>
public sealed class LocalLoopLimitTests : LocalLoop
{
    [Fact]
    public void TwoNicsAtOnce_IsAmbiguousAndLeftAlone()
    {
        var other = Host.AddSimulatedNic("eno2", "0000:02:00.0");
        Begin();
        Nic.Hang();
        other.Hang();
        Host.Live(60);

        Assert.Empty(Nic.Operations);
        Assert.Empty(other.Operations);
        Assert.Equal(DeclineReason.Ambiguous,
            Host.JournalEntries().First(entry => entry.Declined is not null).Declined);

        // One of them gets well: the other one is a NIC's fault after all.
        other.IsHung = false;
        Host.Live(60);

        Assert.False(Nic.IsHung);
        Assert.Empty(other.Operations);
    }

    [Fact]
    public void HangWhileAnOperatorsRequestRuns_WaitsForItAndThenHeals()
    {
        Begin();
        // A driver that takes its time: the request is watched for ten seconds.
        Nic.Resetting.Clear();
        Nic.HangsWhile = nic => !nic.IsRequested("rx-checksum");
        var ticket = Host.Remediator.Submit(new RemediationRequest(Nic.Interface,
            RemediationTrigger.Cli)
        { Settings = ["rx"] });
        Host.RemediationWorker.RunPending();
        Host.Live(1);
        Assert.True(Nic.IsHung);
        Assert.False(ticket.Outcome.IsCompleted);
        Nic.HangsWhile = _ => false;
        Host.Live(80);

        Assert.True(ticket.Outcome.IsCompleted);
        Assert.False(Nic.IsHung);
        Assert.Equal(["cli", "local"], Intents().Select(intent => SnakeCase.Of(intent.Trigger!.Value)));
        Assert.Equal(RemediationVerdict.Healed, Verdicts()[^1]);
        // Never two at the same time: the second intent comes after the first outcome.
        var events = Host.JournalEntries().Where(entry => entry.Event is JournalEvent.Intent or JournalEvent.Outcome
            && entry.Declined is null).Select(entry => entry.Event).ToList();
        Assert.Equal([JournalEvent.Intent, JournalEvent.Outcome, JournalEvent.Intent, JournalEvent.Outcome], events);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BounceThatWouldLoseTheDefaultRoute_IsLeftOutUnlessItIsAllowed(bool isAllowed)
    {
        Host.Configure(options => options with { Remediation = options.Remediation with { BounceRoutes = isAllowed } });
        Directory.CreateDirectory(Path.Combine(Host.Options.Paths.Procfs, "net"));
        File.WriteAllText(Path.Combine(Host.Options.Paths.Procfs, "net/route"),
            "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
            + "eno1\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n");
        Nic.CuredBy.Remove("reinit");
        Begin();
        Nic.Hang();
        Host.Live(100);

        Assert.Equal(isAllowed, Nic.Operations.Any(operation => operation.What == "down"));
        Assert.Equal(isAllowed ? 0 : 1, Host.Log.Count(EventIds.BounceLeftOut));
        Assert.True(isAllowed || Intents().Count > 1);
    }

    [Fact]
    public void BounceThatWouldLoseTheRouteOfAVlanOnTheDevice_IsLeftOut()
    {
        Host.Sysfs.Add("eno1.100"u8);
        NicHangExporter.TestSupport.SysfsTree.Link("../eno1.100", default,
            Path.Combine(Host.Sysfs.Root, "class/net/eno1/"), "upper_eno1.100"u8);
        Directory.CreateDirectory(Path.Combine(Host.Options.Paths.Procfs, "net"));
        File.WriteAllText(Path.Combine(Host.Options.Paths.Procfs, "net/route"),
            "Iface\tDestination\tGateway \tFlags\neno1.100\t00000000\t0101A8C0\t0003\n");
        Nic.CuredBy.Remove("reinit");
        Begin();
        Nic.Hang();
        Host.Live(100);

        Assert.DoesNotContain(Nic.Operations, operation => operation.What == "down");
    }

    [Fact]
    public async Task BudgetThatIsGone_WhoAsksForNothingNew_BringsNothingIntoQuarantine()
    {
        Host.Configure(options => options with { Remediation = options.Remediation with { DeviceBudget = 1 } });
        Begin();
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(Nic.Interface, RemediationTrigger.Cli) { Settings = ["tso"] }).Verdict);

        Assert.Equal(RemediationVerdict.NothingToDo,
            Host.Ask(new(Nic.Interface, RemediationTrigger.Cli) { Settings = ["tso"] }).Verdict);
        Assert.Equal(DeclineReason.Cooldown,
            Host.Ask(new(Nic.Interface, RemediationTrigger.Cli) { Settings = ["tx"] }).Declined);

        Assert.Equal(0, await Host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
    }

    [Fact]
    public void BounceCutByDeath_AndADeviceThatCannotBeReadAtTheNextStart_ComesUpAndIsSettledLater()
    {
        Nic.CuredBy.Remove("reinit");
        Begin();
        Nic.Hang();
        for (var second = 0; second < 100 && Nic.IsUp; second++)
            Host.Live(1);
        Assert.False(Nic.IsUp);

        // It has nothing to say to the next process's log.
        (Nic.Reports, Nic.CarrierDelay) = (false, 0);
        using var next = Host.Restart(save: false, configure: Enforcing);
        next.Ethtool.Address = _ => throw new LinuxException("SIOCETHTOOL ETHTOOL_GPERMADDR", "eno1", Errno.NoDevice);
        next.Open();

        Assert.True(Nic.IsUp);
        Assert.NotNull(next.Ledger.State.Devices.Values.Single().Pending);

        next.Ethtool.Address = _ => null;
        next.Live(10);

        Assert.Null(next.Ledger.State.Devices.Values.Single().Pending);
    }

    // As while /sys is mounted again: what is open stays open, and the link is still to be restored.
    [Fact]
    public void BounceCutByDeath_AndAClassThatIsMissingAtTheNextStart_ComesUpAndIsSettledLater()
    {
        Nic.CuredBy.Remove("reinit");
        Begin();
        Nic.Hang();
        for (var second = 0; second < 100 && Nic.IsUp; second++)
            Host.Live(1);
        Assert.False(Nic.IsUp);
        (Nic.Reports, Nic.CarrierDelay) = (false, 0);
        using var next = Host.Restart(save: false, configure: Enforcing);
        var devices = Path.Combine(next.Sysfs.Root, "class/net");
        Directory.Move(devices, devices + ".away");
        next.Open();
        next.Live(10);

        Assert.NotNull(next.Ledger.State.Devices.Values.Single().Pending);

        Directory.Move(devices + ".away", devices);
        next.Live(10);

        Assert.True(Nic.IsUp);
        Assert.Null(next.Ledger.State.Devices.Values.Single().Pending);
        Assert.DoesNotContain(next.JournalEntries(), entry => entry.Verdict == RemediationVerdict.DeviceGone);
    }

    [Fact]
    public async Task WhoAsksForSomethingElse_DoesNotJoin()
    {
        Begin();
        var first = Host.Remediator.Submit(new RemediationRequest(Nic.Interface,
            RemediationTrigger.Cli)
        { Settings = ["tso", "gso"] });
        var other = Host.Remediator.Submit(new RemediationRequest(Nic.Interface,
            RemediationTrigger.Cli)
        { Settings = ["eee"] });
        var same = Host.Remediator.Submit(new RemediationRequest(Nic.Interface,
            RemediationTrigger.Api)
        { Settings = ["tso"] });

        Assert.Equal(DeclineReason.Busy, (await other.Outcome).Declined);
        Assert.True(same.Joined);
        Assert.Equal(first.Id, same.Id);
    }
}
