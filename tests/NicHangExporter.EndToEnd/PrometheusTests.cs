using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>A real Prometheus scrapes the exporter.</summary>
public sealed class PrometheusTests
{
    [Fact]
    public async Task Prometheus_ScrapesEverySampleAndCallsTheTargetUp()
    {
        Requires.Program("prometheus");
        using var directory = new TemporaryDirectory();
        using var exporter = await ExporterProcess.StartAsync("--collector.virtual");
        var port = FreePort();
        var file = directory.Write("prometheus.yml",
            $$"""
            global: {scrape_interval: 1s}
            scrape_configs:
              - job_name: nichang
                static_configs: [{targets: ['{{exporter.BaseAddress.Authority}}']}]
            """);
        using var prometheus = Process.Start(new ProcessStartInfo(Requires.Find("prometheus")!,
            [$"--config.file={file}", $"--storage.tsdb.path={directory["data"]}", $"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]))!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            var samples = (await exporter.ScrapeAsync()).Samples.Count;

            await Eventually.HoldsAsync("up is 1", () => QueryAsync(http, "up"), value => value == 1);
            await Eventually.HoldsAsync("a series of the exporter", () => QueryAsync(http, "count(nichang_exporter_build_info)"), value => value == 1);
            await Eventually.HoldsAsync($"all {samples} samples are stored", () => QueryAsync(http, "scrape_samples_post_metric_relabeling"), value => value == samples);
            // Device labels meet those of node_exporter; our own never meet the target's.
            Assert.Null(await QueryAsync(http, "count({__name__=~\".+\",exported_job=~\".+\"} or {__name__=~\".+\",exported_instance=~\".+\"})"));
        }
        finally
        {
            prometheus.Kill();
            prometheus.WaitForExit();
        }
    }

    // The value of the only series, or null where there is none, or no answer yet.
    private static async Task<double?> QueryAsync(HttpClient http, string query)
    {
        try
        {
            using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative), TestContext.Current.CancellationToken));
            var result = answer.RootElement.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 1 ? double.Parse(result[0].GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture) : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
