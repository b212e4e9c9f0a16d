using NicHangExporter.Vm.Debian;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>The Debian guests themselves, without the exporter.</summary>
[Collection(typeof(DebianGuests))]
public sealed class DebianHarnessTests
{
    public static TheoryData<string> Managers => [.. NetworkManagers.All.Keys];

    // Proves: with each network manager the guest is a host whose NIC sends TSO segments, hangs and can be reset. A
    // feature that was set by hand is lost at a reboot, one of a drop-in is not.
    [Theory]
    [MemberData(nameof(Managers))]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task Guest_HangsReallyAndAppliesADropInAtBoot(string manager)
    {
        await using var guest = await DebianGuest.BootAsync(NetworkManagers.All[manager]);
        await using var probe = new HostProbe(guest.Ports.Web);
        await using var other = HostProbe.OfNeighbour(guest.Ports.OtherWeb);
        await probe.UpAsync();
        await other.UpAsync();
        var begun = other.Now;
        await guest.LoadAsync();
        Assert.True(await guest.TsoSegmentsAsync() > 0, "the NIC sends TSO segments");

        await guest.Nic.HangAsync();
        await probe.DownAsync();
        await Eventually.HoldsAsync(
            "the kernel reports the hang", () => guest.KernelLogAsync("Detected Hardware Unit Hang"), log => log != "");
        await guest.DoAsync($"ethtool -r {guest.Device}");
        await probe.UpAsync();
        Assert.True(other.Misses(begun) == 0, $"the other NIC answered all the time: {other}");

        var trial = new PersistenceTrial(guest, NetworkManagers.All[manager]);
        await guest.DoAsync($"ethtool -K {guest.Device} tso off gso off");
        await guest.RebootAsync();
        Assert.Equal("on", await guest.Nic.FeatureAsync("tcp-segmentation-offload"));
        await guest.DoAsync("""
            mkdir -p /etc/systemd/network/99-default.link.d
            printf '[Link]\n%s=no\n%s=no\n%s=no\n' TCPSegmentationOffload TCP6SegmentationOffload \
                GenericSegmentationOffload >/etc/systemd/network/99-default.link.d/90-test.conf
            """);
        var effects = await trial.MeasureAsync();
        await guest.LoadAsync();

        Assert.All(effects, effect => Assert.Equal("survives", effect.Value));
        Assert.Equal(0, await guest.TsoSegmentsAsync());
    }
}
