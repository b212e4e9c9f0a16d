namespace NicHangExporter.Vm.Scenarios;

/// <summary>Hangs that the exporter cannot heal, or must not heal.</summary>
[Collection(typeof(SecondGuest))]
public sealed class LimitTests(SharedGuest shared)
{
    // Proves: an incurable NIC gets the recovery actions in their order until the budget is used up. Then it gets only
    // reinit, with growing pauses. The host works otherwise.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task IncurableNic_GetsTheRecoveryActionsInOrderThenQuarantine()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        var before = await Neighbourhood.LookAsync(guest);
        var (links, last) = (await eno1.CarrierChangesAsync(), guest.Log.Last);
        await using var other = HostProbe.OfNeighbour(guest.Ports.Ens18Web);
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter = await GuestExporter.StartAsync(guest,
            ["--remediation.local=enforce", .. GuestExporter.Window(8), "--remediation.device-budget=3"]);

        await using (await eno1.HangAlwaysAsync())
        {
            var intents = await Eventually.HoldsAsync("three remediations and two reinits in quarantine", () =>
                exporter.EntriesAsync("intent"), entries => entries.Count >= 5, TimeSpan.FromMinutes(4));

            Assert.Equal(
                ["reinit", "bounce", "reinit", "reinit", "reinit"],
                intents.Take(5).Select(intent => intent.Text("rung")));
            Assert.Equal(
                ["segmentation", "segmentation", "segmentation", null, null],
                intents.Take(5).Select(intent => intent.Text("profile")));
            Assert.Equal(["reinit"], intents[3].Steps());
            Assert.Equal([60, 120], intents.Skip(3).Take(2).Select(intent => intent.Seconds("cooldown").TotalSeconds));
            var pause = intents[4].Seconds("uptime") - intents[3].Seconds("uptime");
            Assert.True(pause >= TimeSpan.FromSeconds(60), $"the pause before the second reinit was {pause}");
            Assert.Single(await exporter.EntriesAsync("quarantined"));
            // A setting that did not heal was not kept.
            Assert.Equal("on", await eno1.FeatureAsync("tcp-segmentation-offload"));
            var metrics = await exporter.ScrapeAsync();
            Assert.Equal(
                (1.0, 0.0),
                (metrics["nichang_remediation_quarantined", ("device", "eno1")],
                    metrics["nichang_remediation_budget_left", ("device", "eno1")]));
            Assert.True(metrics[
                "nichang_remediation_outcomes_total", ("device", "eno1"), ("trigger", "local"),
                ("outcome", "not_healed")] >= 3);
            Assert.True(other.Misses() == 0, $"the other NIC answered all the time: {other}");
            Assert.False(probe.Looks[^1].Answered);
            // The kernel's view: each reset is either in the journal or the driver's own.
            await Eventually.HoldsAsync(
                "as many losses of link as resets in the journal and by the driver", async () => (
                Resets: (await exporter.EntriesAsync("intent")).Count
                    + guest.Log.Of("eno1", "Reset adapter", last).Count,
                Ups: guest.Log.Of("eno1", "NIC Link is Up", last).Count,
                Changes: await eno1.CarrierChangesAsync() - links), seen =>
                    seen.Ups == seen.Resets && seen.Changes == 2 * seen.Resets, TimeSpan.FromSeconds(30));
        }
        await Neighbourhood.IsAsBeforeAsync(guest, before);

