using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// The device goes away, comes back, or is another one under the same name: what was meant for one must not hit
/// another.
/// </summary>
public sealed class GoneDeviceTests
{
    private const string First = "tx-tcp6-segmentation off", Second = "tx-tcp-segmentation off";

    [Theory]
    [InlineData(First, 1)]
    [InlineData(Second, 2)]
    public async Task Gone_BetweenTheGateAndTheIoctl_IsDeviceGone(string at, int operations)
    {
        using var scene = new FaultScene().Open();
        scene.Nic.Before = what =>
        {
            if (what != at)
                return;
            scene.Nic.Unplug(scene.Host);
            scene.Nic.Errors[what] = Errno.NoDevice;
        };

        var outcome = scene.Ask(scene.Request("tso", "gso"));

        Assert.Equal(RemediationVerdict.DeviceGone, outcome.Verdict);
        Assert.Equal(operations, scene.Nic.Operations.Count);
        Assert.Equal([JournalEvent.Intent, JournalEvent.Outcome], scene.Journal().Select(entry => entry.Event)
            .Where(what => what is not (JournalEvent.Checkpoint or JournalEvent.Clock)));
        Assert.Null(scene.Record.Pending);
        Assert.Empty(scene.Record.Desired);
        Assert.Equal(1, await scene.Outcomes("cli", "device_gone"));
        Assert.Equal(DeclineReason.UnknownDevice, scene.Ask(scene.Request("tso")).Declined);
        scene.Live(60);
        Assert.Equal(0, scene.Host.Log.Count(EventIds.RemediationFailed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gone_WhileVerifying_IsDeviceGone(bool hung)
    {
        using var scene = new FaultScene().Open();
        if (hung)
            scene.Hang();
        var ticket = scene.Submit(scene.Request("rx") with { Recover = hung });
        scene.Live(1);
        scene.Nic.Unplug(scene.Host);
        scene.Live(1);
        Assert.Equal(RemediationVerdict.DeviceGone, ticket.Answer().Verdict);
        Assert.Empty(scene.Record.Desired);
    }

    [Fact]
    public void Gone_WhileItsLinkIsDown_EndsAtOnceAndOwesNothingToItsSuccessor()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Hang();
        var ticket = scene.Submit(scene.LocalRequest());
        scene.Nic.Unplug(scene.Host);
        scene.Live(3);
        Assert.Equal(RemediationVerdict.DeviceGone, ticket.Answer().Verdict);

        // Plugged in again: created by its driver, and down.
        var again = scene.Add("eno1", "0000:00:1f.6");
        scene.Host.Sysfs.Write("eno1", "ifindex", "17\n");
        (again.IsUp, again.HasCarrier) = (false, false);
        scene.Live(20);
        Assert.False(again.IsUp);
        Assert.Null(scene.Record.LeftDown);
    }

    [Fact]
    public void Detached_StillThereButEveryCommandSaysNoDevice_IsFailedAndNotGone()
    {
        using var scene = new FaultScene().Open();
        foreach (var what in new[] { First, Second, "tx-generic-segmentation off" })
            scene.Nic.Errors[what] = Errno.NoDevice;
        var outcome = scene.Ask(scene.Request("tso", "gso"));
        Assert.Equal(RemediationVerdict.Failed, outcome.Verdict);
        Assert.Contains("No such device", outcome.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Renamed_InTheMiddle_IsUndoneUnderItsNewName(bool whileVerifying)
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Nic.After = what =>
        {
            if (!whileVerifying && what == First)
                scene.Nic.Rename(scene.Host, "lan0");
        };
        var ticket = scene.Submit(scene.Request("tso", "rx"));
        if (whileVerifying)
            scene.Nic.Rename(scene.Host, "lan0");
        scene.Live(2);

        Assert.Equal(RemediationVerdict.DeviceGone, ticket.Answer().Verdict);
        Assert.Contains("lan0", ticket.Answer().Explanation, StringComparison.Ordinal);
        Assert.Equal(atFirst, scene.Nic.Requested);
        scene.AssertSound(atFirst);
        // Under the new name it goes on, with the same record.
        Assert.Equal(DeclineReason.Cooldown, scene.Ask(scene.Request("gso")).Declined);
    }

    [Fact]
    public void Renamed_WhileItsLinkIsDown_ComesUpUnderItsNewName()
    {
        // When udev gets to rename a device, it is because it is down.
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        var atFirst = scene.Nic.Requested;
        scene.Hang();
        scene.Submit(scene.LocalRequest());
        Assert.False(scene.Nic.IsUp);
        scene.Nic.Rename(scene.Host, "lan0");
        scene.Live(3);
        Assert.True(scene.Nic.IsUp);
        Assert.Equal(atFirst, scene.Nic.Requested);
        scene.AssertSound(atFirst);
    }

    [Theory]
    [InlineData(First)]
    [InlineData(Second)]
    public void Replaced_ByOtherHardwareUnderTheSameName_DoesNotTouchThat(string after)
    {
        using var scene = new FaultScene().Open();
        SimulatedNic? other = null;
        scene.Nic.After = what =>
        {
            if (what != after)
                return;
            scene.Nic.Unplug(scene.Host);
            other = scene.Add("eno1", "0000:05:00.0");
            scene.Host.Sysfs.Write("eno1", "ifindex", "17\n");
        };

        var outcome = scene.Ask(scene.Request("tso", "rx"));
        scene.Live(60);

        Assert.Equal(RemediationVerdict.DeviceGone, outcome.Verdict);
        Assert.Empty(other!.Operations);
        Assert.Empty(scene.Host.Ledger.State.Device("0000:05:00.0|").Desired);
    }

    [Fact]
    public void Replaced_InTheSameSlotByAnotherCard_HasNothingToDoWithTheOldOne()
    {
        byte last = 1;
        using var scene = new FaultScene();
        scene.Host.Ethtool.Address = _ => [0x52, 0x54, 0, 0x12, 0x34, last];
        scene.Open();
        scene.Ask(scene.Request("tso"));
        Assert.NotEmpty(scene.Host.Ledger.State.Device("0000:00:1f.6|52:54:00:12:34:01").Desired);

        last = 2;
        scene.Nic.MakeAnew(scene.Host, ifindex: 17);
        scene.Nic.Operations.Clear();
        scene.Live(90);

        Assert.Empty(scene.Operations);
        Assert.Equal(DeclineReason.NothingToRollBack, scene.Ask(scene.RollbackRequest()).Declined);
        // Nor has it to wait for a cool-down that is not its own.
        Assert.Equal(RemediationVerdict.Applied, scene.Ask(scene.Request("tso")).Verdict);
    }

    [Fact]
    public void MadeAnew_InTheMiddle_IsLeftToTheNextRequest()
    {
        using var scene = new FaultScene().Open();
        scene.Nic.After = what =>
        {
            if (what == First)
                scene.Nic.MakeAnew(scene.Host, ifindex: 17);
        };
        var outcome = scene.Ask(scene.Request("tso", "gso"));
        Assert.Equal(RemediationVerdict.DeviceGone, outcome.Verdict);
        Assert.Equal([First], scene.Operations);
        Assert.Empty(scene.Record.Desired);
    }

    [Fact]
    public void Sysfs_ThatCannotBeReadForAWhile_DelaysTheVerdictAndNoMore()
    {
        using var scene = new FaultScene(options => options with
        {
            Remediation = options.Remediation with { AllowReinit = false },
        }).Open();
        scene.Hang();
        var ticket = scene.Submit(scene.LocalRequest());
        // Nothing can be opened, as without free descriptors: the link still comes up.
        var devices = Path.Combine(scene.Host.Sysfs.Root, "class");
        Directory.Move(devices, devices + "-away");
        File.CreateSymbolicLink(devices, "class");
        for (var quarter = 0; quarter < 40; quarter++)
        {
            scene.Host.Clock.Advance(TimeSpan.FromMilliseconds(250));
            scene.Host.RemediationWorker.RunPending();
        }
        Assert.True(scene.Nic.IsUp);
        Assert.False(ticket.Outcome.IsCompleted);

        File.Delete(devices);
        Directory.Move(devices + "-away", devices);
        scene.Live(40);
        Assert.Equal(RemediationVerdict.Healed, ticket.Answer().Verdict);
        Assert.Equal(0, scene.Host.Log.Count(EventIds.RemediationFailed));
    }

    [Fact]
    public void Sysfs_ThatCannotBeReadAnyMore_EndsUnproven()
    {
        using var scene = new FaultScene().Open();
        var atFirst = scene.Nic.Requested;
        scene.Hang();
        var ticket = scene.Submit(scene.LocalRequest());
        var devices = Path.Combine(scene.Host.Sysfs.Root, "class");
        Directory.Move(devices, devices + "-away");
        File.CreateSymbolicLink(devices, "class");
        for (var quarter = 0; quarter < 140; quarter++)
        {
            scene.Host.Clock.Advance(TimeSpan.FromMilliseconds(250));
            scene.Host.RemediationWorker.RunPending();
        }
        File.Delete(devices);
        Directory.Move(devices + "-away", devices);

        Assert.Equal(RemediationVerdict.Unverified, ticket.Answer().Verdict);
        scene.AssertSound(atFirst);
        // The next request is handled.
        scene.Nic.IsHung = false;
        Assert.NotEqual(DeclineReason.Busy, scene.Ask(scene.Request("gso")).Declined);
    }
}
