using System.Collections;
using NicHangExporter.Cli;
using NicHangExporter.Options;
using NicHangExporter.State;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Options;

public sealed class OptionsLoaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Load_NothingSet_IsTheDefaults()
    {
        var (options, errors) = Load();

        Assert.Empty(errors);
        Assert.Equal(":19642", Assert.Single(options.Web.ListenAddresses).ToString());
        Assert.Equal("/metrics", options.Web.TelemetryPath);
        Assert.False(options.Detection.AcceptUntrusted);
        Assert.True(options.Collectors.Has(Collector.Features));
        Assert.False(options.Collectors.Has(Collector.Virtual));
    }

    [Fact]
    public void Load_FlagAndEnvironmentAndFile_TheFlagWins()
    {
        var (options, errors) = Load(
            ["--stall.window=11s"],
            "stall: {window: 33s}\nhang: {episode-gap: 33s}\ndevice: {max: 33}\n",
            new() { ["NICHANG_STALL_WINDOW"] = "22s", ["NICHANG_HANG_EPISODE_GAP"] = "22s" });

        Assert.Empty(errors);
        Assert.Equal(11, options.Detection.StallWindow.TotalSeconds);
        Assert.Equal(22, options.Detection.EpisodeGap.TotalSeconds);
        Assert.Equal(33, options.Detection.MaxDevices);
    }

    [Fact]
    public void Load_AListInAFlag_ReplacesTheListOfTheFile()
    {
        var (options, errors) = Load(["--web.listen-address=:1", "--web.listen-address", ":2"],
            "web: {listen-address: [':3', ':4']}");

        Assert.Empty(errors);
        Assert.Equal([":1", ":2"], options.Web.ListenAddresses.Select(address => address.ToString()));
    }

    [Fact]
    public void Load_CollectorsInEverySource_AreSwitched()
    {
        var (options, errors) = Load(["--collector.virtual"],
            "collector: {statistics: false, rings: false, features: all}",
            new() { ["NICHANG_COLLECTOR_RINGS"] = "true" });

        Assert.Empty(errors);
        Assert.True(options.Collectors.Has(Collector.Virtual));
        Assert.False(options.Collectors.Has(Collector.Statistics));
        Assert.True(options.Collectors.Has(Collector.Rings));
        Assert.Equal(FeatureSeries.All, options.Collectors.FeatureSeries);
    }

    [Theory]
    [InlineData("ladder", true, "Ladder")]
    [InlineData("all", true, "All")]
    [InlineData("none", false, "Ladder")]
    public void Load_FeaturesThatHaveSeries_AreChosen(string value, bool has, string series)
    {
        var (options, errors) = Load([$"--collector.features={value}"]);

        Assert.Empty(errors);
        Assert.Equal((has, series), (options.Collectors.Has(Collector.Features),
            options.Collectors.FeatureSeries.ToString()));
    }

    [Theory]
    [InlineData("--collector.features=true",
        "--collector.features: 'true' is no choice of features: write ladder, all or none")]
    [InlineData("--no-collector.features",
        "unknown flag --no-collector.features; did you mean '--collector.features'?")]
    public void Load_FeaturesAsASwitch_SaysWhatToWrite(string flag, string expected) =>
        Assert.Equal(expected, Assert.Single(Load([flag]).Errors));

    [Fact]
    public void Load_ErrorsInEverySource_AreAllReportedWithTheirPlace()
    {
        var (_, errors) = Load(
            ["--stall.window=soon", "--log.level=loud", "--no-such-flag"],
            "web:\n  listen-adress: ':1'\n  telemetry-path: metrics\ndevice: {max: 0}\ndevice: {max: 5}\n",
            new() { ["NICHANG_ETHTOOL_INTERVAL"] = "-1s", ["NICHANG_STALL_WINDO"] = "1s" });

        AssertHas(errors, ":2: unknown key 'web.listen-adress'; did you mean 'web.listen-address'?");
        AssertHas(errors, ":3: web.telemetry-path: 'metrics' is no path");
        AssertHas(errors, ":4: device.max: '0' is not from 1 to 10000");
        AssertHas(errors, ":5: 'device.max' is set twice");
        AssertHas(errors, "NICHANG_ETHTOOL_INTERVAL: '-1s' is no duration from 1s to 1h");
        AssertHas(errors,
            "unknown environment variable NICHANG_STALL_WINDO; did you mean 'NICHANG_STALL_WINDOW'?");
        AssertHas(errors, "--stall.window: 'soon' is no duration");
        AssertHas(errors, "--log.level: 'loud' is no log level");
        AssertHas(errors, "--no-such-flag");
        Assert.Equal(9, errors.Count);
        Assert.All(errors, error => Assert.DoesNotContain('\n', error));
    }

    [Theory]
    [InlineData("- a\n- b\n", "mapping")]
    [InlineData("web: {listen-address: ':1'\n", ":")]
    [InlineData("web:\n\tlisten-address: ':1'\n", "config.yaml:")]
    [InlineData("web: 5\n", "'web' must hold further keys")]
    [InlineData("stall: {window: {a: b}}\n", "'stall.window' must be a value")]
    [InlineData("stall: {window: }\n", "'stall.window' must be a value")]
    [InlineData("stall: {window: [10s, 20s]}\n", "one value is expected")]
    [InlineData("web: {listen-address: []}\n", "must be a value or a list of values")]
    [InlineData("web: {listen-address: [':1', [':2']]}\n", "must be a value or a list of values")]
    [InlineData("a: &x {b: *x}\n", "anchors and aliases are not supported")]
    [InlineData("stall: {window: *nowhere}\n", "anchors and aliases are not supported")]
    [InlineData("stall: {window: !!str 10s}\n", "tags are not supported")]
    [InlineData("stall: {window: NULL}\n", "'stall.window' must be a value")]
    [InlineData("? [a]\n: b\n", "a key must be plain text")]
    [InlineData("---\n{}\n---\n{}\n", "one document")]
    [InlineData("collector: {eee: yes}\n", "'yes' is neither true nor false")]
    [InlineData("state: {directory: var/lib}\n", "no absolute path")]
    [InlineData("\u0000", "NUL")]
    public void Load_AFileThatIsNoConfiguration_IsOneClearError(string yaml, string expected)
    {
        var (_, errors) = Load([], yaml);

        var error = Assert.Single(errors);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Contains("config.yaml", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("{}\n")]
    [InlineData("null\n")]
    public void Load_AnEmptyFile_IsNoError(string yaml) => Assert.Empty(Load([], yaml).Errors);

    [Fact]
    public void Load_AFileNestedTenThousandDeep_IsAnErrorAndNoCrash()
    {
        var (_, errors) = Load([], "stall: {window: " + new string('[', 10_000) + "}\n");

        Assert.Single(errors);
    }

    [Theory]
    [InlineData("/nowhere/config.yaml")]
    [InlineData("/dev/zero")]
    [InlineData("/")]
    public void Load_AFileThatCannotBeRead_IsAnErrorThatNamesIt(string path)
    {
        var (_, errors) = Load(["--config.file=" + path]);

        Assert.StartsWith(path, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_VariablesThatKubernetesSetsForAService_AreNotOurs()
    {
        var (_, errors) = Load([], null, new()
        {
            ["NICHANG_SERVICE_HOST"] = "10.0.0.1",
            ["NICHANG_SERVICE_PORT"] = "19642",
            ["NICHANG_SERVICE_PORT_METRICS"] = "19642",
            ["NICHANG_PORT"] = "tcp://10.0.0.1:19642",
            ["NICHANG_PORT_19642_TCP"] = "tcp://10.0.0.1:19642",
            ["NICHANG_PORT_19642_TCP_ADDR"] = "10.0.0.1",
        });

        Assert.Empty(errors);
    }

    [Fact]
    public void Load_AnEmptyValue_IsAnError()
    {
        var (_, errors) = Load([], null, new() { ["NICHANG_STATE_DIRECTORY"] = "" });

        Assert.Equal("NICHANG_STATE_DIRECTORY: the value is empty", Assert.Single(errors));
    }

    [Fact]
    public void Load_WindowShorterThanTwoSamples_IsAnError()
    {
        var (_, errors) = Load(["--stall.window=10s", "--hang.sample-interval=6s"]);

        Assert.Contains("at least twice", Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AFlagAndItsOpposite_IsAnError() =>
        Assert.Equal("--collector.eee and --no-collector.eee contradict each other",
            Assert.Single(Load(["--collector.eee", "--no-collector.eee"]).Errors));

    [Theory]
    [InlineData("--stall.windw=20s", "unknown flag --stall.windw=20s; did you mean '--stall.window'?")]
    [InlineData("--collector.eee=false", "unexpected value 'false': a switch takes none")]
    [InlineData("diagnos", "unexpected argument 'diagnos'; did you mean 'diagnose'?")]
    [InlineData("version", "unexpected argument 'version'; did you mean '--version'?")]
    public void Load_AMistypedFlag_SaysWhatWasProbablyMeant(string argument, string expected) =>
        Assert.StartsWith(expected, Assert.Single(Load([argument]).Errors), StringComparison.Ordinal);

    [Fact]
    public void Errors_AMistypedFlagOfDiagnose_IsNotTakenForAFile()
    {
        var commandLine = new CommandLine();

        Assert.Equal("unknown flag --fromat; did you mean '--format'?",
            Assert.Single(commandLine.Errors(commandLine.Parse(["diagnose", "--fromat"]))));
    }

    [Fact]
    public void Load_AFirstValueThatEndsInTheProgramsName_IsAValue()
    {
        var directory = $"/var/lib/{new CommandLine().Root.Name}";
        var (options, errors) = Load(["--state.directory=" + directory]);

        Assert.Empty(errors);
        Assert.Equal(directory, options.Paths.StateDirectory);
    }

    [Fact]
    public void OptionTable_EveryDefault_IsAcceptedByItsOwnOption()
    {
        var defaults = new ExporterOptions();
        foreach (var option in OptionTable.All)
            if (option.Show(defaults) is { Length: > 0 } text)
                Assert.Null(option.Set(new ExporterOptions(),
                    option.Kind == OptionKind.List ? text.Split(", ") : [text]).Error);
    }

    [Fact]
    public void OptionTable_Names_AreUniqueInEverySource()
    {
        Assert.Distinct(OptionTable.All.Select(option => option.Name));
        Assert.Distinct(OptionTable.All.Select(option => option.EnvironmentName));
        // A name that is the beginning of another one's path could not be both a value and a mapping in YAML.
        Assert.DoesNotContain(OptionTable.All,
            option => OptionTable.All.Any(other => other.Name.StartsWith(option.Name + ".", StringComparison.Ordinal)));
    }

    private static void AssertHas(List<string> errors, string text) =>
        Assert.Contains(errors, error => error.Contains(text, StringComparison.Ordinal));

    private (ExporterOptions Options, List<string> Errors) Load(string[]? flags = null, string? yaml = null,
        Dictionary<string, string>? environment = null)
    {
        List<string> arguments = [.. flags ?? []];
        if (yaml is not null)
        {
            var file = Path.Combine(_directory.Path, "config.yaml");
            File.WriteAllText(file, yaml);
            arguments.Add("--config.file=" + file);
        }
        var commandLine = new CommandLine();
        var result = commandLine.Parse([.. arguments]);
        var errors = commandLine.Errors(result);
        var options = OptionsLoader.Load(commandLine.Settings(result, errors),
            (IDictionary?)environment ?? new Dictionary<string, string>(), errors);
        return (options, errors);
    }
}
