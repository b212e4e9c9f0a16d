namespace NicHangExporter.Vm.Scenarios;

/// <summary>The effect of mode observe on a NIC that hangs.</summary>
[Collection(typeof(FirstGuest))]
public sealed class ObserveTests(SharedGuest shared)
{
    // Proves: observe changes nothing during a long hang, and reports what enforce would have done.
    [Fact]
    public async Task Wedge_WithLocalObserve_IsOnlyReported()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        var links = await eno1.CarrierChangesAsync();
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter = await GuestExporter.StartAsync(guest, ["--remediation.local=observe"]);
        var last = guest.Log.Last;

        // Always: on a busy machine the kernel's watchdog may fire, and then the driver's reset must not end the fault.
        await using var fault = await eno1.HangAlwaysAsync();
        var observed = await exporter.OutcomeAsync("eno1", "observed");
        // The hang continues, because nothing has been done about it.
        await guest.Log.WaitAsync("eno1", "Detected Hardware Unit Hang", guest.Log.Last, count: 2);

        await probe.DownAsync();
        // Each loss of link was the driver's. One may be in progress.
        await Eventually.HoldsAsync(
            "as many losses of link as resets by the driver", async () =>
                (Resets: guest.Log.Of("eno1", "Reset adapter", last).Count,
                    Changes: await eno1.CarrierChangesAsync() - links),
            seen => seen.Changes == 2 * seen.Resets, TimeSpan.FromSeconds(30));
        Assert.Equal(
            ("on", "on"),
            (await eno1.FeatureAsync("tcp-segmentation-offload"),
                await eno1.FeatureAsync("generic-segmentation-offload")));
        Assert.Empty(await exporter.EntriesAsync("intent"));
        Assert.Contains("tx-tcp-segmentation off", observed.Steps());
        Assert.Equal("reinit", observed.Steps()[^1]);
        var metrics = await exporter.ScrapeAsync();
        Assert.Equal(
            1, metrics["nichang_remediation_outcomes_total", ("device", "eno1"), ("trigger", "local"),
                ("outcome", "observed")]);
        Assert.Equal(0, metrics.Sum("nichang_remediation_attempts_total"));
        Assert.Equal(1, metrics["nichang_hang_active", ("device", "eno1")]);

        // A reset heals it after the fault has ended. Nobody else resets it.
        await fault.DisposeAsync();
        await guest.Shell.DoAsync("/usr/sbin/ethtool -r eno1");
        await probe.UpAsync();
    }
}
