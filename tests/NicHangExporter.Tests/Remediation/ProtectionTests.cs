using NicHangExporter.Linux;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Whether automatic remediation may act on a device, by the same gates as the requests that it would make.</summary>
public sealed class ProtectionTests
{
    private static readonly ProtectionInput Protected = new()
    {
        Mode = RemediationMode.Enforce,
        IsWatched = true,
        IsAllowed = true,
        HasList = false,
        HasRemedy = true,
        IsCapable = true,
        IsJournalWritable = true,
        IsPaused = false,
        IsQuarantined = false,
    };

    private static readonly DeviceFacts Nic = new(Name("eno1"), default, "e1000e") { IsPhysical = true };

    [Fact]
    public void EveryReason_IsReached()
    {
        Assert.Null(Protection.Of(Nic, Protected));
        // In their order: the first that applies is told, whatever comes after it.
        var (input, facts, seen) = (Protected, Nic, new List<NotProtected>());
        foreach (var (with, of) in new (Func<ProtectionInput, ProtectionInput>, Func<DeviceFacts, DeviceFacts>)[]
        {
            (value => value with { IsQuarantined = true }, value => value),
            (value => value with { IsPaused = true }, value => value),
            (value => value with { IsJournalWritable = false }, value => value),
            (value => value with { IsCapable = false }, value => value),
            (value => value with { HasRemedy = false }, value => value),
            (value => value with { IsAllowed = false, HasList = true }, value => value),
            (value => value with { HasList = false }, value => value with { IsPhysical = false }),
            (value => value, value => value with { IsUpper = true }),
            (value => value with { IsWatched = false }, value => value),
            (value => value with { Mode = RemediationMode.Observe }, value => value),
            (value => value with { Mode = RemediationMode.Off }, value => value),
        })
        {
            (input, facts) = (with(input), of(facts));
            seen.Add(Protection.Of(facts, input)!.Value);
        }
        Assert.Equal(Enum.GetValues<NotProtected>().Reverse(), seen);
        Assert.All(seen, reason => Assert.NotEmpty(Protection.Describe(reason)));
        Assert.Equal(NotProtected.NoProfile, Protection.Of(Nic, Protected with { IsAllowed = false }));
    }

    [Theory]
    [InlineData("e1000e", "", "enforce")]
    [InlineData("e1000e", "eno1", "enforce")]
    [InlineData("e1000e", "0000:00:1f.6", "enforce")]
    [InlineData("e1000e", "eno9", "enforce")]
    [InlineData("tg3", "", "enforce")]
    [InlineData("unheard-of", "", "enforce")]
    [InlineData("unheard-of", "eno1", "enforce")]
    [InlineData("e1000e", "", "observe")]
    [InlineData("e1000e", "", "off")]
    public async Task Metric_AgreesWithWhatIsDoneOnAHang(string driver, string list, string mode)
    {
        using var scene = new Faults.FaultScene(options =>
        {
            options.LocalRemediation = SnakeCase.Parse<RemediationMode>(mode)!.Value;
            options.WebhookRemediation = RemediationMode.Off;
            options.RemediationDevices = list.Length > 0 ? [list] : [];
        }, driver: driver).Open();
        var series = (await scene.Host.ScrapeAsync()).Split('\n').Where(line => line.StartsWith("nichang_remediation_allowed{", StringComparison.Ordinal)).ToList();
        var only = Assert.Single(series);
        Assert.Contains("device=\"eno1\"", only, StringComparison.Ordinal);
        var isProtected = only.EndsWith(" 1", StringComparison.Ordinal);
        Assert.Equal(isProtected, only.Contains("reason=\"\"", StringComparison.Ordinal));

        scene.Hang();
        var outcome = scene.Ask(scene.LocalRequest());

        Assert.Equal(isProtected, scene.Operations.Any());
        Assert.Equal(isProtected, outcome.Verdict is not (RemediationVerdict.Declined or RemediationVerdict.Observed));
    }

    private static InterfaceName Name(string text) => InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
