using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Plans for recorded and simulated devices.</summary>
public abstract class RemediationPlanFixture
{
    private protected static readonly DriverLadder E1000e = DriverLadders.Find("e1000e")!;

    private protected static RemediationPlan Plan(string fixture, params string[] settings) =>
        RemediationPlan.Create(FeatureFixture.Of(fixture).Facts, [.. settings], null,
            DriverLadders.Find(FeatureFixture.Of(fixture).Driver));

    private protected static DeviceFacts Device(params Feature[] features) =>
        FeatureFixture.Device("e1000e", new DeviceFeatures([.. features]));

    private protected static IEnumerable<string> Text(RemediationPlan plan) =>
        plan.Steps.Select(step => step.ToString()!);

    private protected static void Run(SimulatedDevice device, RemediationPlan plan)
    {
        foreach (var step in plan.Steps)
            device.Apply(step);
    }

    private protected static (bool Requested, bool Active) State(SimulatedDevice device, string name) =>
        device.Facts.Features!.Find(name) is { } feature ? (feature.Requested, feature.Active) : default;
}
