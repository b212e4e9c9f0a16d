using NicHangExporter.Options;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>The first refusal is an increase, because its series was there before it.</summary>
public sealed class DeclinedSeriesTests
{
    [Theory]
    [InlineData("off", 0)]
    [InlineData("observe", 1)]
    [InlineData("enforce", 1)]
    public async Task Declined_BeforeTheFirstRefusal_HasASeriesForEachReasonOfATriggerThatIsOn(string mode, int each)
    {
        using var host = new FixtureHost(options => options with
        {
            Remediation = options.Remediation with { Local = Enum.Parse<RemediationMode>(mode, ignoreCase: true) },
        });
        host.Configure(options => options with
        {
            Paths = options.Paths with { StateDirectory = host.Directory.File("state") },
        });
        host.Open();

        var lines = (await host.ScrapeAsync()).Split('\n')
            .Where(line => line.StartsWith("nichang_remediation_declined_total{", StringComparison.Ordinal));

        Assert.Equal(
            Enum.GetValues<DeclineReason>()
                .Select(reason => $"trigger=\"local\",reason=\"{SnakeCase.Of(reason)}\"")
                .SelectMany(labels => Enumerable.Repeat($"nichang_remediation_declined_total{{{labels}}} 0", each))
                .Order(StringComparer.Ordinal),
            lines.Order(StringComparer.Ordinal));
    }
}
