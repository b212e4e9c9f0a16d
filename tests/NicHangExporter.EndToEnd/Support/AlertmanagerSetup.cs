namespace NicHangExporter.EndToEnd.Support;

/// <summary>The configuration of an Alertmanager that sends every alert to one webhook.</summary>
/// <param name="Webhook">The receiver: the exporter's address, or that of a proxy.</param>
/// <param name="CredentialsFile">The file of the bearer token.</param>
internal sealed record AlertmanagerSetup(Uri Webhook, string CredentialsFile)
{
    /// <summary>Its port on loopback.</summary>
    public int Port { get; init; } = 9093;

    /// <summary>Labels of a group; by default each alert is its own group.</summary>
    public string GroupBy { get; init; } = "'...'";

    /// <summary>How long to wait for more alerts of a new group.</summary>
    public string GroupWait { get; init; } = "0s";

    /// <summary>The maximum of alerts in a message; 0 for all.</summary>
    public int MaxAlerts { get; init; }

    /// <summary>Flags of a cluster member; by default it has no cluster.</summary>
    public IReadOnlyList<string> Cluster { get; init; } = [Support.Alertmanager.Alone];

    /// <summary>The configuration: as recommended, but with intervals of seconds.</summary>
    public string Yaml =>
        $$"""
        route:
          receiver: nichang
          group_by: [{{GroupBy}}]
          group_wait: {{GroupWait}}
          group_interval: 1s
          repeat_interval: 1h
        receivers:
          - name: nichang
            webhook_configs:
              - url: '{{new Uri(Webhook, "/api/v1/alertmanager")}}'
                send_resolved: true
                max_alerts: {{MaxAlerts}}
                http_config:
                  follow_redirects: false
                  authorization: {credentials_file: '{{CredentialsFile}}'}
        """;
}
