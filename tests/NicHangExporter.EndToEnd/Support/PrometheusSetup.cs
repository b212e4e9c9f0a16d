namespace NicHangExporter.EndToEnd.Support;

/// <summary>How a Prometheus is set up that scrapes one exporter every second and makes an alert of a hang.</summary>
/// <param name="Target">Where the exporter listens.</param>
/// <param name="Instance">What its host is called.</param>
internal sealed record PrometheusSetup(string Target, string Instance)
{
    /// <summary>The alert that it makes of a hang.</summary>
    public const string AlertName = "NicHang";

    /// <summary>Ports on loopback of those who are told of a hang, every second for as long as it lasts.</summary>
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
