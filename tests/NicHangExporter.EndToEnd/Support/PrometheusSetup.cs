namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// The configuration of a Prometheus that scrapes one exporter every second, with an alert for a hang.
/// </summary>
/// <param name="Target">The exporter's address.</param>
/// <param name="Instance">The host's label instance.</param>
internal sealed record PrometheusSetup(string Target, string Instance)
{
    /// <summary>The name of the alert.</summary>
    public const string AlertName = "NicHang";

    /// <summary>Ports of Alertmanagers on loopback. They get the alert every second while it fires.</summary>
    public IReadOnlyList<int> Alertmanagers { get; init; } = [];

    /// <summary>Its configuration and its rules.</summary>
    public IReadOnlyDictionary<string, string> Files => new Dictionary<string, string>
    {
        [PrometheusServer.Configuration] =
            $$"""
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: [rules.yml]
            alerting:
              alertmanagers:
                - static_configs:
                    - targets: [{{string.Join(", ", Alertmanagers.Select(port => $"'127.0.0.1:{port}'"))}}]
            scrape_configs:
              - job_name: nichang
                static_configs:
                  - targets: ['{{Target}}']
                    labels: {instance: '{{Instance}}'}
            """,
        ["rules.yml"] =
            $$$"""
            groups:
              - name: nichang
                rules:
                  - alert: {{{AlertName}}}
                    expr: nichang_hang_active == 1
                    labels: {severity: critical}
                    annotations: {summary: 'NIC {{ $labels.device }} of {{ $labels.instance }} hangs'}
            """,
    };
}
