using System.Globalization;
using System.Text;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// Runs the shipped rules over one scrape that stays constant: hours of it in promtool's simulation, with a restart in
/// the middle.
/// </summary>
internal static class SimulatedPrometheus
{
    private const string Target = "job=\"nic-hang\",instance=\"pve1:19642\",node=\"pve1\"";

    // Long enough for every "for", every lookback of an hour, and comparisons with an hour ago.
    private const int Minutes = 180;

    private static readonly string[] Rules = ["deploy/prometheus/rules", "deploy/prometheus/rules-optional"];

    /// <summary>The directory of the solution.</summary>
    public static string Repository => Above(AppContext.BaseDirectory);

    /// <summary>
    /// Fails if other alerts than these fire at the start, around the restart or at the end. The dead man's switch does
    /// not count.
    /// </summary>
    public static void AssertFires(Scrape scrape, params IEnumerable<string> alerts)
    {
        using var directory = new TemporaryDirectory();
        var test = new StringBuilder("rule_files:\n");
        foreach (var file in Rules.SelectMany(
            directory => Directory.EnumerateFiles(Path.Combine(Repository, directory), "*.yml")))
            test.Append(CultureInfo.InvariantCulture, $"  - {file}\n");
        test.Append(CultureInfo.InvariantCulture,
            $"evaluation_interval: 1m\ntests:\n  - interval: 1m\n    input_series:\n      - "
            + $"{{series: 'up{{{Target}}}', values: '1x{Minutes / 2} 0 1x{Minutes / 2}'}}\n");
        foreach (var sample in scrape.Samples)
        {
            var labels = string.Concat(sample.Labels.Select(label => $",{label.Key}=\"{Escape(label.Value)}\""));
            var value = sample.Value.ToString("0.###", CultureInfo.InvariantCulture);
            var series = $"{sample.Name}{{{Target}{labels}}}".Replace("'", "''", StringComparison.Ordinal);
            test.Append(CultureInfo.InvariantCulture,
                $"      - {{series: '{series}', values: '{value}x{Minutes / 2} stale {value}x{Minutes / 2}'}}\n");
        }
        var expected =
            string.Concat(alerts.Select(alert => $"\n          - {{labels: '{{alertname=\"{alert}\"}}', value: 1}}"));
        test.Append("    promql_expr_test:\n");
        foreach (var minute in new[] { 1, Minutes / 2, Minutes / 2 + 1, Minutes / 2 + 2, Minutes })
            test.Append(CultureInfo.InvariantCulture,
                $"      - expr: count by (alertname) "
                + $"(ALERTS{{alertstate=\"firing\",alertname!=\"NicHangDeadMansSwitch\"}})\n        eval_time: "
                + $"{minute}m\n        exp_samples:{(expected.Length > 0 ? expected : " []")}\n");

        Execution.Of("promtool", "test", "rules", directory.Write("test.yml", test.ToString())).Succeeded();
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Above(string directory) => File.Exists(Path.Combine(directory, "NicHangExporter.sln"))
        ? directory
        : Above(Path.GetDirectoryName(directory)
            ?? throw new DirectoryNotFoundException("no solution above the tests"));
}
