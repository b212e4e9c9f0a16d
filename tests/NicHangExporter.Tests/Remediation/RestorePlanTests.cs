using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>The plan that undoes a change, and what counts as undone.</summary>
public sealed class RestorePlanTests : RemediationPlanFixture
{
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
}
