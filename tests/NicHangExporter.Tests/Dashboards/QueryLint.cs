using System.Text.RegularExpressions;

namespace NicHangExporter.Tests.Dashboards;

/// <summary>The rules for one query of a panel.</summary>
internal static partial class QueryLint
{
    private const string Job = "job=~\"$job\"", Instance = "instance=~\"$instance\"";

    // node_exporter is another target of the same host.
    private const string NodeInstance = "instance=~\"($host)(:[0-9]+)?\"";

    /// <summary>What a query does not keep.</summary>
    public static IEnumerable<string> Findings(string query)
    {
        foreach (Match selector in Selector().Matches(query))
        {
            var (metric, matchers) = (selector.Groups["metric"].Value, selector.Groups["matchers"].Value);
            var isOfNode = metric.StartsWith("node_", StringComparison.Ordinal);
            if (!isOfNode && !matchers.Contains(Job, StringComparison.Ordinal))
                yield return $"target-job: {selector.Value} should select {Job}";
            if (!matchers.Contains(isOfNode ? NodeInstance : Instance, StringComparison.Ordinal))
                yield return $"target-instance: {selector.Value} should select {(isOfNode ? NodeInstance : Instance)}";
            if (metric.EndsWith("_total", StringComparison.Ordinal) && !Rising().IsMatch(query[..selector.Index]))
                yield return $"target-counter-agg: {metric} should be in rate() or increase()";
        }
        foreach (Match rate in Rate().Matches(query).Where(rate => rate.Groups["window"].Value != "$__rate_interval"))
            yield return $"target-rate-interval: {rate.Value} should use $__rate_interval";
    }

    [GeneratedRegex(@"(?<![\w:""])(?<metric>(?:nichang|node|process)_\w+|up\b)(?:\{(?<matchers>[^}]*)\})?")]
    private static partial Regex Selector();

    // What stands before the name of a counter.
    [GeneratedRegex(@"\b(?:rate|increase)\($")]
    private static partial Regex Rising();

    [GeneratedRegex(@"\bi?rate\(\w+(?:\{[^}]*\})?\[(?<window>[^\]]*)\]")]
    private static partial Regex Rate();
}
