using System.Text.RegularExpressions;

namespace NicHangExporter.Tests.Documentation;

/// <summary>
/// Grafana and Prometheus show each HELP text alone. So each has to say what is counted, in what unit and from where.
/// </summary>
public sealed partial class MetricHelpTests
{
    public static TheoryData<string, string, string> Texts =>
        [.. MetricsTableTests.All().Select(metric => (metric.Name, metric.Help, metric.Labels))];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Help_StandsAlone(string name, string help, string labels)
    {
        Assert.False(
            Leaning().Match(help) is { Success: true } word,
            $"{name} needs a text beside it to say what '{Leaning().Match(help).Value}' is: {help}");
        Assert.True(help.Length >= 40, $"{name}: too short to name subject, unit and source: {help}");
        Assert.True(char.IsUpper(help[0]) && help.EndsWith('.')
            && !help.Contains("  ", StringComparison.Ordinal), $"{name}: {help}");
        if (labels.Split(", ").Contains("device"))
            Assert.True(Device().IsMatch(help), $"{name} does not say that it is about a device: {help}");
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Help_NamesTheUnitOfTheName(string name, string help, string labels)
    {
        var unit = name.Replace("_total", "", StringComparison.Ordinal) switch
        {
            var timestamp when timestamp.EndsWith("_timestamp_seconds", StringComparison.Ordinal)
                || timestamp == "process_start_time_seconds" => "Unix time in seconds",
            var seconds when seconds.EndsWith("_seconds", StringComparison.Ordinal) => "seconds",
            var bytes when bytes.EndsWith("_bytes", StringComparison.Ordinal) => "bytes",
            _ => "",
        };

        Assert.True(help.Contains(unit, StringComparison.OrdinalIgnoreCase),
            $"{name}, {{{labels}}}, has to name its unit, {unit}: {help}");
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Help_NamesTheSource(string name, string help, string labels) =>
        Assert.True(Source().IsMatch(help),
            $"{name}, {{{labels}}}, does not say where the value comes from or who counts: {help}");

    [Theory]
    [InlineData("The same for the host.")]
    [InlineData("How long it had been: a lower bound of the time that nothing was sent.")]
    [InlineData("When the last one ended as healed or applied, in seconds since the epoch.")]
    [InlineData("Whether its driver sees a link.")]
    public void Help_ThatLeansOnAnother_IsFound(string help) => Assert.Matches(Leaning(), help);

    // Words that point at something outside the text, as far as words can tell; within it a noun does as well.
    [GeneratedRegex(
        @"\b([Ii]ts?|[Tt]hey|[Tt]hem|[Tt]heirs?|[Tt]hese|[Tt]his|[Tt]hose|[Tt]he same|"
        + @"[Tt]h(at|e|e last|e first) ones?|[Ll]ikewise|[Aa]bove|[Bb]elow(?! /)|[Ff]ormer|[Ll]atter|[Aa]s well|"
        + @"[Aa]s before|[Dd]itto)\b(?! class)")]
    private static partial Regex Leaning();

    [GeneratedRegex(@"\bdevices?\b")]
    private static partial Regex Device();

    // A file, an ioctl, a store, or the part of the exporter that counts.
    [GeneratedRegex(
        @"/sys/|/proc/|ETHTOOL_|sysfs|kernel|journal|exporter|snapshot|poll\b|option|API|"
        + @"/api/|Alertmanager|report|episode|remediation|kill switch|webhook|BQL|frames|nichang_|transmitter",
        RegexOptions.IgnoreCase)]
    private static partial Regex Source();
}
