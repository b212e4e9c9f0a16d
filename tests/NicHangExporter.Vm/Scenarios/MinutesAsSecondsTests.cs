using System.Text.RegularExpressions;
using NicHangExporter.Vm.Outside;

namespace NicHangExporter.Vm.Scenarios;

/// <summary>The conversion of durations in the outer loop changes every duration and nothing else.</summary>
public sealed partial class MinutesAsSecondsTests
{
    [Theory]
    [InlineData("for: 2m", "for: 2000ms")]
    [InlineData("group_wait: 0s", "group_wait: 0ms")]
    [InlineData("increase(nichang_hang_events_total[1h])", "increase(nichang_hang_events_total[60000ms])")]
    [InlineData("last_over_time(x[1d] offset 1h) + 60", "last_over_time(x[1440000ms] offset 60000ms) + 1")]
    [InlineData("x > time() - 3600", "x > time() - 60")]
    [InlineData("x - time() < 7 * 86400", "x - time() < 7 * 1440")]
    [InlineData("changes(x[1h]) > 3", "changes(x[60000ms]) > 3")]
    [InlineData("- record: x:increase1d", "- record: x:increase1d")]
    [InlineData("url: https://10.0.2.15:19642/30s/a-5m", "url: https://10.0.2.15:19642/30s/a-5m")]
    public void Durations_AreDividedAndNothingElse(string yaml, string faster) =>
        Assert.Equal(faster, MinutesAsSeconds.In(yaml));

    [Fact]
    public void Durations_OfWhatShips_AreAllDivided()
    {
        var shipped = new[] { "rules", "rules-optional" }.SelectMany(directory =>
            Directory.GetFiles(Path.Combine(Workshop.Repository, "deploy", "prometheus", directory)))
            .Append(Path.Combine(Workshop.Repository, "deploy", "alertmanager", "alertmanager.yml"));

        Assert.All(shipped, path =>
        {
            var yaml = File.ReadAllText(path);
            Assert.Matches(Long(), yaml);
            Assert.DoesNotMatch(Long(), MinutesAsSeconds.In(yaml));
        });
    }

    // Any unit of Prometheus except milliseconds, alone or as the beginning of several units; not a part of a name or
    // of a path.
    [GeneratedRegex(@"(?<![\w.:/-])\d+[smhdwy](?:\d|\b)")]
    private static partial Regex Long();
}
