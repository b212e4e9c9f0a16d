namespace NicHangExporter.EndToEnd;

/// <summary>
/// The whole loop with the real Prometheus and the real Alertmanager: the kernel reports, the exporter shows it, a rule
/// fires, Alertmanager posts the alert, and the device is healed.
/// </summary>
public sealed class AlertmanagerLoopTests
{
    [Fact]
    public async Task Hang_MakesARuleFireAndTheAlertHealsTheDevice_OnceThoughAlertmanagerForgetsEverything()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var alertmanager = await host.StartAsync(host.Alertmanager);
        using var prometheus = await host.StartPrometheusAsync(exporter, 9093);
        host.AssertUntouched(await exporter.ScrapeAsync());

        host.Hang();

        var healed = await exporter.ScrapeUntilAsync("the device is healed", metrics =>
            metrics.Sum("nichang_remediation_outcomes_total", ("device", AlertedHost.Device),
                ("trigger", "webhook")) == 1);
        host.AssertHealedOnce(healed);
        Assert.Equal(1, healed.Sum("nichang_api_requests_total", ("route", "/api/v1/alertmanager"), ("status", "200")));
        var accepted = Assert.Single(host.Journal("alert"));
        Assert.Equal(AlertedHost.Credential, accepted.GetProperty("actor").GetString());
        var firing = Assert.Single(await alertmanager.AlertsAsync());
        Assert.Equal(
            firing.GetProperty("fingerprint").GetString(),
            accepted.GetProperty("alerts")[0].GetProperty("key").GetProperty("fingerprint").GetString());

        // Its notification log is not on its disk yet. Prometheus sends it the alert again, and it notifies the
        // exporter as if the alert were new.
        await alertmanager.RestartAsync();

        var again = await exporter.ScrapeUntilAsync("the alert comes once more", metrics =>
            AlertedHost.Verdicts(metrics, "duplicate") >= 1);
        host.AssertHealedOnce(again);

        // While Alertmanager is down, nothing else changes.
        alertmanager.Kill();
        var scraped = await prometheus.QueryAsync("timestamp(up)");
        await Eventually.HoldsAsync(
            "it is scraped as ever", () => prometheus.QueryAsync("timestamp(up == 1)"), time => time >= scraped + 2);
        host.AssertHealedOnce(await exporter.ScrapeAsync());
    }

    [Fact]
    public async Task HangThatIsOver_ArrivesAsResolvedAndNothingIsDoneAboutIt()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync("observe", "--hang.episode-gap=5s");
        using var alertmanager = await host.StartAsync(host.Alertmanager);
        using var prometheus = await host.StartPrometheusAsync(exporter, 9093);

        // While the NIC hangs, the watchdog repeats its report. The test stops it when the alert has arrived.
        await exporter.ScrapeUntilAsync("the alert", metrics =>
        {
            host.Hang();
            return host.Journal("alert").Count == 1;
        });

        var over = await exporter.ScrapeUntilAsync("the alert is resolved", metrics =>
            AlertedHost.Verdicts(metrics, "resolved_noted") >= 1);
        Assert.Equal(0, over["nichang_hang_active", ("device", AlertedHost.Device)]);
        Assert.Single(host.Journal("alert"));
        // Mode observe: the exporter reports what it would have done, and does nothing.
        Assert.Equal("on", host.Feature(AlertedHost.Tso));
        Assert.Empty(host.Journal("intent"));
        Assert.Equal(
            1, over["nichang_remediation_outcomes_total", ("device", AlertedHost.Device), ("trigger", "webhook"),
                ("outcome", "observed")]);
    }

    [Fact]
    public async Task PairOfAlertmanagers_WithASlowReceiver_BothDeliverAndOneThingIsDone()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var receiver = new HeldAnswers(host.Network, exporter.BaseAddress);
        var setup = host.Alertmanager with { Webhook = receiver.Address };
        using var first = await host.StartAsync(setup with { Port = 9093, Cluster = OfPair(9193) });
        using var second = await host.StartAsync(setup
            with
        { Port = 9094, Cluster = [.. OfPair(9194), "--cluster.peer=127.0.0.1:9193"] });
        foreach (var one in new[] { first, second })
            await Eventually.HoldsAsync(
                "the two know each other", () =>
                    one.MetricAsync("alertmanager_cluster_members"), members => members == 2);
        using var prometheus = await host.StartPrometheusAsync(exporter, 9093, 9094);

        host.Hang();

        // The first gets no answer, so the second does not learn in time that the notification is being handled.
        await Eventually.HoldsAsync("both deliver", () => receiver.Requests,
            requests => new[] { 9093, 9094 }.All(port =>
                requests.Contains($"\"externalURL\":\"http://127.0.0.1:{port}\"", StringComparison.Ordinal)));
        receiver.Release();

        var healed = await exporter.ScrapeUntilAsync("the device is healed", metrics =>
            metrics.Sum("nichang_remediation_outcomes_total", ("device", AlertedHost.Device),
                ("trigger", "webhook")) == 1 && AlertedHost.Verdicts(metrics, "duplicate") >= 1);
        host.AssertHealedOnce(healed);
        Assert.Single(host.Journal("alert"));
        foreach (var one in new[] { first, second })
            await Eventually.HoldsAsync(
                "it was delivered", () =>
                    one.MetricAsync("alertmanager_notifications_total{integration=\"webhook\"}"), count => count >= 1);
    }

    // A short gossip interval: they settle within a second, and do not wait longer for each other.
    private static string[] OfPair(int port) =>
    [
        $"--cluster.listen-address=127.0.0.1:{port}", $"--cluster.advertise-address=127.0.0.1:{port}",
            "--cluster.gossip-interval=50ms", "--cluster.peer-timeout=1s",
    ];
}
