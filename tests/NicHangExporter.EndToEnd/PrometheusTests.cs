namespace NicHangExporter.EndToEnd;

public sealed class PrometheusTests
{
    [Fact]
    public async Task Prometheus_ScrapesEverySampleAndCallsTheTargetUp()
    {
        Requires.Program("prometheus");
        using var exporter = await ExporterProcess.StartAsync("--collector.virtual");
        using var prometheus = await PrometheusServer.StartAsync(network: null, LoopbackPort.Free(),
            new PrometheusSetup(exporter.BaseAddress.Authority, exporter.BaseAddress.Authority).Files);
        var samples = (await exporter.ScrapeAsync()).Samples.Count;

        await prometheus.WatchesAsync();

        await Eventually.HoldsAsync(
            "a series of the exporter", () =>
                prometheus.QueryAsync("count(nichang_exporter_build_info)"), value => value == 1);
        await Eventually.HoldsAsync(
            $"all {samples} samples are stored", () =>
                prometheus.QueryAsync("scrape_samples_post_metric_relabeling"), value => value == samples);
        // Device labels match those of node_exporter. The exporter's labels never collide with the target's.
        Assert.Null(await prometheus.QueryAsync(
            "count({__name__=~\".+\",exported_job=~\".+\"} or {__name__=~\".+\",exported_instance=~\".+\"})"));
    }
}
