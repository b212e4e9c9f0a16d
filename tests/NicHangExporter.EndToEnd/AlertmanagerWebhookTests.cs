namespace NicHangExporter.EndToEnd;

/// <summary>
/// Alerts that a real Alertmanager may deliver and that must have no effect: it accepts alerts from any client.
/// </summary>
public sealed class AlertmanagerWebhookTests
{
    [Fact]
    public async Task ForgedAlerts_AboutAHealthyDeviceOrAnotherHost_AreDeliveredAndNothingIsDone()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var alertmanager = await host.StartAsync(host.Alertmanager);

        await alertmanager.PostAsync(
            AlertedHost.Alert(AlertedHost.Device), AlertedHost.Alert(AlertedHost.Device, instance: "another-host"),
            AlertedHost.Alert("eth99"), AlertedHost.Alert(""));

        var metrics = await exporter.ScrapeUntilAsync("four verdicts", metrics =>
            metrics.Sum("nichang_alerts_received_total") == 4);
        Assert.Equal(
            (1, 1, 2),
            (AlertedHost.Verdicts(metrics, "not_hung"), AlertedHost.Verdicts(metrics, "not_mine"),
                AlertedHost.Verdicts(metrics, "unknown_device")));
        host.AssertUntouched(metrics);
        // Alertmanager counts the alert as delivered, so it does not retry.
        Assert.Equal(
            0, await alertmanager.MetricAsync("alertmanager_notifications_failed_total{integration=\"webhook\"}"));
    }

    [Fact]
    public async Task AlertAboutAnotherHost_WhileTheDeviceHangs_IsNotOurs()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var alertmanager = await host.StartAsync(host.Alertmanager);
        host.Hang();
        await exporter.ScrapeUntilAsync(
            "the hang", metrics => metrics["nichang_hang_active", ("device", AlertedHost.Device)] == 1);

        await alertmanager.PostAsync(AlertedHost.Alert(AlertedHost.Device, instance: "another-host"));

        host.AssertUntouched(
            await exporter.ScrapeUntilAsync("a verdict", metrics => AlertedHost.Verdicts(metrics, "not_mine") == 1));
    }

    [Fact]
    public async Task SecondAlertAboutTheSameHang_MeetsTheCooldown()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var alertmanager = await host.StartAsync(host.Alertmanager);
        host.Hang();
        await exporter.ScrapeUntilAsync(
            "the hang", metrics => metrics["nichang_hang_active", ("device", AlertedHost.Device)] == 1);
        await alertmanager.PostAsync(AlertedHost.Alert(AlertedHost.Device));
        await exporter.ScrapeUntilAsync(
            "the device is healed", metrics =>
                metrics.Sum("nichang_remediation_outcomes_total", ("device", AlertedHost.Device)) == 1);

        // An alert of another rule, or one that the exporter itself pushed in addition to a rule.
        await alertmanager.PostAsync(
            new Dictionary<string, string>(AlertedHost.Alert(AlertedHost.Device)) { ["alertname"] = "NicHangAgain" });

        // This driver resets its adapter by itself: the remediation only prevents the next hang.
        var metrics =
            await exporter.ScrapeUntilAsync("a verdict", metrics => AlertedHost.Verdicts(metrics, "cooldown") == 1);
        host.AssertHealedOnce(metrics);
        Assert.Single(host.Journal("alert"));
    }

    [Fact]
    public async Task WrongToken_IsRefusedAndNothingIsDoneThoughTheDeviceHangs()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var alertmanager =
            await host.StartAsync(host.Alertmanager with { CredentialsFile = host.WriteToken("another") });
        host.Hang();
        await exporter.ScrapeUntilAsync(
            "the hang", metrics => metrics["nichang_hang_active", ("device", AlertedHost.Device)] == 1);

        await alertmanager.PostAsync(AlertedHost.Alert(AlertedHost.Device));

        await Eventually.HoldsAsync(
            "Alertmanager complains", () =>
                alertmanager.Log, log => log.Contains("unexpected status code 401", StringComparison.Ordinal));
        var metrics = await exporter.ScrapeAsync();
        Assert.True(metrics["nichang_api_authentication_failures_total", ("reason", "unknown")] >= 1);
        Assert.Equal(0, metrics.Sum("nichang_alerts_received_total"));
        host.AssertUntouched(metrics);
    }

    [Fact]
    public async Task ReceiverWithMaxAlerts_LeavesOneOutAndThatIsCounted()
    {
        using var host = new AlertedHost();
        using var exporter = await host.StartExporterAsync();
        using var alertmanager =
            await host.StartAsync(host.Alertmanager with { MaxAlerts = 1, GroupBy = "alertname", GroupWait = "1s" });

        await alertmanager.PostAsync(AlertedHost.Alert(AlertedHost.Device), AlertedHost.Alert(AlertedHost.OtherDevice));

        await exporter.ScrapeUntilAsync("one is left out", metrics => metrics["nichang_alerts_truncated_total"] >= 1);
        await exporter.LoggedAsync("max_alerts");
    }
}
