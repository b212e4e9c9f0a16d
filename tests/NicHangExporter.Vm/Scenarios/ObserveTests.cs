namespace NicHangExporter.Vm.Scenarios;

/// <summary>What mode observe does to a NIC that hangs.</summary>
[Collection(typeof(OneGuest))]
public sealed class ObserveTests(SharedGuest shared)
{
    // Proves: observe touches nothing, however long the hang goes on, and says what enforce would have done.
    [Fact]
    public async Task Wedge_WithLocalObserve_IsLeftAloneAndToldOf()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        var links = await eno1.CarrierChangesAsync();
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter = await GuestExporter.StartAsync(guest, ["--remediation.local=observe"]);
        var last = guest.Log.Last;

        await eno1.HangAsync();
        var observed = await exporter.OutcomeAsync("eno1", "observed");
        // The kernel goes on reporting: nobody has done anything, the driver included.
        await guest.Log.WaitAsync("eno1", "Detected Hardware Unit Hang", guest.Log.Last, count: 2);

        await probe.DownAsync();
        Assert.Equal(links, await eno1.CarrierChangesAsync());
        Assert.Equal(("on", "on"), (await eno1.FeatureAsync("tcp-segmentation-offload"), await eno1.FeatureAsync("generic-segmentation-offload")));
        Assert.Empty(guest.Log.Of("eno1", "Reset adapter", last));
        Assert.Empty(await exporter.EntriesAsync("intent"));
        Assert.Contains("tx-tcp-segmentation off", observed.Steps());
        Assert.Equal("reinit", observed.Steps()[^1]);
        var metrics = await exporter.ScrapeAsync();
        Assert.Equal(1, metrics["nichang_remediation_outcomes_total", ("device", "eno1"), ("trigger", "local"), ("outcome", "observed")]);
        Assert.Equal(0, metrics.Sum("nichang_remediation_attempts_total"));
        Assert.Equal((1.0, 1.0), (metrics["nichang_hang_active", ("device", "eno1")], metrics["nichang_hang_active_shape", ("device", "eno1"), ("shape", "wedge")]));

        // It was a wedge of the kind that one reset heals: only nobody did it.
        await guest.Shell.DoAsync("/usr/sbin/ethtool -r eno1");
        await probe.UpAsync();
    }
}
