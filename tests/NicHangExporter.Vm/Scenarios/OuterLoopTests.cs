using System.Text.Json;
using NicHangExporter.Vm.Outside;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>
/// A hang as users of Prometheus and Alertmanager see it, with the shipped rules and the shipped sample. Each guest is
/// new, because alerts would also report earlier hangs in its kernel log.
/// </summary>
[Collection(typeof(UndisturbedGuest))]
public sealed class OuterLoopTests
{
    private const string Hang = "Detected Hardware Unit Hang";
    private const string Reports =
        """nichang_hang_events_total{instance="pve1:19642",device="eno1",source="driver",origin="live"}""";

    // Proves: a host that is scraped through the NIC that hangs is reported as missing, and the pager is notified.
    // After the cable was unplugged and plugged in again, people learn that it was a hang, and the counts continue over
    // the gap.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task HostThatItsNicCutsOff_IsMissedWhileItLasts_AndTellsOfTheHangWhenItIsBack()
    {
        await using var guest = await Guest.BootAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var loop = await OuterLoop.StartAsync(guest, guest.Ports.Eno1Exporter,
            "--remediation.local=observe", "--hang.episode-gap=5s");

        await using var fault = await eno1.HangAlwaysAsync();
        // From the end of this command on nothing is sent.
        await eno1.HangAsync();
        var hung = TimeProvider.System.GetUtcNow();
        var call = await loop.People.NotifiedAsync("pager", "firing", "NicHangExporterDown", OuterLoop.Host, hung);
        await loop.Exporter.OutcomeAsync("eno1", "observed");

        Assert.Equal(0, await loop.Prometheus.QueryAsync($"up{{instance=\"{OuterLoop.Host}\"}}"));
        Assert.Equal(("NicHangExporterDown", OuterLoop.Host), (call.Group["alertname"], call.Group["instance"]));
        Assert.Equal(2, call.Group.Count);
        Assert.Single(call.Alerts);
        Assert.DoesNotContain(
            loop.People.Of("hosts"), sent => sent.Says("firing", "NicHangExporterDown", OuterLoop.Host));

        // A person unplugs the cable, waits, and plugs it in again. By then the episode is over.
        await fault.DisposeAsync();
        await guest.Shell.DoAsync("/usr/sbin/ip link set eno1 down");
        await loop.Exporter.ScrapeUntilAsync(
            "the episode is over", metrics => metrics["nichang_hang_active", ("device", "eno1")] == 0);
        var plugged = TimeProvider.System.GetUtcNow();
        await guest.Shell.DoAsync("/usr/sbin/ip link set eno1 up");

        var recovered = await loop.People.NotifiedAsync("hosts", "firing", "NicHangRecovered", OuterLoop.Host, plugged);
        await loop.People.NotifiedAsync("pager", "resolved", "NicHangExporterDown", OuterLoop.Host, hung);
        Assert.Equal("eno1", Assert.Single(recovered.Alerts).Labels["device"]);
        Assert.False(await loop.HasFiredAsync("NicHang"), "nobody could see it hang");
        Assert.Empty(await loop.Exporter.EntriesAsync("alert"));
        var reports = guest.Log.Of("eno1", Hang).Count;
        var samples = await loop.Prometheus.SamplesAsync($"{Reports}[1h]");
        Assert.Equal((0, reports), (samples[0].Value, samples[^1].Value));
        Assert.True(samples[0].Time < hung && samples[^1].Time > plugged);
        Assert.DoesNotContain(samples, sample => sample.Time > hung && sample.Time < plugged - OuterLoop.ScrapeTimeout);
        Assert.Equal(0, await loop.Prometheus.QueryAsync($"resets({Reports}[1h])"));
        // increase() extrapolates from the distance between samples, so it may be slightly larger.
        Assert.InRange((await loop.Prometheus.QueryAsync($"increase({Reports}[1h])"))!.Value, reports, 1.5 * reports);
    }

    // Proves: if the driver itself heals its NIC, one firing of the watchdog notifies nobody. At the second hang the
    // alert fires, and continues when the host is back. The webhook arrives through that same NIC, and the cause is
    // turned off without another loss of link.
    [Fact]
    public async Task HostThatItsDriverBringsBack_IsAskedByTheWebhookToPreventTheNextHang()
    {
        await using var guest = await Guest.BootAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var loop = await OuterLoop.StartAsync(guest, guest.Ports.Eno1Exporter,
            "--remediation.webhook=enforce", "--remediation.confirm-window=1m", "--hang.episode-gap=1m");
        var links = await eno1.CarrierChangesAsync();

        for (var i = 1; i <= 2; i++)
        {
            // "deaf": only the kernel's watchdog sees it, and makes the driver reset the adapter.
            await guest.Shell.DoAsync("nic-fault eno1 once; nic-fault eno1 deaf; nic-fault eno1 flood 1500");
            await loop.HoldsAsync($"up{{instance=\"{OuterLoop.Host}\"}}", value => value == 0);
            await guest.Log.WaitAsync("eno1", "Reset adapter", after: -1, i);
            await loop.HoldsAsync($"up{{instance=\"{OuterLoop.Host}\"}}", value => value == 1);
            // One firing of the watchdog may be a false alarm. Two within the window confirm a hang.
            if (i == 1)
                Assert.False(await loop.HasFiredAsync("NicHang"), "one report is no reason to call anybody");
        }
        await loop.FiresAsync("NicHang");
        var outcome = await loop.Exporter.OutcomeAsync("eno1", "applied");

        Assert.Equal(
            ("webhook", "alertmanager", "segmentation", null),
            (outcome.Text("trigger"), outcome.Text("actor"), outcome.Text("profile"), outcome.Text("rung")));
        Assert.Equal(
            ("off", "off", "on"),
            (await eno1.FeatureAsync("tcp-segmentation-offload"),
                await eno1.FeatureAsync("generic-segmentation-offload"), await eno1.FeatureAsync("tx-checksumming")));
        Assert.Equal(links + 4, await eno1.CarrierChangesAsync());
        var accepted = Assert.Single(await loop.Exporter.EntriesAsync("alert"));
        var firing =
            Assert.Single(await loop.Alertmanager.AlertsAsync(), alert => Label(alert, "alertname") == "NicHang");
        Assert.Equal(
            firing.GetProperty("fingerprint").GetString(),
            accepted.GetProperty("alerts")[0].GetProperty("key").GetProperty("fingerprint").GetString());
        Assert.Single(await loop.Exporter.EntriesAsync("intent"));
        // The host is back before it was missing for ten minutes, or its alert ends while NicHang still fires.
        await loop.EndsAsync("NicHangExporterDown");
        Assert.True(await loop.IsFiringAsync("NicHang"));
    }

