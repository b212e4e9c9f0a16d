using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Execution;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Whether automatic remediation may act on a device, by the same gates as the requests that it would make.
/// </summary>
public sealed class ProtectionTests
{
    private static readonly ProtectionInput Protected = new()
    {
        Local = RemediationMode.Enforce,
        Webhook = RemediationMode.Off,
        DetectsHangs = true,
        HasToken = false,
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
        // In their order: the first that applies is shown.
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
            (value => value with { Local = RemediationMode.Observe, Webhook = RemediationMode.Enforce },
                value => value),
            (value => value with { DetectsHangs = false }, value => value),
            (value => value with { Webhook = RemediationMode.Off }, value => value),
            (value => value with { Local = RemediationMode.Off }, value => value),
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
    [InlineData("enforce", "off", true, false, null)]
    [InlineData("off", "enforce", true, true, null)]
    [InlineData("observe", "enforce", true, true, null)]
    [InlineData("enforce", "enforce", true, false, null)]
    [InlineData("off", "enforce", true, false, "no_token")]
    [InlineData("observe", "enforce", true, false, "no_token")]
    [InlineData("enforce", "off", false, true, "no_detector")]
    [InlineData("off", "enforce", false, true, "no_detector")]
    [InlineData("off", "enforce", false, false, "no_detector")]
    [InlineData("off", "observe", true, false, "observe")]
    [InlineData("off", "off", false, false, "off")]
    public void Mode_CountsOnlyWhereSomethingCanTriggerIt(string local, string webhook, bool detects, bool hasToken,
        string? reason) => Assert.Equal(
        reason,
        Protection.Of(Nic, Protected with
        {
            Local = Mode(local),
            Webhook = Mode(webhook),
            DetectsHangs = detects,
            HasToken = hasToken
        }) is { } told ? SnakeCase.Of(told) : null);

    [Theory]
    [InlineData("", true, "no_token")]
    [InlineData("read", true, "no_token")]
    [InlineData("remediate", true, "")]
    [InlineData("admin", true, "")]
    [InlineData("admin", false, "no_detector")]
    public async Task Webhook_IsCountedByMetricAndStatus_OnlyWithATokenAndADetector(string scope, bool detects,
        string reason)
    {
        using var scene = new Faults.FaultScene(options =>
        {
            options = options with { Remediation = options.Remediation with { Local = RemediationMode.Off } };
            if (scope.Length > 0)
            {
                Assert.Null(TokenFile.TryParse($"am:{scope}=/etc/token", out var file));
                options = options with { Api = options.Api with { TokenFiles = [file!] } };
            }
            if (!detects)
                options = options with { Collectors = options.Collectors.Without(Collector.Kmsg, Collector.Stall) };
            return options;
        }).Open();

        Assert.Contains(
            $"nichang_remediation_allowed{{device=\"eno1\",reason=\"{reason}\"}} {(reason.Length == 0 ? 1 : 0)}",
            await scene.Host.ScrapeAsync(), StringComparison.Ordinal);
        Assert.Equal(reason, scene.Host.Remediator.Status().Devices.Single().NotProtected is { } told
            ? SnakeCase.Of(told) : "");
        Assert.Equal(reason.Length > 0, ConfigurationWarnings.OfModes(scene.Host.Options).Any());
    }

    [Theory]
    [InlineData("kmsg", "stall")]
    [InlineData("stall", "kmsg")]
    public void LocalLoop_WithOneDetector_IsCounted_AndWithNoneIsWarnedOf(string first, string second)
    {
        var options = new ExporterOptions { Remediation = new() { Local = RemediationMode.Enforce } };
        options = options with
        {
            Collectors = options.Collectors.Without(Collector.All.Single(collector => collector.Name == first)),
        };
        Assert.Empty(ConfigurationWarnings.OfModes(options));
        options = options with
        {
            Collectors = options.Collectors.Without(Collector.All.Single(collector => collector.Name == second)),
        };
        Assert.Equal(
            "remediation.local is enforce and has no effect: no hang is detected while collector.kmsg and"
            + " collector.stall are both off",
            Assert.Single(ConfigurationWarnings.OfModes(options)));
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
        using var scene = new Faults.FaultScene(options => options with
        {
            Remediation = options.Remediation with
            {
                Local = SnakeCase.Parse<RemediationMode>(mode)!.Value,
                Webhook = RemediationMode.Off,
                Devices = list.Length > 0 ? [list] : []
            },
        }, driver: driver).Open();
        var series = (await scene.Host.ScrapeAsync()).Split('\n')
            .Where(line => line.StartsWith("nichang_remediation_allowed{", StringComparison.Ordinal)).ToList();
        var only = Assert.Single(series);
        Assert.Contains("device=\"eno1\"", only, StringComparison.Ordinal);
        var isProtected = only.EndsWith(" 1", StringComparison.Ordinal);
        Assert.Equal(isProtected, only.Contains("reason=\"\"", StringComparison.Ordinal));

        scene.Hang();
        var outcome = scene.Ask(scene.LocalRequest());

        Assert.Equal(isProtected, scene.Operations.Any());
        Assert.Equal(isProtected, outcome.Verdict is not (RemediationVerdict.Declined or RemediationVerdict.Observed));
    }

    private static RemediationMode Mode(string text) => SnakeCase.Parse<RemediationMode>(text)!.Value;

    private static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text);
}
