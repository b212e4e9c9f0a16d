using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Plans carried out on a veth device by the running kernel, with its dependencies, and undone.</summary>
public sealed class LivePlanTests
{
    [Theory]
    [InlineData("tso gso")]
    [InlineData("tx")]
    [InlineData("sg")]
    [InlineData("tso gso tx rx")]
    [InlineData("gro lro sg rxvlan txvlan rxhash")]
    [InlineData("tso gso tx rx gro lro sg rxvlan txvlan rxhash eee pause")]
    [InlineData("tx-udp-segmentation highdma tx-gso-list rx-vlan-filter vlan-challenged")]
    public void Plan_OnTheRunningKernel_TakesAndIsUndoneToTheBit(string settings)
    {
        Requires.Program("ethtool");
        using var space = new NetworkNamespace();
        using var ethtool = space.Inside(() => new EthtoolSocket());
        Assert.True(InterfaceName.TryParse("veth0", out var device));
        var before = Show(space);
        string[] names = settings.Split(' ');
        var plan = RemediationPlan.Create(Read(ethtool, device), [.. names], null, null);
        Assert.NotEmpty(plan.Steps);
        Assert.Empty(plan.Unknown);

        foreach (var step in plan.Steps)
        {
            Apply(ethtool, device, step);
            Assert.Empty(DeviceSettings.Mismatches([step], Read(ethtool, device)));
        }
        Assert.Empty(DeviceSettings.Mismatches(plan.Steps, Read(ethtool, device)));
        Assert.True(RemediationPlan.Create(Read(ethtool, device), [.. names], null, null).ChangesNothing);
        Assert.NotEqual(before, Show(space));
        // Of all others only its dependents changed, and they are still requested.
        foreach (var line in Show(space).Split('\n').Except(before.Split('\n'))
            .Where(line => line.Contains("[requested on]", StringComparison.Ordinal)))
            Assert.DoesNotContain(plan.Before.Keys,
                name => line.Trim().StartsWith(name + ":", StringComparison.Ordinal));

        var restore = RemediationPlan.Restore(Read(ethtool, device), plan.Before, null);
        Assert.Equal(plan.Steps.Length, restore.Steps.Length);
        foreach (var step in restore.Steps)
            Apply(ethtool, device, step);

        Assert.Empty(DeviceSettings.Mismatches(restore.Steps, Read(ethtool, device)));
        Assert.Equal(before, Show(space));
        Assert.True(RemediationPlan.Restore(Read(ethtool, device), plan.Before, null).ChangesNothing);
    }

    [Fact]
    public void Drift_SomebodyTurnsTsoOnAgain_IsSeen()
    {
        Requires.Program("ethtool");
        using var space = new NetworkNamespace();
        using var ethtool = space.Inside(() => new EthtoolSocket());
        Assert.True(InterfaceName.TryParse("veth0", out var device));
        var plan = RemediationPlan.Create(Read(ethtool, device), ["tso"], null, null);
        foreach (var step in plan.Steps)
            Apply(ethtool, device, step);
        Assert.Empty(DeviceSettings.Drifted(plan.Before.Keys, Read(ethtool, device)));

        space.Execute("ethtool", "-K", "veth0", "tx-tcp-segmentation", "on").Succeeded();

        Assert.Equal(["tx-tcp-segmentation"], DeviceSettings.Drifted(plan.Before.Keys, Read(ethtool, device)));
    }

    [Fact]
    public void Fixture_Veth_IsReadAsEthtoolAndTheSocketSeeIt()
    {
        Requires.Program("ethtool");
        using var space = new NetworkNamespace();
        using var ethtool = space.Inside(() => new EthtoolSocket());
        Assert.True(InterfaceName.TryParse("veth0", out var device));

        // ethtool does not show what is requested of a fixed feature, and the socket does not show that a feature is
        // one of those that never change.
        Assert.Equal(
            ethtool.ReadFeatures(device)!.All.Select(feature => (feature.Name, feature.Changeable,
                feature.Active)).Order(),
            FeatureFixture.Parse(Show(space)).All.Select(feature => (feature.Name, feature.Changeable,
                feature.Active)).Order());
    }

    private static DeviceFacts Read(EthtoolSocket ethtool, InterfaceName device) => new(device, default, "veth")
    {
        Features = ethtool.ReadFeatures(device),
        Eee = ethtool.ReadEnergyEfficientEthernet(device),
        Pause = ethtool.ReadPause(device),
    };

    private static void Apply(EthtoolSocket ethtool, InterfaceName device, RemediationStep step)
    {
        var feature = Assert.IsType<RemediationStep.SetFeature>(step);
        ethtool.SetFeatures(device, [new FeatureChange(feature.Name, feature.On)]);
    }

    private static string Show(NetworkNamespace space) => space.Execute("ethtool", "-k", "veth0").Succeeded();
}
