using System.Text;
using System.Text.RegularExpressions;

namespace NicHangExporter.Options;

/// <summary>Checks of the alerting options: their values, and which options need or exclude each other.</summary>
internal static partial class AlertingRules
{
    /// <summary>The labels that the exporter itself gives to every pushed alert.</summary>
    private static readonly string[] Taken = ["alertname", "device", "driver", "instance", "severity"];

    /// <summary>Sets <c>alerting.alertmanagers</c>.</summary>
    public static OptionResult<AlertingOptions> SetAlertmanagers(
        AlertingOptions alerting, IReadOnlyList<string> values)
    {
        var urls = new List<Uri>();
        foreach (var value in values)
        {
            // A URL must hold no secret: metrics and logs show it.
            if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https")
                || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
                return "a value is no URL of an Alertmanager: write scheme, host, port and perhaps a path, without a "
                    + "user, as in http://alertmanager:9093";
            if (urls.Contains(url))
                return $"'{url}' is given twice";
            urls.Add(url);
        }
        return alerting with { Alertmanagers = [.. urls] };
    }

    /// <summary>What is wrong with a user of basic authentication, or null.</summary>
    public static string? CheckUser(string user) =>
        // RFC 7617: the first colon ends the user.
        user.Contains(':') || user.Any(char.IsControl)
            ? "the user must have neither a colon nor control characters"
            : null;

    /// <summary>What is wrong with the name of a server in its certificate, or null.</summary>
    public static string? CheckServerName(string name) =>
        Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4
            ? null
            : $"'{name.ReplaceLineEndings(" ")}' is no name of a host: write it as the certificate has it, without a "
                + "port, as in alertmanager.example";

    /// <summary>What is wrong with a row of <c>alerting.labels</c>, or null.</summary>
    public static string? CheckLabel(string row)
    {
        if (Label().Match(row) is not { Success: true } match || match.Groups["value"].Value is not { } value
            || value.Any(char.IsControl) || value.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar))
            return $"'{row.ReplaceLineEndings(" ")}' is no label: write NAME=VALUE, as in cluster=lab; two underscores "
                + "at its start are Prometheus's own";
        var name = match.Groups["name"].Value;
        return Taken.Contains(name) ? $"the label {name} is set by the exporter itself" : null;
    }

    /// <summary>Options that need or exclude each other, one sentence each.</summary>
    public static IEnumerable<string> Check(ExporterOptions options)
    {
        var alerting = options.Alerting;
        var old = alerting.Deprecated;
        var deprecated = AlertingOptionTable.Rows
            .Where(option => option.IsDeprecated && option.Show(options).Length > 0).ToList();
        if (alerting.ConfigFile is not null)
        {
            foreach (var option in deprecated)
                yield return $"{option.Name} and alerting.config.file exclude each other: write {option.Instead} in "
                    + "the file";
        }
        else
        {
            var hasBasicAuth = old.Username is not null || old.PasswordFile is not null;
            if (hasBasicAuth && (old.Username is null || old.PasswordFile is null))
                yield return "alerting.basic-auth-user and alerting.basic-auth-password-file need each other";
            if (hasBasicAuth && old.CredentialsFile is not null)
                yield return "alerting.bearer-token-file and alerting.basic-auth-user exclude each other: there is one "
                    + "header for both";
            if (old.CertificateFile is null != old.KeyFile is null)
                yield return "alerting.cert-file and alerting.key-file need each other";
            if (old.HasTls && IsPlainOnly(alerting))
                yield return "alerting.ca-file, cert-file, key-file and server-name are for https, and every URL of "
                    + "alerting.alertmanagers is http";
        }
        var hasOthers = alerting.ConfigFile is not null || deprecated.Count > 0 || alerting.Labels.Count > 0;
        if (alerting.Alertmanagers.Count == 0 && hasOthers)
            yield return "alerting.alertmanagers is empty, so the other options of alerting have no effect";
    }

    /// <summary>True if no URL has TLS.</summary>
    public static bool IsPlainOnly(AlertingOptions alerting) =>
        alerting.Alertmanagers.Count > 0 && alerting.Alertmanagers.All(url => url.Scheme == "http");

    [GeneratedRegex(@"\A(?<name>(?!__)[a-zA-Z_][a-zA-Z0-9_]*)=(?<value>.{1,256})\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
