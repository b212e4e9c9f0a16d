using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

public sealed class RemediationPlanTests : RemediationPlanFixture
{
    [Fact]
    public void Create_Segmentation_IsOneStepForEachFeatureThatIsOn()
    {
        var plan = Plan("e1000e", "tso", "gso");

        Assert.Equal(["tx-tcp6-segmentation off", "tx-tcp-segmentation off", "tx-generic-segmentation off"],
            Text(plan));
        Assert.Equal(["on", "on", "on"], plan.Before.Values);
        Assert.Equal(["tx-tcp-ecn-segmentation", "tx-tcp-mangleid-segmentation"], plan.AlreadyOff);
        Assert.False(plan.InterruptsTraffic);
        Assert.False(plan.ChangesNothing);
    }

    [Fact]
    public void Create_RxOnE1000e_InterruptsTraffic() => Assert.True(Plan("e1000e", "rx").InterruptsTraffic);

    [Fact]
    public void Create_RxOnR8169_DoesNot() => Assert.False(Plan("r8169", "tx", "rx").InterruptsTraffic);

    [Fact]
    public void Create_RequestedButHeldDown_IsAStepAllTheSame()
    {
        // Without scatter-gather there is no GSO now, but it would be back as soon as there is.
        var plan = Plan("r8169", "gso");

        Assert.Equal(["tx-generic-segmentation off"], Text(plan));
        Assert.Equal("on", plan.Before["tx-generic-segmentation"]);
    }

    [Fact]
    public void Create_ActiveButNotRequested_IsAStepWhoseWayBackIsOff()
    {
        // e1000e turns TSO on by itself when the link comes up at 1 Gbit/s.
        var plan = RemediationPlan.Create(Device(new Feature("tx-tcp-segmentation", true, false, true, false)), ["tso"],
            null, E1000e);

        Assert.Equal(["tx-tcp-segmentation off"], Text(plan));
        Assert.Equal("off", plan.Before["tx-tcp-segmentation"]);
    }

    [Fact]
    public void Create_AllOff_ChangesNothingAndSaysSo()
    {
        var plan = Plan("e1000e-i219", "tso");

        Assert.True(plan.ChangesNothing);
        Assert.False(plan.NothingChangeable);
        Assert.Equal(["tx-tcp-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp-mangleid-segmentation",
            "tx-tcp6-segmentation"], plan.AlreadyOff);
        Assert.Empty(plan.Fixed);
    }

    [Fact]
    public void Create_AllFixedOn_IsNothingChangeable()
    {
        var plan = Plan("virtio_net", "rx");

        Assert.True(plan.NothingChangeable);
        Assert.True(plan.ChangesNothing);
        Assert.Equal(["rx-checksum"], plan.Fixed);
        Assert.Empty(plan.AlreadyOff);
    }

    [Fact]
    public void Create_AGroupOfWhichOneMemberIsFixedOn_IsNothingChangeableInEitherSpelling()
    {
        var facts = Device(new Feature("tx-checksum-ip-generic", false, false, true, false),
            new Feature("tx-checksum-sctp", false, false, false, false));

        Assert.True(RemediationPlan.Create(facts, ["tx"], null, null).NothingChangeable);
        Assert.True(RemediationPlan.Create(facts, OffloadNames.Expand("tx")!.Value, null, null).NothingChangeable);
    }

    [Fact]
    public void Create_SomeFixedOn_DoesTheRest()
    {
        var plan = Plan("virtio_net", "tx", "rx");

        Assert.Equal(["tx-checksum-ip-generic off"], Text(plan));
        Assert.Equal(["rx-checksum"], plan.Fixed);
        Assert.False(plan.NothingChangeable);
    }

    [Fact]
    public void Create_NeverChangedFeature_IsFixedAlthoughAvailable()
    {
        var plan = RemediationPlan.Create(Device(new Feature("vlan-challenged", true, true, true, true)),
            ["vlan-challenged"], null, null);

        Assert.Equal(["vlan-challenged"], plan.Fixed);
        Assert.Empty(plan.Steps);
    }

    [Fact]
    public void Create_AnExactNameThatThisKernelLacks_IsUnknown()
    {
        var plan = Plan("e1000e", "tx-tcp-accecn-segmentation", "tso");

        Assert.Equal(["tx-tcp-accecn-segmentation"], plan.Unknown);
        Assert.Equal(2, plan.Steps.Length);
    }

    [Fact]
    public void Create_AGroupOfWhichThisKernelLacksAMember_IsNotUnknown()
    {
        Assert.Empty(Plan("e1000e", "tso").Unknown);
        Assert.Empty(Plan("e1000e", [.. OffloadNames.Expand("tso")!.Value]).Unknown);
    }

