namespace NicHangExporter.Vm.Scenarios;

/// <summary>A switch that is dead although the links are up: the network is down, but every NIC works.</summary>
[Collection(typeof(FirstGuest))]
public sealed class DeadFarEndTests
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(2);

    // Proves: a healthy NIC without a far end is not treated as hung. virtio's TX timeout is counted, its fixed rx
    // offload is named, and nothing else is done.
    [Fact]
    public async Task DeadSwitch_IsNoHangOfTheNic()
    {
        using var far = new FarEnd("eno1", "ens18");
        await using var guest = await Guest.BootAsync(new GuestOptions { FarEnd = far });
        GuestNic eno1 = new(guest, "eno1"), ens18 = new(guest, "ens18");
        // ens1 has another switch, through which the exporter is scraped.
        await using var probe = new HostProbe(guest.Ports.Ens1Web);
        await probe.UpAsync();
        await Eventually.HoldsAsync("eno1 has sent something", () => far.Frames("eno1"), frames => frames > 0, Timeout);
        var (eno1Links, ens18Links) = (await eno1.CarrierChangesAsync(), await ens18.CarrierChangesAsync());
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce"], port: guest.Ports.Ens1Exporter);

        far.Die();
        var read = far.Frames("eno1");
        var flood = await guest.Shell.DoAsync("nic-fault ens18 flood 3000; nic-fault eno1 flood 3000");
        await guest.Log.WaitAsync("ens18", "NETDEV WATCHDOG", after: -1, count: 2);
        var metrics = await exporter.ScrapeUntilAsync("the timeouts are counted", metrics =>
            metrics.Sum("nichang_hang_events_total", ("device", "ens18"), ("source", "watchdog"),
                ("origin", "live")) >= 2
            && metrics.Sum("nichang_hang_events_total", ("device", "ens18"), ("source", "tx_timeout")) >= 1);

        // eno1 had frames to send, and except for the frame in transfer nobody received them.
        Assert.Matches(@" eno1 sent [1-9]\d*", flood);
        Assert.InRange(far.Frames("eno1") - read, 0, 1);
        Assert.Empty(guest.Log.Of("eno1", "Detected Hardware Unit Hang"));
        Assert.Equal(0, metrics.Sum("nichang_hang_events_total", ("device", "eno1")));
        Assert.Empty(await exporter.EntriesAsync("intent"));
        Assert.Equal((eno1Links, ens18Links), (await eno1.CarrierChangesAsync(), await ens18.CarrierChangesAsync()));
        Assert.Equal(0, await eno1.TxTimeoutsAsync());
        // The message names what virtio can't change, and where it can be changed.
        Assert.Equal("on [fixed]", await ens18.FeatureAsync("rx-checksumming"));
        Assert.Equal(
            (1.0, 0.0),
            (metrics["nichang_feature_active", ("device", "ens18"), ("feature", "rx-checksum")],
                metrics["nichang_feature_changeable", ("device", "ens18"), ("feature", "rx-checksum")]));
        Assert.True(metrics["nichang_remediation_declined_total", ("trigger", "local"), ("reason", "no_profile")] >= 1);

        var before = far.Frames("ens18");
        far.Revive();
        await Eventually.HoldsAsync(
            "virtio sends again", () => far.Frames("ens18"), frames => frames > before, Timeout);
    }
}