    // Proves: a hang that Prometheus sees over another NIC is reported immediately, and silences only what it causes on
    // that host. The webhook heals it when it is permitted to, and all receivers get the end.
    [Fact]
    [Trait(Extent.Name, Extent.Whole)]
    public async Task HangThatIsSeenOverAnotherNic_SilencesItsNoise_AndIsHealedByTheWebhook()
    {
        await using var guest = await Guest.BootAsync();
        var eno1 = new GuestNic(guest, "eno1");
        await using var loop = await OuterLoop.StartAsync(guest, guest.Ports.Ens18Exporter,
            ["--remediation.webhook=enforce", "--hang.episode-gap=5s", .. GuestExporter.Window(4)]);
        // A person works on the host: the exporter does nothing until the pause ends.
        (await loop.Exporter.CommandAsync("pause")).Succeeded();

        await using var fault = await eno1.HangWhileAsync("tso");
        var call = await loop.People.NotifiedAsync("pager", "firing", "NicHang", OuterLoop.Host);
        await loop.FiresAsync("NodeDown", OuterLoop.Node);

        await loop.HoldsAsync($"up{{instance=\"{OuterLoop.Host}\"}}", value => value == 1);
        Assert.Equal("eno1", Assert.Single(call.Alerts).Labels["device"]);
        Assert.Equal(["alertname", "instance"], call.Group.Keys.Order(StringComparer.Ordinal));
        var alerts = await Eventually.HoldsAsync("the other host's alert is there", loop.Alertmanager.AlertsAsync,
            alerts => alerts.Any(alert =>
                Is(alert, "NodeDown", OuterLoop.OtherNode))
                    && alerts.Any(alert => Is(alert, "NodeDown", OuterLoop.Node)));
        var hang = alerts.Single(alert => Is(alert, "NicHang", OuterLoop.Host));
        Assert.Equal(
            [hang.GetProperty("fingerprint").GetString()],
            InhibitedBy(alerts.Single(alert => Is(alert, "NodeDown", OuterLoop.Node))));
        Assert.Empty(InhibitedBy(alerts.Single(alert => Is(alert, "NodeDown", OuterLoop.OtherNode))));
        await loop.People.NotifiedAsync("hosts", "firing", "NodeDown", OuterLoop.OtherNode);
        var held = await loop.Exporter.ScrapeUntilAsync("the webhook alert is not allowed", metrics =>
            metrics["nichang_alerts_received_total", ("verdict", "not_allowed")] >= 1);
        Assert.Equal(0, held.Sum("nichang_remediation_attempts_total"));
        Assert.Equal("on", await eno1.FeatureAsync("tcp-segmentation-offload"));

        (await loop.Exporter.CommandAsync("resume")).Succeeded();
        var outcome = await loop.Exporter.OutcomeAsync("eno1", "healed");

        Assert.Equal(
            ("webhook", "alertmanager", "segmentation", "reinit"),
            (outcome.Text("trigger"), outcome.Text("actor"), outcome.Text("profile"), outcome.Text("rung")));
        Assert.Equal("off", await eno1.FeatureAsync("tcp-segmentation-offload"));
        await loop.People.NotifiedAsync("pager", "resolved", "NicHang", OuterLoop.Host);
        await loop.Exporter.ScrapeUntilAsync(
            "the host gets the end as well", metrics =>
                metrics["nichang_alerts_received_total", ("verdict", "resolved_noted")] >= 1);
        Assert.Single(await loop.Exporter.EntriesAsync("alert"));
        await loop.EndsAsync("NodeDown", OuterLoop.Node);
        Assert.DoesNotContain(loop.People.Of("hosts"), sent => sent.Says("firing", "NodeDown", OuterLoop.Node));
    }

    private static bool Is(JsonElement alert, string name, string instance) =>
        Label(alert, "alertname") == name && Label(alert, "instance") == instance;

    private static string? Label(JsonElement alert, string name) => alert.GetProperty("labels").Text(name);

    private static IEnumerable<string?> InhibitedBy(JsonElement alert) =>
        alert.GetProperty("status").GetProperty("inhibitedBy").EnumerateArray()
        .Select(fingerprint => fingerprint.GetString());
}
