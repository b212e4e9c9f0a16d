using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

public sealed class RemediationPlanTests
{
    private static readonly DriverLadder E1000e = DriverLadders.Find("e1000e")!;

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

    [Fact]
    public void Restore_AfterTxTookTsoWithIt_AsksForWhatWasRequested()
    {
        var device = new SimulatedDevice(FeatureFixture.Of("e1000e").Facts);
        var plan = RemediationPlan.Create(device.Facts, ["tx"], null, E1000e);
        Run(device, plan);
        Assert.Equal((true, false), State(device, "tx-tcp-segmentation"));

        Run(device, RemediationPlan.Restore(device.Facts, plan.Before, E1000e));

        Assert.Equal((true, true), State(device, "tx-tcp-segmentation"));
    }

    [Fact]
    public void Restore_GoneFixedAlreadyBackAndMangled_HasNoStepForThemAndLetsGoOfAll()
    {
        var facts = Device(
            new Feature("tx-generic-segmentation", true, true, true, false),
            new Feature("rx-gro", false, false, false, false), new Feature("rx-lro", true, true, true, false));
        var original = new Dictionary<string, string>
        {
            ["tx-generic-segmentation"] = "on",
            ["rx-gro"] = "on",
            ["tx-gone"] = "on",
            ["rx-lro"] = "yes",
            ["eee"] = "on",
            ["pause"] = "off",
        };

        var plan = RemediationPlan.Restore(facts, original, null);

        Assert.True(plan.ChangesNothing);
        Assert.Equal(original.Keys.Order(), plan.Before.Keys.Order());
    }

    [Fact]
    public void Restore_OrderIsTheOppositeOfTurningOff()
    {
        var device = new SimulatedDevice(FeatureFixture.Of("e1000e").Facts);
        var plan = RemediationPlan.Create(device.Facts, ["tso", "gso", "tx", "rx", "sg"], null, E1000e);
        Run(device, plan);

        var restore = RemediationPlan.Restore(device.Facts, plan.Before, E1000e);

        Assert.Equal(Text(plan).Reverse().Select(step => step.Replace(" off", " on", StringComparison.Ordinal)),
            Text(restore));
        Assert.True(restore.InterruptsTraffic);
    }

    [Fact]
    public void Restore_NegotiatedPause_IsNotComparedByItsOutcome()
    {
        var facts = FeatureFixture.Device("e1000e", null) with { Pause = new PauseParameters(true, false, false) };
        var original = new Dictionary<string, string> { ["pause"] = "autoneg=on rx=on tx=on" };

        Assert.True(RemediationPlan.Restore(facts, original, E1000e).ChangesNothing);
        var off = facts with { Pause = new PauseParameters(false, false, false) };
        Assert.Equal(["pause autoneg=on rx=on tx=on"], Text(RemediationPlan.Restore(off, original, E1000e)));
    }

    [Theory]
    [InlineData(false, false, null)]
    [InlineData(false, true, "tx-tcp-segmentation is on")]
    [InlineData(true, false, "tx-tcp-segmentation is on")]
    [InlineData(true, true, "tx-tcp-segmentation is on")]
    public void Mismatches_RequestedOff_NeedsNeitherRequestedNorActive(bool requested, bool active, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], DeviceSettings.Mismatches(
            [new RemediationStep.SetFeature("tx-tcp-segmentation", false)],
            Device(new Feature("tx-tcp-segmentation", true, requested, active, false))));

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, true)]
    [InlineData(false, true, false)]
    [InlineData(false, false, false)]
    public void Mismatches_RequestedOn_NeedsRequestedOnly(bool requested, bool active, bool matches) =>
        Assert.Equal(matches ? [] : ["rx-gro is off"], DeviceSettings.Mismatches(
            [new RemediationStep.SetFeature("rx-gro", true)],
            Device(new Feature("rx-gro", true, requested, active, false))));

    [Fact]
    public void Mismatches_FeaturesThatCannotBeReadAnyMore_AreNoProof() =>
        Assert.Equal(["features can't be read"], DeviceSettings.Mismatches([new RemediationStep.SetFeature("rx-gro",
            false)], FeatureFixture.Device("e1000e", null)));

    [Fact]
    public void Mismatches_EeeAndPause_CountByWhatIsInForce()
    {
        var facts = FeatureFixture.Of("e1000e").Facts;
        RemediationStep[] off = [new RemediationStep.SetEee(false), new RemediationStep.SetPause(false, false, false)];
        RemediationStep[] on = [new RemediationStep.SetEee(true), new RemediationStep.SetPause(false, true, false)];

        Assert.Equal(["eee is on", "pause is on"], DeviceSettings.Mismatches(off, facts));
        var after = facts with
        {
            Eee = facts.Eee! with { Enabled = false },
            Pause = new PauseParameters(true, false, false)
        };
        Assert.Empty(DeviceSettings.Mismatches(off, after));
        Assert.Equal(["eee is off", "pause is not as it was"], DeviceSettings.Mismatches(on, after));
        Assert.Equal(["pause is not negotiated"],
            DeviceSettings.Mismatches([new RemediationStep.SetPause(true, true, true)], facts with { Pause = null }));
    }

    [Fact]
    public void Drifted_NamesWhatIsOnAgain()
    {
        var facts = FeatureFixture.Of("e1000e").Facts;

        Assert.Equal(["tx-tcp-segmentation", "eee", "pause"], DeviceSettings.Drifted(["tx-tcp-segmentation",
            "tx-tcp-mangleid-segmentation", "tx-gone", "eee", "pause"], facts));
        Assert.Empty(DeviceSettings.Drifted(["eee", "pause", "tx-gone"], FeatureFixture.Device("e1000e", null)));
    }

    [Theory]
    [InlineData("autoneg=on rx=off tx=on")]
    [InlineData("autoneg=off rx=off tx=off")]
    public void PauseText_RoundTrips(string text) => Assert.Equal(text, PauseText.Format(PauseText.Parse(text)!));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("off")]
    [InlineData("autoneg=on rx=off")]
    [InlineData("autoneg=on rx=off tx=maybe")]
    public void PauseText_AnythingElse_IsNothing(string? text) => Assert.Null(PauseText.Parse(text));

    private static RemediationPlan Plan(string fixture, params string[] settings) =>
        RemediationPlan.Create(FeatureFixture.Of(fixture).Facts, [.. settings], null,
            DriverLadders.Find(FeatureFixture.Of(fixture).Driver));

    private static DeviceFacts Device(params Feature[] features) =>
        FeatureFixture.Device("e1000e", new DeviceFeatures([.. features]));

    private static IEnumerable<string> Text(RemediationPlan plan) => plan.Steps.Select(step => step.ToString()!);

    private static void Run(SimulatedDevice device, RemediationPlan plan)
    {
        foreach (var step in plan.Steps)
            device.Apply(step);
    }

    private static (bool Requested, bool Active) State(SimulatedDevice device, string name) =>
        device.Facts.Features!.Find(name) is { } feature ? (feature.Requested, feature.Active) : default;
}
