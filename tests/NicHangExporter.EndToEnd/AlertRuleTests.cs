namespace NicHangExporter.EndToEnd;

/// <summary>
/// The shipped alert rules over real metrics of the exporter in each of its modes: a healthy host has no alert, and a
/// hanging one has.
/// </summary>
public sealed class AlertRuleTests : IDisposable
{
    private readonly FakeHost _host = new();
    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        _host.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("off")]
    [InlineData("observe")]
    [InlineData("enforce")]
    public async Task HealthyHost_FiresNothing(string mode)
    {
        Requires.Program("promtool");
        Requires.Root();
        var token = _directory.Write("token", new string('t', 64));
        File.SetUnixFileMode(token, UnixFileMode.UserRead);
        string[] remediation = mode == "off" ? []
            : [$"--remediation.local={mode}", $"--remediation.webhook={mode}", $"--state.directory={_host.State}",
                $"--api.token-file=alertmanager:remediate={token}", "--alerting.alertmanagers=http://127.0.0.1:1"];
        // This machine, except for the kernel log: nobody else writes to this one.
        using var exporter = await ExporterProcess.StartAsync(
            ["--collector.virtual", $"--path.kmsg={_host.KernelLog}",
                $"--remediation.disable-file={_directory["disable"]}", .. remediation]);

        var scrape = await exporter.ScrapeUntilAsync("everything has been read once",
            metrics => metrics.Of("nichang_collector_success").All(sample =>
                sample.Value == 1) && metrics.Of("nichang_kmsg_up").Exists(sample => sample.Value == 1)
                && metrics.Of("nichang_remediation_budget_left").Count > 0
                    && (mode == "off" || metrics.Sum("nichang_journal_writable") == 1));

        SimulatedPrometheus.AssertFires(scrape);
    }

    [Fact]
    public async Task HangingHostThatOnlyObserves_FiresThatAndNothingElse()
    {
        Requires.Program("promtool");
        _host.AddDevice(KernelSays.Device);
        using var exporter = await ExporterProcess.StartAsync(
            [.. _host.Paths, $"--state.directory={_host.State}", "--remediation.local=observe",
                $"--remediation.disable-file={_directory["disable"]}", "--hang.episode-gap=10m"]);
        await exporter.ScrapeUntilAsync("the device is known", metrics => metrics.Of("nichang_hang_active").Count == 1);

        _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
        var once = await exporter.ScrapeUntilAsync("the report", metrics => metrics.Sum("nichang_hang_active") == 1);
        Assert.Equal(0, once.Sum("nichang_hang_confirmed"));

        // A wedge repeats its reports, and reports at the same moment count as one.
        var hang = await exporter.ScrapeUntilAsync("the hang is beyond doubt", metrics =>
        {
            if (metrics.Sum("nichang_hang_confirmed") == 1)
                return true;
            _host.Log(KernelSays.HardwareUnitHang, KernelSays.Dictionary);
            return false;
        });

        SimulatedPrometheus.AssertFires(hang, "NicHang");
    }
}
