using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// The Alertmanager sample in a real Alertmanager: what a hang silences, and what it must not silence.
/// </summary>
public sealed class AlertmanagerSampleTests
{
    private static readonly Alert[] Alerts =
    [
        new("NicHang", "pve1:19642", "pve1", "eno1", false),
        new("NicHangKernelLockHeld", "pve1:19642", "pve1", null, true),
        new("NicHangKernelLockHeld", "pve2:19642", "pve2", null, false),
        new("NicHangExporterBlind", "pve1:19642", "pve1", null, true, Reason: "collector_failed"),
        new("NicHangExporterBlind", "pve1:19642", "pve1", null, false, Reason: "kernel_log_unread"),
        new("NicHangExporterBlind", "pve2:19642", "pve2", null, true, Reason: "collector_failed"),
        new("NicHangExporterBlind", "pve7:19642", "pve7", null, false, Reason: "collector_failed"),
        // The rule excludes this case itself. Its end must always be notified.
        new("NicHangExporterDown", "pve1:19642", "pve1", null, false),
        new("NodeDown", "pve1:9100", "pve1", null, true),
        new("ProbeFailed", "https://pve1/", "pve1", null, true),
        new("NodeDown", "pve2:9100", "pve2", null, false),
        new("NodeFilesystemAlmostFull", "pve1:9100", "pve1", null, false),
        // The hang does not explain the other NIC of the host, and a bond may consist of other NICs.
        new("NodeNetworkTransmitErrs", "pve1:9100", "pve1", "eno1", true),
        new("NodeNetworkTransmitErrs", "pve1:9100", "pve1", "enp3s0", false),
        new("NicHangRecovered", "pve1:19642", "pve1", "eno1", true),
        new("NicHangRecovered", "pve1:19642", "pve1", "enp3s0", false),
        new("NodeBondingDegraded", "pve1:9100", "pve1", null, false),
        // Two sites with hosts of the same names, and a site that scrapes no exporter.
        new("NodeDown", "pve1:9101", "pve1", null, false, Cluster: "elsewhere"),
        new("NicHangKernelLockHeld", "pve1:19642", "pve1", null, false, Cluster: "elsewhere"),
        new("NicHangExporterAbsent", "", null, null, false),
        new("NicHangExporterDown", "pve9:19642", "pve9", null, false, Cluster: "elsewhere"),
        new("NicHangExporterGone", "pve8:19642", "pve8", null, false),
        // An alert without a device does not silence one with a device.
        new("NicHangRepeats", "pve4:19642", "pve4", null, false),
        new("NicHangRecovered", "pve4:19642", "pve4", null, false),
        // A hang on a host without the label node, and an alert without it: they are unrelated.
        new("NicHang", "old:19642", null, "eth0", false),
        new("NodeDown", "older:9100", null, null, false),
        // NicHang pages, and says itself that nothing heals the NIC. A quarantine without a hang is notified.
        new("NicHangQuarantined", "pve1:19642", "pve1", "eno1", true, Severity: "critical"),
        new("NicHangQuarantined", "pve1:19642", "pve1", "enp3s0", false, Severity: "critical"),
        new("NicHangQuarantined", "pve3:19642", "pve3", "eno1", false, Severity: "warning"),
        new("NicHangRemediationFailed", "pve3:19642", "pve3", "eno1", true, Reason: "not_healed"),
        new("NicHangRemediationFailed", "pve3:19642", "pve3", "eno1", false, Reason: "rollback_failed"),
        new("NicHangRemediationFailed", "pve3:19642", "pve3", "eno2", false, Reason: "not_healed"),
        new("NicHangRemediationFailed", "pve5:19642", "pve5", "eno1", false, Reason: "rollback_failed"),
        new("NicHangRemediationFailed", "pve5:19642", "pve5", "eno1", true, Reason: "rolled_back"),
        new("NicHangRemediationFailed", "pve2:19642", "pve2", "eno1", true, Reason: "timeout"),
        new("NicHangNotProtected", "pve3:19642", "pve3", null, false, Reason: "paused"),
        // If the fleet hangs, one alert is enough, and only for that site.
        new("NicHangFleetWide", "", null, null, false, Cluster: "rack", Severity: "critical"),
        new("NicHang", "pve6:19642", "pve6", "eno1", true, Cluster: "rack"),
        new("NicHangQuarantined", "pve6:19642", "pve6", "eno2", false, Cluster: "rack", Severity: "warning"),
    ];

    [Fact]
    public async Task Hang_SilencesWhatItCausesOnItsOwnHostAlone()
    {
        using var directory = new TemporaryDirectory();
        // No alert of a test leaves the machine.
        var nobody = new Uri($"http://{ShippedAlerting.Nobody}");
        var sample = new ShippedAlerting(SimulatedPrometheus.Repository)
            .Alertmanager(
                nobody, nobody, directory["token"],
                directory.Write("ca.pem", SelfSignedCertificate.Issue().Certificate));
        using var alertmanager =
            await Alertmanager.StartAsync(network: null, LoopbackPort.Free(), sample, Alertmanager.Alone);

        await alertmanager.PostAsync(
            Alerts.Select(
                alert => new[]
                { ("alertname", alert.Name), ("instance", alert.Instance), ("node", alert.Node),
                    ("device", alert.Device), ("cluster", alert.Cluster), ("reason", alert.Reason),
                    ("severity", alert.Severity) }
            .Where(label => !string.IsNullOrEmpty(label.Item2))
                .ToDictionary(label => label.Item1, label => label.Item2!)));

        // In any order and at different times.
        await Eventually.HoldsAsync(
            "all alerts are judged as they should be", async () =>
                Silenced(await alertmanager.AlertsAsync()), silenced => silenced.SequenceEqual(
            Alerts.Where(alert => alert.IsSilenced)
                .Select(alert => $"{alert.Name} {alert.Instance} {alert.Device} {alert.Cluster} {alert.Reason}")
                .Order(StringComparer.Ordinal)), TimeSpan.FromMinutes(2));
    }

    private static IReadOnlyList<string> Silenced(IEnumerable<JsonElement> alerts) =>
        [.. alerts.Where(alert => alert.GetProperty("status").GetProperty("inhibitedBy").GetArrayLength() > 0)
            .Select(alert => alert.GetProperty("labels"))
            .Select(labels =>
                string.Join(' ',
                    Labels.Select(name => labels.TryGetProperty(name, out var label) ? label.GetString() : "")))
                        .Order(StringComparer.Ordinal)];

    private static readonly string[] Labels = ["alertname", "instance", "device", "cluster", "reason"];

    private sealed record Alert(
        string Name, string Instance, string? Node, string? Device, bool IsSilenced, string? Cluster = null,
        string? Reason = null, string? Severity = null);
}
