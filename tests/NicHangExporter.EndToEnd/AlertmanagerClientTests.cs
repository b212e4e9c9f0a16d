using System.Text.Json;
using System.Text.Json.Nodes;

namespace NicHangExporter.EndToEnd;

/// <summary>Alerts that the exporter itself sends to a real Alertmanager, without a Prometheus.</summary>
public sealed class AlertmanagerClientTests
{
    private const string Push = "--alerting.alertmanagers=http://127.0.0.1:9093";

    [Fact]
    public async Task Hang_IsPushedAndComesBackByTheWebhook()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync("enforce", Push, "--alerting.labels=cluster=lab");
        using var alertmanager = await host.StartAsync(host.Alertmanager);

        host.Hang();

        var alert = await FiringAsync(alertmanager);
        Assert.Equal(
            [("alertname", "NicHang"), ("cluster", "lab"), ("device", AlertedHost.Device), ("driver", "e1000e"),
                ("instance", AlertedHost.Name), ("severity", "critical")], Labels(alert));
        Assert.Equal("NIC veth0 of lab-host hangs", Annotation(alert, "summary"));
        Assert.StartsWith("e1000e at 0000:00:1f.6, ", Annotation(alert, "description"), StringComparison.Ordinal);
        var metrics = await exporter.ScrapeUntilAsync("the device is healed", metrics =>
            metrics.Sum("nichang_remediation_outcomes_total", ("device", AlertedHost.Device),
                ("trigger", "webhook")) == 1);
        host.AssertHealedOnce(metrics);
        Assert.Equal(0, metrics["nichang_alerts_buffered"]);
    }

    [Fact]
    public async Task Hang_WhileAlertmanagerIsAwayAndTheExporterIsRestarted_IsSentAfterwardsAndResolvedInTheEnd()
    {
        using var host = new AlertedHost();
        using (var first = await host.StartExporterAsync("enforce", Push, "--hang.episode-gap=5s"))
        {
            host.Hang();
            var cutOff = await first.ScrapeUntilAsync("no Alertmanager accepts it", metrics =>
                metrics["nichang_alerts_buffered"] == 1 && metrics.Sum("nichang_alerts_send_failures_total") >= 1
                && Saved(host) is not null);
            Assert.Equal(0, cutOff.Sum("nichang_alerts_sent_total"));
            await first.KillAsync();
        }
        using var second = await host.StartExporterAsync("enforce", Push, "--hang.episode-gap=5s");
        await second.ScrapeUntilAsync("the alert is still buffered when the hang is over",
            metrics => metrics["nichang_alerts_buffered"] == 1 && metrics["nichang_hang_active",
                ("device", AlertedHost.Device)] == 0 && Saved(host)?["over"] is not null);

        using var alertmanager = await host.StartAsync(host.Alertmanager);

        Assert.Equal("NIC veth0 of lab-host hung", Annotation(await FiringAsync(alertmanager), "summary"));
        await second.ScrapeUntilAsync(
            "the verdict of the webhook: it is over", metrics => AlertedHost.Verdicts(metrics, "not_hung") == 1);
        await second.ScrapeUntilAsync("nothing waits any more", metrics => metrics["nichang_alerts_buffered"] == 0);
        await second.StopAsync();
        Backdate(host, TimeSpan.FromMinutes(6));
        using var third = await host.StartExporterAsync("enforce", Push, "--hang.episode-gap=5s");

        await third.ScrapeUntilAsync(
            "the alert is resolved", metrics => AlertedHost.Verdicts(metrics, "resolved_noted") == 1);
        Assert.Empty(await alertmanager.AlertsAsync());
        await Eventually.HoldsAsync("it is forgotten", () => Saved(host), saved => saved is null);
        host.AssertUntouched(await third.ScrapeAsync());
    }

    private static async Task<JsonElement> FiringAsync(Alertmanager alertmanager) =>
        (await Eventually.HoldsAsync(
            "an alert in Alertmanager", alertmanager.AlertsAsync, alerts => alerts.Count == 1))[0];

    private static (string Name, string Value)[] Labels(JsonElement alert) =>
        [.. alert.GetProperty("labels").EnumerateObject().Select(label => (label.Name, label.Value.GetString()!))
            .OrderBy(label => label.Name, StringComparer.Ordinal)];

    private static string Annotation(JsonElement alert, string name) =>
        alert.GetProperty("annotations").GetProperty(name).GetString()!;

    // The only buffered alert; null for none.
    private static JsonObject? Saved(AlertedHost host) =>
        File.Exists(Buffer(host)) && JsonNode.Parse(File.ReadAllText(Buffer(host))) is { } file
            && (file as JsonArray ?? file["alerts"]!.AsArray()) is [JsonObject alert] ? alert : null;

    // A late alert fires for at least five minutes. This changes its start in the buffer file, so that they have
    // passed. It writes a list without a checksum, as earlier versions did.
    private static void Backdate(AlertedHost host, TimeSpan age)
    {
        var alert = Saved(host)!;
        var progress = alert["progress"]!.AsObject().Single().Value!;
        progress["firingSince"] = progress["firingSince"]!.GetValue<DateTimeOffset>() - age;
        File.WriteAllText(Buffer(host), new JsonArray(alert.DeepClone()).ToJsonString());
    }

    private static string Buffer(AlertedHost host) => Path.Combine(host.State, "alerts.json");
}
