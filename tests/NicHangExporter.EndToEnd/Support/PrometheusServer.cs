using System.Globalization;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A real Prometheus that scrapes the exporter every second.</summary>
internal sealed class PrometheusServer : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _server;

    private PrometheusServer()
    {
    }

    /// <summary>The alert that <see cref="StartAsync"/> makes of a hang.</summary>
    public const string AlertName = "NicHang";

    /// <summary>Starts it.</summary>
    /// <param name="network">Where; null for the namespace of the tests.</param>
    /// <param name="port">Its port on loopback.</param>
    /// <param name="target">The exporter.</param>
    /// <param name="instance">What the exporter's host is called.</param>
    /// <param name="alertmanagers">Ports on loopback of those who are told of a hang, every second for as long as it lasts.</param>
    public static async Task<PrometheusServer> StartAsync(NetworkNamespace? network, int port, ExporterProcess target, string instance, params IEnumerable<int> alertmanagers)
    {
        var prometheus = new PrometheusServer();
        try
        {
            var directory = prometheus._directory;
            var rules = directory.Write("rules.yml",
                $$$"""
                groups:
                  - name: nichang
                    rules:
                      - alert: {{{AlertName}}}
                        expr: nichang_hang_active == 1
                        labels: {severity: critical}
                        annotations: {summary: 'NIC {{ $labels.device }} of {{ $labels.instance }} hangs'}
                """);
            var file = directory.Write("prometheus.yml",
                $$"""
                global: {scrape_interval: 1s, evaluation_interval: 1s}
                rule_files: ['{{rules}}']
                alerting:
                  alertmanagers:
                    - static_configs:
                        - targets: [{{string.Join(", ", alertmanagers.Select(address => $"'127.0.0.1:{address}'"))}}]
                scrape_configs:
                  - job_name: nichang
                    static_configs:
                      - targets: ['{{target.BaseAddress.Authority}}']
                        labels: {instance: '{{instance}}'}
                """);
            prometheus._server = await ServerProcess.StartAsync(network, port, "prometheus", $"--config.file={file}", $"--storage.tsdb.path={directory["data"]}",
                $"--web.listen-address=127.0.0.1:{port}", "--rules.alert.resend-delay=1s", "--log.level=warn");
            return prometheus;
        }
        catch
        {
            prometheus.Dispose();
            throw;
        }
    }

    /// <summary>The value of the only series that a query finds; null for none.</summary>
    public async Task<double?> QueryAsync(string query)
    {
        var path = new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative);
        using var answer = JsonDocument.Parse(await _server!.Http.GetStringAsync(path, TestContext.Current.CancellationToken));
        var result = answer.RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 1 ? double.Parse(result[0].GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Waits until it has scraped the exporter: from then on it would see a hang within a second or two.</summary>
    public Task WatchesAsync() => Eventually.HoldsAsync("up is 1", () => QueryAsync("up"), value => value == 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        _server?.Dispose();
        _directory.Dispose();
    }
}
