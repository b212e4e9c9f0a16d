using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>The Alertmanager sample in a real Alertmanager: what a hang silences, and what it must not.</summary>
public sealed class AlertmanagerSampleTests
{
    private static readonly (string Name, string Instance, string? Node, string? Device, bool IsSilenced)[] Alerts =
    [
        ("NicHang", "pve1:19642", "pve1", "eno1", false),
        ("NicHangSnapshotStale", "pve1:19642", "pve1", null, true),
        ("NicHangSnapshotStale", "pve2:19642", "pve2", null, false),
        // The rule knows by itself when to keep still, and its end is told while the hang goes on.
        ("NicHangExporterDown", "pve1:19642", "pve1", null, false),
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
        using var directory = new TemporaryDirectory();
        // No alert of a test leaves the machine.
        var nobody = new Uri($"http://{ShippedAlerting.Nobody}");
        var sample = new ShippedAlerting(SimulatedPrometheus.Repository).Alertmanager(nobody, nobody, directory["token"], directory.Write("ca.pem", SelfSignedCertificate.Issue().Certificate));
        using var alertmanager = await Alertmanager.StartAsync(network: null, LoopbackPort.Free(), sample, Alertmanager.Alone);

        await alertmanager.PostAsync(Alerts.Select(alert => new[] { ("alertname", alert.Name), ("instance", alert.Instance), ("node", alert.Node), ("device", alert.Device) }
            .Where(label => label.Item2 is not null).ToDictionary(label => label.Item1, label => label.Item2!)));

        // In no particular order and not at once.
        await Eventually.HoldsAsync("all alerts are judged as they should be", async () => Silenced(await alertmanager.AlertsAsync()), silenced => silenced.SequenceEqual(
            Alerts.Where(alert => alert.IsSilenced).Select(alert => $"{alert.Name} {alert.Instance} {alert.Device}").Order(StringComparer.Ordinal)), TimeSpan.FromMinutes(2));
    }

    private static IReadOnlyList<string> Silenced(IEnumerable<JsonElement> alerts) =>
        [.. alerts.Where(alert => alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0)
            .Select(alert => alert.GetProperty("labels"))
            .Select(labels => $"{labels.GetProperty("alertname")} {labels.GetProperty("instance")} {(labels.TryGetProperty("device", out var device) ? device.GetString() : "")}").Order(StringComparer.Ordinal)];
}
