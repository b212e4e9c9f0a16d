namespace NicHangExporter.Vm.Scenarios;

/// <summary>A NIC that hangs as long as TSO is on, and only the local loop to heal it.</summary>
[Collection(typeof(FirstGuest))]
public sealed class WedgeTests(SharedGuest shared)
{
    // Proves: an unreachable host finds the hang, turns TSO off, resets the adapter and is reachable again. Nothing
    // around eno1 has changed.
    [Fact]
    public async Task Wedge_WithLocalEnforce_IsHealedWithNobodysHelp()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        var before = await Neighbourhood.LookAsync(guest);
        var links = await eno1.CarrierChangesAsync();
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var container = new HostProbe(guest.Ports.ContainerWeb);
        await using var other = HostProbe.OfNeighbour(guest.Ports.Ens18Web);
        await probe.UpAsync();
        await eno1.MarkAsync();
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", "--remediation.verify-window=12s"]);
        var last = guest.Log.Last;

        await using var fault = await eno1.HangWhileAsync("tso");
        await probe.DownAsync();
        var outcome = await exporter.OutcomeAsync("eno1", "healed");

        // The host's view.
        await probe.UpAsync();
        await container.UpAsync();
        Assert.True(container.Misses() > 0, $"the container behind the bridge was cut off: {container}");
        Assert.True(other.Misses() == 0, $"the other NIC answered all the time: {other}");
        // The kernel's view: reports, no reset by the driver itself, and one loss of link, caused by the exporter.
        Assert.NotEmpty(guest.Log.Of("eno1", "Detected Hardware Unit Hang", last));
        Assert.Empty(guest.Log.Of("eno1", "Reset adapter", last));
        Assert.Equal(links + 2, await eno1.CarrierChangesAsync());
        Assert.Equal(
            ("off", "off", "on"),
            (await eno1.FeatureAsync("tcp-segmentation-offload"),
                await eno1.FeatureAsync("generic-segmentation-offload"), await eno1.FeatureAsync("tx-checksumming")));
        // The exporter's view.
        var intent = Assert.Single(await exporter.EntriesAsync("intent"));
        Assert.Equal(
            ("local", "segmentation", "reinit", "True"),
            (intent.Text("trigger"), intent.Text("profile"), intent.Text("rung"), intent.Text("hung")));
        Assert.Equal("reinit", intent.Steps()[^1]);
        Assert.Equal("off", outcome.Settings("after")["tx-tcp-segmentation"]);
        var metrics = await exporter.ScrapeUntilAsync("the episode is over", metrics =>
            metrics["nichang_hang_active", ("device", "eno1")] == 0);
        // Another thread writes the journal, a moment after the end of the episode.
        var episodes = await Eventually.HoldsAsync("the episode is in the journal", () =>
            exporter.EntriesAsync("episode"), entries => entries.Count > 0);
        Assert.Equal("wedge", Assert.Single(episodes).GetProperty("episode").Text("shape"));
        Assert.Equal(
            guest.Log.Of("eno1", "Detected Hardware Unit Hang", last).Count,
            metrics["nichang_hang_events_total", ("device", "eno1"), ("source", "driver"), ("origin", "live")]);
        Assert.Equal(1, metrics["nichang_hang_episodes_total", ("device", "eno1"), ("origin", "live")]);
        Assert.Equal(
            1, metrics["nichang_remediation_outcomes_total", ("device", "eno1"), ("trigger", "local"),
                ("outcome", "healed")]);
        Assert.Equal(0, metrics["nichang_kmsg_records_lost_total"]);
        await Neighbourhood.IsAsBeforeAsync(guest, before);
    }
}
