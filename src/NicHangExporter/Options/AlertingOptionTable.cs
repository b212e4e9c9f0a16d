using System.Collections.Immutable;

namespace NicHangExporter.Options;

/// <summary>The rows of <see cref="AlertingOptions"/>.</summary>
internal static class AlertingOptionTable
{
    private static readonly OptionGroup<AlertingOptions> Group =
        new(options => options.Alerting, (options, alerting) => options with { Alerting = alerting });

    public static readonly ImmutableArray<OptionDefinition> Rows =
    [
        Group.List("alerting.alertmanagers", "URL",
            "Alertmanager URL to push hang episodes to, as in http://alertmanager:9093. Repeatable.",
            group => group.Alertmanagers, AlertingRules.SetAlertmanagers),
        Group.Rows("alerting.labels", "NAME=VALUE", "Additional label of pushed alerts, as in cluster=lab. Repeatable.",
            AlertingRules.CheckLabel, group => group.Labels, (group, values) => group with { Labels = values }),
        Group.Path("alerting.bearer-token-file",
            "File with the bearer token for the Alertmanagers. It is read for each request.",
            group => group.BearerTokenFile, (group, path) => group with { BearerTokenFile = path }),
        Group.Value("alerting.basic-auth-user", "NAME", "Basic authentication user for the Alertmanagers.",
            group => group.BasicAuthUser ?? "", AlertingRules.SetBasicAuthUser),
        Group.Path("alerting.basic-auth-password-file", "File with the password of alerting.basic-auth-user.",
            group => group.BasicAuthPasswordFile, (group, path) => group with { BasicAuthPasswordFile = path }),
        Group.Path("alerting.ca-file",
            "PEM file with the CA certificates for the Alertmanagers, instead of the system's.",
            group => group.CaFile, (group, path) => group with { CaFile = path }),
        Group.Path("alerting.cert-file", "PEM file with the client certificate for the Alertmanagers.",
            group => group.CertificateFile, (group, path) => group with { CertificateFile = path }),
        Group.Path("alerting.key-file", "PEM file with the private key of alerting.cert-file.",
            group => group.KeyFile, (group, path) => group with { KeyFile = path }),
        Group.Value("alerting.server-name", "NAME",
            "Server name to expect in the Alertmanagers' certificates, if it differs from the URL.",
            group => group.ServerName ?? "", AlertingRules.SetServerName),
        Group.Time("alerting.timeout", "Timeout of a request to an Alertmanager.", "1s", "1m",
            group => group.Timeout, (group, value) => group with { Timeout = value }) with { IsAdvanced = true },
    ];
}
