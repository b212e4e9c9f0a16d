namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// Hangs that an offload causes: what prevents the next one, and what happens if a person turns the offload on again.
/// </summary>
[Collection(typeof(SecondGuest))]
public sealed class OffloadTests(SharedGuest shared)
{
    private const string Hang = "Detected Hardware Unit Hang";

    // Proves: a NIC that hangs on TSO segments carries the same load after the remediation, because no TSO segment is
    // sent any more.
    [Fact]
    public async Task HangBySentTsoSegments_AfterTheRemediation_TheSameLoadPasses()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", "--remediation.verify-window=10s"]);
        var last = guest.Log.Last;
        await using var fault = await eno1.HangAfterTsoAsync();
        await probe.UpAsync(times: 10);

        // Small pages cause no hang. A page that is too large for a single segment does. It may arrive before the
        // adapter stops.
        Assert.Empty(guest.Log.Of("eno1", Hang, last));
        var loaded = probe.Now;
        await Record.ExceptionAsync(() => LoadAsync(guest));
        await exporter.OutcomeAsync("eno1", "healed");

        await probe.UpAsync();
        Assert.True(probe.Misses(loaded) > 0, $"the host was cut off: {probe}");
        var healed = guest.Log.Last;
        for (var i = 0; i < 3; i++)
            Assert.Equal(4 << 20, await LoadAsync(guest));
        Assert.NotEmpty(guest.Log.Of("eno1", Hang, last));
        Assert.Empty(guest.Log.Of("eno1", Hang, healed));
        Assert.Equal("off", await eno1.FeatureAsync("tcp-segmentation-offload"));
        Assert.Single(await exporter.EntriesAsync("intent"));
    }

    // Proves: if the first stage does not prevent the hang, the next hang applies the second stage, which holds.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task HangByChecksumOffload_WhenItRecurs_GetsTheSecondStage()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", .. GuestExporter.Window(4)]);
        var last = guest.Log.Last;

        // The NIC works for twelve seconds after each reset. That is longer than the window, so the first stage seems
        // to work.
        await probe.UpAsync();
        var begun = probe.Now;
        await using var fault = await eno1.HangWhileAsync("tx", TimeSpan.FromSeconds(12));
        await exporter.OutcomeAsync("eno1", "healed", count: 2);

        await probe.UpAsync();
        var intents = await exporter.EntriesAsync("intent");
        Assert.Equal(["segmentation", "checksum"], intents.Select(intent => intent.Text("profile")));
        Assert.Equal("segmentation", intents[1].Text("recurs"));
        Assert.Equal(
            ("off", "off", "off"),
            (await eno1.FeatureAsync("tcp-segmentation-offload"), await eno1.FeatureAsync("tx-checksumming"),
                await eno1.FeatureAsync("rx-checksumming")));
        // The kernel reported both hangs, the second after the first was over.
        var first = (await exporter.EntriesAsync("outcome"))[0].Seconds("uptime");
        var reports = guest.Log.Of("eno1", Hang, last);
        Assert.True(reports.Any(report => report.Time < first)
            && reports.Any(report => report.Time > first), string.Join('\n', reports));
        Assert.True(probe.Misses(begun) > 0, $"the host was cut off: {probe}");
        var metrics = await exporter.ScrapeAsync();
        Assert.Equal(
            1, metrics["nichang_remediation_recurrences_total", ("device", "eno1"), ("profile", "segmentation")]);
        Assert.Equal(2, metrics["nichang_remediation_stage", ("device", "eno1")]);
        Assert.Equal(4 << 20, await LoadAsync(guest));
    }

    // Proves: if a person turns the offload on again, the NIC hangs again. The exporter turns it off again and resets
    // the adapter.
    [Fact]
    public async Task Offload_TurnedOnAgainByHand_IsADriftAndTheHangThatFollowsIsHealed()
    {
        var guest = await shared.GetAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var probe = new HostProbe(guest.Ports.Eno1Web);
        await using var exporter =
            await GuestExporter.StartAsync(guest, ["--remediation.local=enforce", "--remediation.verify-window=10s"]);
        await using var fault = await eno1.HangWhileAsync("tso");
        await exporter.OutcomeAsync("eno1", "healed");
        await probe.UpAsync();
        var last = guest.Log.Last;

        await guest.Shell.DoAsync("/usr/sbin/ethtool -K eno1 tso on");
        await probe.DownAsync();
        await exporter.OutcomeAsync("eno1", "healed", count: 2);

        await probe.UpAsync();
        Assert.NotEmpty(guest.Log.Of("eno1", Hang, last));
        Assert.Equal("off", await eno1.FeatureAsync("tcp-segmentation-offload"));
        var metrics = await exporter.ScrapeUntilAsync("the drift is over", metrics =>
            metrics["nichang_remediation_drift", ("device", "eno1")] == 0);
        Assert.Equal(1, metrics["nichang_remediation_attempts_total", ("device", "eno1"), ("trigger", "drift")]);
    }

    private static async Task<int> LoadAsync(Guest guest)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
        return (await http.GetByteArrayAsync(
            new Uri($"http://127.0.0.1:{guest.Ports.Eno1Web}/big"), TestContext.Current.CancellationToken)).Length;
    }
}
