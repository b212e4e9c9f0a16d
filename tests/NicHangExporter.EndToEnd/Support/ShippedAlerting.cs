using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// The files of deploy/ for Prometheus and Alertmanager as servers of a test can run them: word for word, save who is asked, who is told, and where the
/// secrets are.
/// </summary>
/// <param name="repository">The directory of the solution.</param>
internal sealed partial class ShippedAlerting(string repository)
{
    /// <summary>The address that nobody listens on.</summary>
    public const string Nobody = "127.0.0.1:1";

    /// <summary>The rules, the optional ones as well, by the names that the sample of prometheus.yml has for them.</summary>
    public Dictionary<string, string> Rules() =>
        new[] { "prometheus/rules", "prometheus/rules-optional" }.SelectMany(directory => Directory.EnumerateFiles(In(directory), "*.yml"))
            .ToDictionary(path => $"rules/{Path.GetFileName(path)}", File.ReadAllText);

    /// <summary>The sample of prometheus.yml.</summary>
    /// <param name="alertmanager">Who is told.</param>
    /// <param name="authority">The file with the authority of the hosts' certificates: the targets serve TLS.</param>
    /// <param name="targets">Where the targets of the sample really are; those that are not named are not there. They keep the labels that they have in the sample.</param>
    public string Prometheus(string alertmanager, string authority, IReadOnlyDictionary<string, Target> targets)
    {
        var sample = Changed(File.ReadAllText(In("prometheus/scrape.yml")), "localhost:9093", alertmanager);
        // What is commented out there is for hosts that serve TLS.
        sample = Changed(sample, "# scheme: https", "scheme: https");
        sample = Changed(sample, "# tls_config: {ca_file: /etc/prometheus/hosts-ca.pem}", $"tls_config: {{ca_file: '{authority}'}}");
        var node = NodeRule().Match(sample);
        Assert.True(node.Success, "the sample of prometheus.yml gives every target the label node");
        IEnumerable<string> redirections =
        [
            "{source_labels: [__address__], target_label: instance}",
            .. targets.Select(target => $"{{source_labels: [instance], regex: '{Regex.Escape(target.Key)}', target_label: __metrics_path__, replacement: {target.Value.Path}}}"),
            $"{{target_label: __address__, replacement: '{Nobody}'}}",
            .. targets.Select(target => $"{{source_labels: [instance], regex: '{Regex.Escape(target.Key)}', target_label: __address__, replacement: '{target.Value.Address}'}}"),
        ];
        return sample.Insert(node.Index + node.Length, string.Concat(redirections.Select(rule => $"{node.Groups["indent"].Value}{rule}\n")));
    }

    /// <summary>The sample of alertmanager.yml.</summary>
    /// <param name="receivers">Who is told what people are told by mail, each below the name that the address has there, and what goes to somebody outside.</param>
    /// <param name="host">The API of pve1.</param>
    /// <param name="token">The file with the token of the hosts.</param>
    /// <param name="authority">The file with the authority of their certificates.</param>
    public string Alertmanager(Uri receivers, Uri host, string token, string authority)
    {
        var sample = File.ReadAllText(In("alertmanager/alertmanager.yml"));
        sample = Changed(sample, "email_configs:", "webhook_configs:");
        sample = Mail().Replace(sample, mail => $"- url: {new Uri(receivers, mail.Groups["name"].Value)}");
        sample = Changed(sample, "https://dead-mans-switch.example/nic-hang", new Uri(receivers, "outside").ToString());
        sample = Changed(sample, "https://pve1.example:19642/", host.ToString());
        sample = Changed(sample, "https://pve2.example:19642/", $"https://{Nobody}/");
        sample = Changed(sample, "/etc/alertmanager/nic-hang.token", $"'{token}'");
        return Changed(sample, "/etc/alertmanager/hosts-ca.pem", $"'{authority}'");
    }

    /// <summary>The sample of alertmanager.yml for many hosts.</summary>
    /// <param name="instances">A regex of the instances that may be asked.</param>
    /// <param name="token">The file with the token of the hosts.</param>
    /// <param name="authority">The file with the authority of their certificates.</param>
    public string FleetAlertmanager(string instances, string token, string authority)
    {
        var sample = Changed(File.ReadAllText(In("alertmanager/fleet.yml")), "[a-z0-9-]+[.]hosts[.]example:19642", instances);
        sample = Changed(sample, "/etc/alertmanager/nic-hang.token", $"'{token}'");
        return Changed(sample, "/etc/alertmanager/hosts-ca.pem", $"'{authority}'");
    }

    // Whoever rewrites a sample learns here what of it the tests go by.
    private static string Changed(string text, string from, string to)
    {
        Assert.Contains(from, text, StringComparison.Ordinal);
        return text.Replace(from, to, StringComparison.Ordinal);
    }

    private string In(string path) => Path.Combine(repository, "deploy", path);

    [GeneratedRegex(@"^(?<indent> *- ).*target_label: node}\n", RegexOptions.Multiline)]
    private static partial Regex NodeRule();

    [GeneratedRegex(@"- to: (?<name>\w+)@example\.org")]
    private static partial Regex Mail();

    /// <summary>Where something is that Prometheus is to scrape.</summary>
    internal sealed record Target(string Address, string Path = "/metrics");
}
