using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>The rows of <see cref="AlertingOptions"/>.</summary>
internal static class AlertingOptionTable
{
    private static readonly OptionGroup<AlertingOptions> Group =
        new(options => options.Alerting, (options, alerting) => options with { Alerting = alerting });

    private static readonly OptionGroup<HttpClientOptions> Deprecated = new(
        options => options.Alerting.Deprecated,
        (options, client) => options with { Alerting = options.Alerting with { Deprecated = client } });

    public static readonly ImmutableArray<OptionDefinition> Rows =
    [
        Group.List("alerting.alertmanagers", "URL",
            "Alertmanager URL to push hang episodes to, as in http://alertmanager:9093. Repeatable.",
            group => group.Alertmanagers, AlertingRules.SetAlertmanagers),
        Group.Rows("alerting.labels", "NAME=VALUE", "Additional label of pushed alerts, as in cluster=lab. Repeatable.",
            AlertingRules.CheckLabel, group => group.Labels, (group, values) => group with { Labels = values }),
        Group.File("alerting.config.file",
            "File with credentials and TLS settings for the Alertmanagers, in the form of Prometheus's http_config.",
            group => group.ConfigFile, (group, path) => group with { ConfigFile = path }),
        OldFile("alerting.bearer-token-file", "authorization.credentials_file",
            client => client.CredentialsFile, (client, path) => client with { CredentialsFile = path }),
        OldText("alerting.basic-auth-user", "basic_auth.username", AlertingRules.CheckUser,
            client => client.Username, (client, user) => client with { Username = user }),
        OldFile("alerting.basic-auth-password-file", "basic_auth.password_file",
            client => client.PasswordFile, (client, path) => client with { PasswordFile = path }),
        OldFile("alerting.ca-file", "tls_config.ca_file",
            client => client.CaFile, (client, path) => client with { CaFile = path }),
        OldFile("alerting.cert-file", "tls_config.cert_file",
            client => client.CertificateFile, (client, path) => client with { CertificateFile = path }),
        OldFile("alerting.key-file", "tls_config.key_file",
            client => client.KeyFile, (client, path) => client with { KeyFile = path }),
        OldText("alerting.server-name", "tls_config.server_name", AlertingRules.CheckServerName,
            client => client.ServerName, (client, name) => client with { ServerName = name }),
        Group.Time("alerting.timeout", "Timeout of a request to an Alertmanager.", "1s", "1m",
            group => group.Timeout, (group, value) => group with { Timeout = value })
            with { IsAdvanced = true },
    ];

    private static OptionDefinition OldFile(
        string name, string instead, Func<HttpClientOptions, string?> show,
        Func<HttpClientOptions, string, HttpClientOptions> set) =>
        Deprecated.Path(name, Help(instead), show, set) with { Instead = instead };

    private static OptionDefinition OldText(
        string name, string instead, Func<string, string?> check, Func<HttpClientOptions, string?> show,
        Func<HttpClientOptions, string, HttpClientOptions> set)
    {
        var row = Deprecated.Value(name, "NAME", Help(instead), client => show(client) ?? "", (client, values) =>
            check(values[0]) is { } error ? error : set(client, values[0]));
        return row with { Instead = instead };
    }

    private static string Help(string instead) => $"Deprecated: write {instead} in the file of alerting.config.file.";
}
