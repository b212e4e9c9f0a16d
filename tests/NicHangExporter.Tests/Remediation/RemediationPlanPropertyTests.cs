using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// What must hold for every plan, with random devices and requests; the seed of a failure is its number.
/// </summary>
public sealed class RemediationPlanPropertyTests
{
    private const int Cases = 100_000;

    private static readonly string[] Requests =
        [.. OffloadNames.All.SelectMany(offload => new[] { offload.Short, offload.Long }), .. KernelFeatures.Known,
            "eee", "pause", "tx-of-another-kernel", "NONSENSE", ""];

    private static readonly string[] Drivers = [.. DriverLadders.All.Select(ladder =>
        ladder.Driver), "virtio_net", "veth", "brand_new"];

    [Fact]
    public void Plans_OfRandomDevicesAndRequests_KeepTheirPromises()
    {
        var steps = 0;
        Parallel.For(0, Cases, new ParallelOptions { MaxDegreeOfParallelism = 2 },
            seed => Interlocked.Add(ref steps, Check(seed)));

        Assert.True(steps > Cases, $"only {steps} steps in all: the generator makes nothing to do");
    }

    private static int Check(int seed)
    {
        var random = new Random(seed);
        var device = new SimulatedDevice(Device(random));
        // Half of the devices are found as the kernel left them; the others as a driver did that turns features on
        // behind its back.
        var settled = seed % 2 == 0;
        if (settled)
            device.Settle();
        var before = device.Facts;
        var ladder = DriverLadders.Find(before.Driver);
        var settings = random.GetItems(Requests, random.Next(1, 12));
        var plan = RemediationPlan.Create(before, [.. settings], null, ladder);

        var touched = plan.Steps.OfType<RemediationStep.SetFeature>().Select(step => step.Name).ToList();
        Hold(touched.Distinct().Count() == touched.Count, "a feature has two steps");
        Hold(touched.All(name => before.Features!.Find(name) is { Changeable: true }), "a fixed feature has a step");
        Hold(touched.All(plan.Before.ContainsKey) && plan.Before.Count == plan.Steps.Length,
            "what a step touches has no way back");
        Hold(!plan.Fixed.Intersect(touched).Any() && !plan.AlreadyOff.Intersect(touched).Any(),
            "a feature has a step and is off or fixed as well");
        Hold(plan.Fixed.All(name => before.Features!.Find(name) is { Changeable: false, Active: true }),
            "a feature is called fixed that is not");
        Hold(plan.NothingChangeable is false || (plan.ChangesNothing && !plan.Fixed.IsEmpty),
            "nothing is changeable, but something is changed");
        Hold(plan.InterruptsTraffic == plan.Steps.Any(step => RemediationPlan.Interrupts(step, before, ladder)),
            "an interruption is kept quiet");

        for (var i = 0; i < plan.Steps.Length; i++)
        {
            var later = touched.Skip(i + 1).Where(name => device.Facts.Features!.Find(name) is
            {
                Requested: true,
                Active: true
            }).ToList();
            device.Apply(plan.Steps[i]);
            Hold(DeviceSettings.Mismatches([plan.Steps[i]], device.Facts).IsEmpty,
                $"{plan.Steps[i]} does not read back");
            Hold(!settled || later.All(name => device.Facts.Features!.Find(name) is { Active: true }),
                $"{plan.Steps[i]} takes a later step's feature with it");
        }
        Hold(DeviceSettings.Mismatches(plan.Steps, device.Facts).IsEmpty, "a step did not last");
        Hold(DeviceSettings.Drifted(plan.Before.Keys, device.Facts).IsEmpty, "what was just turned off has drifted");
        Hold(before.Features!.All.Where(feature => !touched.Contains(feature.Name)).All(feature =>
            device.Facts.Features!.Find(feature.Name)!.Value.Requested == feature.Requested),
            "a setting was changed that is not in the plan");
        Hold(RemediationPlan.Create(device.Facts, [.. settings], null, ladder).ChangesNothing,
            "the second time something is changed again");

        var restore = RemediationPlan.Restore(device.Facts, plan.Before, ladder);
        foreach (var step in restore.Steps)
            device.Apply(step);
        Hold(DeviceSettings.Mismatches(restore.Steps, device.Facts).IsEmpty, "a step back did not last");
        Hold(before.Features.All.All(feature =>
            device.Facts.Features!.Find(feature.Name)!.Value.Requested == feature.Requested),
            "a request was not restored");
        Hold(device.Facts.Eee?.Enabled == before.Eee?.Enabled && device.Facts.Pause == before.Pause,
            "EEE or pause was not restored");
        Hold(RemediationPlan.Restore(device.Facts, plan.Before, ladder).ChangesNothing,
            "restoring twice changes something");
        return plan.Steps.Length;

        void Hold(bool condition, string what)
        {
            if (!condition)
                Assert.Fail($"seed {seed}: {what} ({string.Join(' ', settings)}: {string.Join(", ", plan.Steps)})");
        }
    }

    // Any mixture of bits.
    private static DeviceFacts Device(Random random)
    {
        var names = KernelFeatures.Known.ToArray();
        random.Shuffle(names);
        var features = names.Take(random.Next(names.Length)).Select(name =>
        {
            var available = random.Next(3) > 0;
            return new Feature(name, available, available && random.Next(2) > 0, random.Next(2) > 0,
                random.Next(10) == 0);
        });
        return FeatureFixture.Device(random.GetItems(Drivers, 1)[0], new DeviceFeatures([.. features])) with
        {
            Eee = random.Next(2) == 0 ? null : new EnergyEfficientEthernet(random.Next(2) > 0, false, false, 0,
                (uint)random.Next(2) * 0x28, (uint)random.Next(2) * 0x28),
            Pause = random.Next(2) == 0 ? null
            : new PauseParameters(random.Next(2) > 0, random.Next(2) > 0, random.Next(2) > 0),
        };
    }
}
