using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// The files of deploy/ for Prometheus and Alertmanager, with other addresses of targets and receivers and other paths
/// of secrets, so that servers of a test can run them. Everything else is unchanged.
/// </summary>
/// <param name="repository">The directory of the solution.</param>
internal sealed partial class ShippedAlerting(string repository)
{
    /// <summary>An address on which nobody listens.</summary>
    public const string Nobody = "127.0.0.1:1";

    /// <summary>The rules, including the optional ones, by their names in the sample of prometheus.yml.</summary>
    public Dictionary<string, string> Rules() =>
        new[] { "prometheus/rules", "prometheus/rules-optional" }.SelectMany(
            directory => Directory.EnumerateFiles(In(directory), "*.yml"))
            .ToDictionary(path => $"rules/{Path.GetFileName(path)}", File.ReadAllText);

    /// <summary>The sample of prometheus.yml.</summary>
    /// <param name="alertmanager">The address of the Alertmanager.</param>
    /// <param name="authority">The file with the CA of the hosts' certificates: the targets serve TLS.</param>
    /// <param name="targets">The real addresses of the sample's targets. Other targets are down. All keep the labels of
    /// the sample.</param>
    public string Prometheus(string alertmanager, string authority, IReadOnlyDictionary<string, Target> targets)
    {
        var sample = Changed(File.ReadAllText(In("prometheus/scrape.yml")), "localhost:9093", alertmanager);
        // The commented-out lines are for hosts that serve TLS.
        sample = Changed(sample, "# scheme: https", "scheme: https");
        sample = Changed(
            sample, "# tls_config: {ca_file: /etc/prometheus/hosts-ca.pem}", $"tls_config: {{ca_file: '{authority}'}}");
        var node = NodeRule().Match(sample);
        Assert.True(node.Success, "the sample of prometheus.yml gives every target the label node");
        IEnumerable<string> redirections =
        [
            "{source_labels: [__address__], target_label: instance}",
            .. targets.Select(
                target => $"{{source_labels: [instance], regex: '{Regex.Escape(target.Key)}', "
                    + $"target_label: __metrics_path__, replacement: {target.Value.Path}}}"),
            $"{{target_label: __address__, replacement: '{Nobody}'}}",
            .. targets.Select(
                target => $"{{source_labels: [instance], regex: '{Regex.Escape(target.Key)}', "
                    + $"target_label: __address__, replacement: '{target.Value.Address}'}}"),
        ];
        return sample.Insert(
            node.Index + node.Length,
            string.Concat(redirections.Select(rule => $"{node.Groups["indent"].Value}{rule}\n")));
    }

    /// <summary>The sample of alertmanager.yml.</summary>
    /// <param name="receivers">The receiver of everything that goes to people by mail or to the outside. The path is
    /// the local part of the mail address.</param>
    /// <param name="host">The API of pve1.</param>
    /// <param name="token">The file with the token of the hosts.</param>
    /// <param name="authority">The file with the CA of their certificates.</param>
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
    /// <param name="authority">The file with the CA of their certificates.</param>
    public string FleetAlertmanager(string instances, string token, string authority)
    {
        var sample =
            Changed(File.ReadAllText(In("alertmanager/fleet.yml")), "[a-z0-9-]+[.]hosts[.]example:19642", instances);
        sample = Changed(sample, "/etc/alertmanager/nic-hang.token", $"'{token}'");
        return Changed(sample, "/etc/alertmanager/hosts-ca.pem", $"'{authority}'");
    }

    // Fails if a change of a sample removes a text that the tests replace.
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

    /// <summary>The real address of a scrape target.</summary>
    internal sealed record Target(string Address, string Path = "/metrics");
}