        // When the hardware works again, the next attempt in quarantine, or a person, brings the NIC back.
        await eno1.RestoreAsync();
        await probe.UpAsync();
    }

    // Proves: the exporter does not interfere with a driver that recovers by itself. It counts the hang and prevents
    // the next one without a loss of link.
    [Fact]
    public async Task NicThatItsDriverResets_IsCountedAndPreventedOnly()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter = await GuestExporter.StartAsync(guest,
            ["--remediation.local=enforce", "--remediation.confirm-window=1m", "--hang.episode-gap=1m"]);
        var links = await eno1.CarrierChangesAsync();
        var last = guest.Log.Last;

        for (var i = 1; i <= 2; i++)
        {
            await probe.UpAsync();
            // "deaf" from the start: the driver's own check never sees the hang. The queue fills up and stops, and then
            // the kernel's watchdog makes the driver reset the adapter.
            await guest.Shell.DoAsync("nic-fault eno1 once; nic-fault eno1 deaf; nic-fault eno1 flood 1500");
            await guest.Log.WaitAsync("eno1", "Reset adapter", last, i);
        }
        await exporter.OutcomeAsync("eno1", "applied");

        await probe.UpAsync();
        var intent = Assert.Single(await exporter.EntriesAsync("intent"));
        Assert.Equal(("segmentation", null), (intent.Text("profile"), intent.Text("rung")));
        Assert.Equal("off", await eno1.FeatureAsync("tcp-segmentation-offload"));
        Assert.Equal(links + 4, await eno1.CarrierChangesAsync());
        Assert.Equal(2, guest.Log.Of("eno1", "NETDEV WATCHDOG", last).Count);
        var metrics = await exporter.ScrapeUntilAsync("the queue's own count is read", metrics =>
            metrics.Sum("nichang_hang_events_total", ("device", "eno1"), ("source", "tx_timeout")) >= 2);
        Assert.Equal(
            2, metrics["nichang_hang_events_total", ("device", "eno1"), ("source", "watchdog"), ("origin", "live")]);
        Assert.Equal(2, metrics["nichang_driver_resets_total", ("device", "eno1"), ("origin", "live")]);
        Assert.Equal(1, metrics["nichang_hang_active_shape", ("device", "eno1"), ("shape", "flap")]);
    }

    // Proves: a line that user space writes into the kernel log is counted as untrusted and has no other effect.
    [Fact]
    public async Task ForgedLine_IsCountedAsUntrustedAndNothingIsDone()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        var links = await eno1.CarrierChangesAsync();
        await using var probe = HostProbe.OfNeighbour(guest.Ports.Eno1Web);
        await using var exporter = await GuestExporter.StartAsync(guest, ["--remediation.local=enforce"]);

        for (var i = 0; i < 3; i++)
            await guest.Shell.DoAsync(
                "echo '<3>e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:' >/dev/kmsg; sleep 1.2");
        var metrics = await exporter.ScrapeUntilAsync("all three are counted", metrics =>
            metrics["nichang_kmsg_untrusted_hangs_total"] == 3);

        Assert.Equal(0, metrics.Sum("nichang_hang_events_total", ("device", "eno1"), ("origin", "live")));
        Assert.Equal(0, metrics["nichang_hang_active", ("device", "eno1")]);
        Assert.Equal(0, metrics.Sum("nichang_remediation_declined_total"));
        Assert.Empty(await exporter.EntriesAsync("intent"));
        Assert.Equal(links, await eno1.CarrierChangesAsync());
        Assert.True(probe.Misses() == 0, $"{probe}");
    }

    // Proves: reinit heals e1000, on which turning rx off resets nothing because it is off already.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task E1000_ThatHangs_IsHealedByReinit()
    {
        var guest = await shared.GetAsync();
        var ens1 = new GuestNic(guest, "ens1");
        await guest.Shell.DoAsync("/usr/sbin/ethtool -K ens1 rx off");
        Assert.Equal("off", await ens1.FeatureAsync("rx-checksumming"));
        await using var probe = new HostProbe(guest.Ports.Ens1Web);
        await using var eno1 = HostProbe.OfNeighbour(guest.Ports.Eno1Web);
        await probe.UpAsync();
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", .. GuestExporter.Window(8)]);
        var last = guest.Log.Last;

        var before = await Neighbourhood.LookAsync(guest, "ens1");
        await ens1.HangAsync();
        await probe.DownAsync();
        var outcome = await exporter.OutcomeAsync("ens1", "healed");

        await probe.UpAsync();
        Assert.NotEmpty(guest.Log.Of("ens1", "Detected Tx Unit Hang", last));
        // The loss of link of the exporter's reset makes this driver flush its ring with its own reset. Before that the
        // driver did nothing.
        var decided = (await exporter.EntriesAsync("intent"))[0].Seconds("uptime");
        Assert.All(guest.Log.Of("ens1", "Reset adapter", last), reset => Assert.True(reset.Time > decided, $"{reset}"));
        Assert.Equal(("segmentation", "reinit"), (outcome.Text("profile"), outcome.Text("rung")));
        Assert.Equal("off", await ens1.FeatureAsync("tcp-segmentation-offload"));
        Assert.True(eno1.Misses() == 0, $"eno1 answered all the time: {eno1}");
        await Neighbourhood.IsAsBeforeAsync(guest, before, "ens1");
        var metrics = await exporter.ScrapeAsync();
        Assert.Equal(0, metrics.Sum("nichang_hang_events_total", ("device", "eno1"), ("origin", "live")));
    }

    // Proves: a request for a setting that virtio has fixed gets an error with the name of the setting and where to
    // change it.
    [Fact]
    public async Task FixedOffload_AskedForByName_IsNamedInTheAnswer()
    {
        var guest = await shared.GetAsync();
        var ens18 = new GuestNic(guest, "ens18");
        await using var exporter = await GuestExporter.StartAsync(guest, ["--remediation.devices=ens18"]);

        var answer = await exporter.CommandAsync("remediate ens18 --features rx");

        Assert.Equal(1, answer.ExitCode);
        Assert.Contains("DECLINED (nothing changeable)", answer.Output, StringComparison.Ordinal);
        Assert.Contains("rx-checksum", answer.Output, StringComparison.Ordinal);
        Assert.Contains("fixed", answer.Output, StringComparison.Ordinal);
        Assert.Equal("on [fixed]", await ens18.FeatureAsync("rx-checksumming"));
        Assert.Empty(await exporter.EntriesAsync("intent"));
    }
}
