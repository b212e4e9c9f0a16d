namespace NicHangExporter.EndToEnd;

/// <summary>
/// Options as a user sets them, and the messages about wrong ones: all errors together, one line each, exit code 2.
/// </summary>
public sealed class ConfigurationTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("--stall.windw=10s", "stall.windw")]
    [InlineData("stray", "stray")]
    [InlineData("--stall.window", "stall.window")]
    [InlineData("--stall.window=", "stall.window")]
    [InlineData("--stall.window=ten", "stall.window", "ten", "10s")]
    [InlineData("--stall.window=1s", "stall.window", "2s", "10m")]
    [InlineData("--web.listen-address=nowhere", "web.listen-address", "nowhere")]
    [InlineData("--web.listen-address=:99999", "web.listen-address", ":99999")]
    [InlineData("--web.telemetry-path=metrics", "web.telemetry-path", "metrics")]
    [InlineData("--path.sysfs=sys", "path.sysfs", "absolute")]
    [InlineData("--log.level=loud", "log.level", "debug, info, warn or error")]
    [InlineData("--log.format=xml", "log.format", "logfmt or json")]
    [InlineData("--device.max=0", "device.max", "1 to 10000")]
    [InlineData("--ethtool.statistics=*", "ethtool.statistics")]
    [InlineData("--config.file", "config.file")]
    [InlineData("--web.listen-address", "web.listen-address")]
    [InlineData("--config.file=/nonexistent.yaml", "/nonexistent.yaml")]
    [InlineData("--kmsg.accept-untrusted=maybe", "maybe")]
    public async Task WrongFlag_IsOneLineThatNamesItAndWhatWouldBeRight(string flag, params string[] parts)
    {
        var run = await new ExporterCommand(flag).RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        var line = Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("nic-hang-exporter: ", line, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Errors_OfAllSources_AreReportedTogether()
    {
        var file = _directory.Write("config.yaml",
            """
            stall:
              window: 10s
              widow: 10s
            ethtool:
              interval: soon
            colour: blue
            """);
        var command = new ExporterCommand($"--config.file={file}", "--log.level=loud", "--device.max=many")
        {
            Environment =
                new Dictionary<string, string> { ["NICHANG_STALL_WINDOWS"] = "10s", ["NICHANG_LOG_FORMAT"] = "xml" },
        };

        var run = await command.RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        var lines = run.Error.TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.StartsWith("nic-hang-exporter: ", line, StringComparison.Ordinal));
        string[] expected = [$"{file}:3: unknown key 'stall.widow'; did you mean 'stall.window'?",
            $"{file}:5: ethtool.interval", $"{file}:6: unknown key 'colour'",
            "NICHANG_STALL_WINDOWS", "NICHANG_LOG_FORMAT", "--log.level", "--device.max"];
        Assert.All(expected, part => Assert.Single(lines, line => line.Contains(part, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, lines.Length);
    }

    [Theory]
    [InlineData("stall: {window: 10s\n", 2)]
    [InlineData("log:\n  level: 'info\n", 2)]
    [InlineData("- a\n- b\n", 1)]
    [InlineData("log: {level: info}\n---\nlog: {level: info}\n", 2)]
    [InlineData("log:\n  level: info\n  level: warn\n", 3)]
    [InlineData("log: debug\n", 1)]
    [InlineData("log:\n  level: [info, warn]\n", 2)]
    [InlineData("log:\n  level:\n", 2)]
    [InlineData("path: &p {sysfs: /sys}\nlog: *p\n", 1)]
    public async Task WrongFile_IsOneLineWithFileAndLineNumber(string content, int line)
    {
        var file = _directory.Write("config.yaml", content);

        var run = await new ExporterCommand("--config.check", $"--config.file={file}").RunAsync();

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.StartsWith(
            $"nic-hang-exporter: {file}:{line}: ", Assert.Single(run.Error.TrimEnd('\n').Split('\n')),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Precedence_IsFlagsBeforeEnvironmentBeforeFile()
    {
        using var host = new FakeHost();
        var file = _directory.Write("config.yaml",
            """
            web:
              telemetry-path: /of-the-file
            log:
              level: error
              format: json
            hang:
              episode-gap: 7s
            """);
        using var exporter = await ExporterProcess.StartAsync(
            new ExporterCommand([ExporterCommand.AnyPort, .. host.Paths, $"--config.file={file}", "--log.level=debug"])
            {
                Environment = new Dictionary<string, string> { ["NICHANG_LOG_LEVEL"] = "warn",
                    ["NICHANG_WEB_TELEMETRY_PATH"] = "/of-the-environment" },
            });

        var configuration = await exporter.LoggedAsync("Configuration in force");

        Assert.StartsWith("{", configuration, StringComparison.Ordinal);
        Assert.Contains("web.telemetry-path=/of-the-environment ", configuration, StringComparison.Ordinal);
        Assert.Contains("log.level=debug ", configuration, StringComparison.Ordinal);
        Assert.Contains("hang.episode-gap=7s ", configuration, StringComparison.Ordinal);
        Assert.Contains(
            "nichang_",
            await exporter.Http.GetStringAsync(
                new Uri("/of-the-environment", UriKind.Relative), TestContext.Current.CancellationToken),
                    StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigFile_FromTheEnvironment_IsRead()
    {
        using var host = new FakeHost();
        var file = _directory.Write("config.yaml", "web:\n  telemetry-path: /elsewhere\n");
        using var exporter = await ExporterProcess.StartAsync(
            new ExporterCommand([ExporterCommand.AnyPort, .. host.Paths])
            { Environment = new Dictionary<string, string> { ["NICHANG_CONFIG_FILE"] = file } });

        Assert.Contains("metrics at /elsewhere", await exporter.LoggedAsync("Listening on"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConfigCheck_OfASoundConfiguration_SaysSoAndStartsNothing()
    {
        var file = _directory.Write("config.yaml",
            "web:\n  listen-address: ['127.0.0.1:19642', ':19643']\ncollector:\n  virtual: true\n");

        var run = await new ExporterCommand("--config.check", $"--config.file={file}").RunAsync();

        Assert.Equal(new Execution(0, "The configuration is sound.\n", ""), run);
    }

    [Fact]
    public async Task Version_IsOneLineOnStandardOutput()
    {
        var run = await new ExporterCommand("--version").RunAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Matches(
            @"^nic-hang-exporter, version [0-9]+\.[0-9]+\.[0-9]+\S* \(revision: [0-9a-f]+|unknown\)\n$", run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task HelpAll_MentionsEveryOptionThatTheProgramHas()
    {
        using var host = new FakeHost();
        using var exporter = await ExporterProcess.StartAsync([.. host.Paths, "--log.level=debug"]);
        var configuration = await exporter.LoggedAsync("Configuration in force");
        var options = System.Text.RegularExpressions.Regex.Matches(configuration, @"\b([a-z]+\.[a-z.-]+)=")
            .Select(match => match.Groups[1].Value).Distinct().ToList();

        var run = await new ExporterCommand("--help-all").RunAsync();

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        Assert.True(options.Count > 25, $"{options.Count} options");
        Assert.All([.. options, "config.file", "config.check", "version", "help"], option =>
            Assert.Contains($"--{option}", run.Output, StringComparison.Ordinal));
        Assert.Contains("diagnose", run.Output, StringComparison.Ordinal);
    }
}
