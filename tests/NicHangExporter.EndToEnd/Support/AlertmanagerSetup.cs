namespace NicHangExporter.EndToEnd.Support;

/// <summary>How an Alertmanager is set up that passes every alert on to one webhook.</summary>
/// <param name="Webhook">The receiver: where the exporter listens, or somebody before it.</param>
/// <param name="CredentialsFile">The file of the bearer token.</param>
internal sealed record AlertmanagerSetup(Uri Webhook, string CredentialsFile)
{
    /// <summary>Its port on loopback.</summary>
    public int Port { get; init; } = 9093;

    /// <summary>Labels that make a group; by default each alert is one.</summary>
    public string GroupBy { get; init; } = "'...'";

    /// <summary>How long a new group is waited for to be complete.</summary>
    public string GroupWait { get; init; } = "0s";

    /// <summary>The most alerts in a message; 0 for all.</summary>
    public int MaxAlerts { get; init; }

    /// <summary>Flags that make it one of several; by default it is alone.</summary>
    public IReadOnlyList<string> Cluster { get; init; } = [Support.Alertmanager.Alone];

    /// <summary>The configuration: what is recommended, save that things happen within seconds.</summary>
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
