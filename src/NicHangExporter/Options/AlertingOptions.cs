using System.Text;
using System.Text.RegularExpressions;

namespace NicHangExporter.Options;

/// <summary>What the options of pushing alerts accept, and what they need of each other.</summary>
internal static partial class AlertingOptions
{
    /// <summary>The labels that every pushed alert has; they are not to be set.</summary>
    private static readonly string[] Taken = ["alertname", "device", "driver", "instance", "severity"];

    /// <summary>Sets <c>alerting.alertmanagers</c>.</summary>
    public static string? SetAlertmanagers(ExporterOptions options, IReadOnlyList<string> values)
    {
        var urls = new List<Uri>();
        foreach (var value in values)
        {
            // No secret in a URL: it is shown in metrics and logs.
            if (!Uri.TryCreate(value, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
                return "a value is no URL of an Alertmanager: write scheme, host, port and perhaps a path, without a user, as in http://alertmanager:9093";
            if (urls.Contains(url))
                return $"'{url}' is given twice";
            urls.Add(url);
        }
        options.Alertmanagers = urls;
        return null;
    }

    /// <summary>Sets <c>alerting.server-name</c>.</summary>
    public static string? SetServerName(ExporterOptions options, IReadOnlyList<string> values)
    {
        if (Uri.CheckHostName(values[0]) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
            return $"'{values[0].ReplaceLineEndings(" ")}' is no name of a host: write it as the certificate has it, without a port, as in alertmanager.example";
        options.AlertServerName = values[0];
        return null;
    }

    /// <summary>What is wrong with a row of <c>alerting.labels</c>, or null.</summary>
    public static string? CheckLabel(string row)
    {
        if (Label().Match(row) is not { Success: true } match || match.Groups["value"].Value is not { } value || value.Any(char.IsControl) || value.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar))
            return $"'{row.ReplaceLineEndings(" ")}' is no label: write NAME=VALUE, as in cluster=lab; two underscores at its start are Prometheus's own";
        var name = match.Groups["name"].Value;
        return Taken.Contains(name) ? $"the label {name} is set by the exporter itself" : null;
    }

    /// <summary>What does not go together, one sentence each.</summary>
    public static IEnumerable<string> Check(ExporterOptions options)
    {
        var hasBasicAuth = options.AlertBasicAuthUser is not null || options.AlertBasicAuthPasswordFile is not null;
        if (hasBasicAuth && (options.AlertBasicAuthUser is null || options.AlertBasicAuthPasswordFile is null))
            yield return "alerting.basic-auth-user and alerting.basic-auth-password-file need each other";
        if (hasBasicAuth && options.AlertBearerTokenFile is not null)
            yield return "alerting.bearer-token-file and alerting.basic-auth-user exclude each other: there is one header for both";
        if (options.AlertCertificateFile is null != options.AlertKeyFile is null)
            yield return "alerting.cert-file and alerting.key-file need each other";
        var hasTls = options.AlertCaFile is not null || options.AlertCertificateFile is not null || options.AlertServerName is not null;
        if (options.Alertmanagers.Count == 0 && (hasBasicAuth || hasTls || options.AlertBearerTokenFile is not null || options.AlertLabels.Count > 0))
            yield return "alerting.alertmanagers is empty, so the other options of alerting have no effect";
        if (hasTls && options.Alertmanagers.Count > 0 && options.Alertmanagers.All(url => url.Scheme == "http"))
            yield return "alerting.ca-file, cert-file, key-file and server-name are for https, and every URL of alerting.alertmanagers is http";
    }

    [GeneratedRegex(@"\A(?<name>(?!__)[a-zA-Z_][a-zA-Z0-9_]*)=(?<value>.{1,256})\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Label();
}
