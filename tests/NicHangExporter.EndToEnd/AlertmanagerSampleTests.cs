using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>The Alertmanager sample in a real Alertmanager: what a hang silences, and what it must not.</summary>
public sealed class AlertmanagerSampleTests
{
    private static readonly (string Name, string Instance, string? Node, string? Device, bool IsSilenced)[] Alerts =
    [
        ("NicHang", "pve1:19642", "pve1", "eno1", false),
        ("NicHangExporterDown", "pve1:19642", "pve1", null, true),
        ("NicHangExporterDown", "pve2:19642", "pve2", null, false),
        ("NodeDown", "pve1:9100", "pve1", null, true),
        ("ProbeFailed", "https://pve1/", "pve1", null, true),
        ("NodeDown", "pve2:9100", "pve2", null, false),
        ("NodeFilesystemAlmostFull", "pve1:9100", "pve1", null, false),
        // A hang on a host without the label node, beside an alert without it: neither is the other's.
        ("NicHang", "old:19642", null, "eth0", false),
        ("NodeDown", "older:9100", null, null, false),
        ("NicHangQuarantined", "pve3:19642", "pve3", "eno1", false),
        ("NicHangRemediationFailed", "pve3:19642", "pve3", "eno1", true),
        ("NicHangRemediationFailed", "pve3:19642", "pve3", "eno2", false),
        ("NicHangBudgetSpent", "pve3:19642", "pve3", null, false),
    ];

    [Fact]
    public async Task Hang_SilencesWhatItCausesOnItsOwnHostAlone()
    {
        Requires.Program("prometheus-alertmanager");
        using var directory = new TemporaryDirectory();
        // No alert of a test leaves the machine.
        var sample = (await File.ReadAllTextAsync(Path.Combine(SimulatedPrometheus.Repository, "deploy/alertmanager/alertmanager.yml"), TestContext.Current.CancellationToken))
            .Replace("mail.example:25", "127.0.0.1:1", StringComparison.Ordinal).Replace("https://pve", "http://127.0.0.1:1/pve", StringComparison.Ordinal)
            .Replace("https://dead-mans-switch.example", "http://127.0.0.1:1", StringComparison.Ordinal)
            .Replace("          tls_config: {ca_file: /etc/alertmanager/hosts-ca.pem}\n", "", StringComparison.Ordinal);
        var port = FreePort();
        using var alertmanager = Process.Start(new ProcessStartInfo(Requires.Find("prometheus-alertmanager")!,
            [$"--config.file={directory.Write("alertmanager.yml", sample)}", $"--storage.path={directory["data"]}", $"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", "--log.level=error"]))!;
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await Eventually.HoldsAsync("Alertmanager is ready", () => PostAsync(http), posted => posted);

            // In no particular order and not at once.
            await Eventually.HoldsAsync("all alerts are judged as they should be", () => SilencedAsync(http), silenced => silenced.SequenceEqual(
                Alerts.Where(alert => alert.IsSilenced).Select(alert => $"{alert.Name} {alert.Instance} {alert.Device}").Order(StringComparer.Ordinal)), TimeSpan.FromMinutes(2));
        }
        finally
        {
            alertmanager.Kill();
            alertmanager.WaitForExit();
        }
    }

    private static async Task<bool> PostAsync(HttpClient http)
    {
        var alerts = Alerts.Select(alert => new Dictionary<string, Dictionary<string, string>>
        {
            ["labels"] = new[] { ("alertname", alert.Name), ("instance", alert.Instance), ("node", alert.Node), ("device", alert.Device) }
                .Where(label => label.Item2 is not null).ToDictionary(label => label.Item1, label => label.Item2!),
        });
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri("/api/v2/alerts", UriKind.Relative), alerts, TestContext.Current.CancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static async Task<IReadOnlyList<string>> SilencedAsync(HttpClient http)
    {
        using var answer = JsonDocument.Parse(await http.GetStringAsync(new Uri("/api/v2/alerts", UriKind.Relative), TestContext.Current.CancellationToken));
        return [.. answer.RootElement.EnumerateArray().Where(alert => alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0)
            .Select(alert => alert.GetProperty("labels"))
            .Select(labels => $"{labels.GetProperty("alertname")} {labels.GetProperty("instance")} {(labels.TryGetProperty("device", out var device) ? device.GetString() : "")}").Order(StringComparer.Ordinal)];
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