    [Fact]
    public void Create_AGroupThatThisKernelLacks_IsOff() => Assert.Equal(["ufo"], Plan("e1000e", "ufo").AlreadyOff);

    [Theory]
    [InlineData("")]
    [InlineData("TSO")]
    [InlineData("segmentation")]
    public void Create_ANameOfNothing_IsUnknown(string name) => Assert.Equal([name], Plan("e1000e", name).Unknown);

    [Fact]
    public void Create_FeaturesThatCannotBeRead_IsNoStepAndNoCrash()
    {
        var plan = RemediationPlan.Create(FeatureFixture.Device("odd", null), ["tso", "rx-gro", "eee", "pause"], null,
            null);

        Assert.True(plan.ChangesNothing);
        Assert.Equal(["rx-gro"], plan.Unknown);
    }

    [Fact]
    public void Create_Everything_GoesFromDependentsToWhatTheyDependOnAndRecoversLast()
    {
        var plan = RemediationPlan.Create(FeatureFixture.Of("e1000e").Facts,
            ["pause", "rx", "sg", "eee", "rxvlan", "txvlan", "tx", "gso", "tso"], new RemediationStep.Reinit(), E1000e);

        Assert.Equal(
            ["tx-tcp6-segmentation off", "tx-tcp-segmentation off", "tx-generic-segmentation off",
                "tx-checksum-ip-generic off", "tx-scatter-gather off",
                "rx-vlan-hw-parse off", "tx-vlan-hw-insert off", "rx-checksum off", "eee off", "pause off", "reinit"],
            Text(plan));
        Assert.Equal("on", plan.Before["eee"]);
        Assert.Equal("autoneg=on rx=on tx=on", plan.Before["pause"]);
        Assert.Equal(10, plan.Before.Count);
    }

    [Fact]
    public void Create_VlanWhereTheDriverKeepsBothAlike_ReadsBackAfterEachStep()
    {
        var device = new SimulatedDevice(FeatureFixture.Of("e1000e").Facts) { VlanIsOne = true };
        foreach (var step in Plan("e1000e", "txvlan", "rxvlan").Steps)
        {
            device.Apply(step);
            Assert.Empty(DeviceSettings.Mismatches([step], device.Facts));
        }
    }

    [Fact]
    public void Create_RecoveryActionAlone_InterruptsTraffic()
    {
        var plan = RemediationPlan.Create(FeatureFixture.Of("virtio_net").Facts, [], new RemediationStep.LinkBounce(),
            null);

        Assert.Equal(["bounce"], Text(plan));
        Assert.True(plan.InterruptsTraffic);
        Assert.Empty(plan.Before);
    }

    [Fact]
    public void Create_RecoveryActionWhereAllSettingsAreFixed_StillRecovers()
    {
        var plan = RemediationPlan.Create(FeatureFixture.Of("virtio_net").Facts, ["rx"], new RemediationStep.Reinit(),
            null);

        Assert.False(plan.NothingChangeable);
        Assert.False(plan.ChangesNothing);
        Assert.Equal(["rx-checksum"], plan.Fixed);
    }

    [Fact]
    public void Create_ASettingAsRecoveryAction_IsRefused() =>
        Assert.Throws<ArgumentException>(() => RemediationPlan.Create(FeatureFixture.Of("veth").Facts, [],
            new RemediationStep.SetEee(false), null));

    [Theory]
    [InlineData(true, 0x28u, true)]
    [InlineData(false, 0x28u, false)]
    [InlineData(true, 0u, false)]
    public void Create_Eee_IsAStepWhereItIsSupportedAndOnWhateverIsAdvertised(bool enabled, uint supported, bool step)
    {
        var facts = FeatureFixture.Device("e1000e", null) with
        {
            Eee = new EnergyEfficientEthernet(enabled, false, true, 17, supported, 0x28),
        };
        var plan = RemediationPlan.Create(facts, ["eee"], null, E1000e);

        Assert.Equal(step ? ["eee off"] : [], Text(plan));
        Assert.Equal(step ? [] : ["eee"], plan.AlreadyOff);
    }

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, false, true)]
    [InlineData(false, false, true, true)]
    public void Create_Pause_IsAStepWhereAnyOfItIsOn(bool autonegotiation, bool rx, bool tx, bool step)
    {
        var plan = RemediationPlan.Create(FeatureFixture.Device("e1000e",
            null) with
        { Pause = new PauseParameters(autonegotiation, rx, tx) }, ["pause"], null, E1000e);

        Assert.Equal(step, plan.Steps.Length == 1);
        Assert.Equal(step ? [] : ["pause"], plan.AlreadyOff);
        Assert.Equal(autonegotiation, plan.InterruptsTraffic);
    }
}
