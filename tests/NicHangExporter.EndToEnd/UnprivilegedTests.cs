namespace NicHangExporter.EndToEnd;

/// <summary>
/// The exporter as user nobody: without any capability, like a careful operator would try it first, and with the one
/// that is needed.
/// </summary>
public sealed class UnprivilegedTests
{
    private static readonly string[] Nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    [Fact]
    public async Task Nobody_WithoutCapabilities_SeesCountersAndSaysOnceWhatItCannotSee()
    {
        RequiresRestrictedLog();
        using var exporter = await StartAsync([.. Nobody, "--bounding-set=-all", "--no-new-privs"]);

        var metrics = await exporter.StartedAsync();

        Assert.Equal(0, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "permission_denied")]);
        Assert.Equal(1, metrics.Sum("nichang_kmsg_state"));
        Assert.NotEmpty(metrics.Of("nichang_device_rx_bytes_total", ("device", "lo")));
        Assert.NotEmpty(metrics.Of("nichang_feature_active", ("device", "lo")));
        Assert.All(metrics.Of("nichang_collector_success"), sample => Assert.Equal(1, sample.Value));
        await exporter.ScrapeAsync();
        var complaint = Assert.Single(exporter.Complaints);
        Assert.Contains("hang messages are not seen", complaint, StringComparison.Ordinal);
        Assert.Contains("CAP_SYSLOG", complaint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_WithAmbientCapSyslog_ReadsTheKernelLog()
    {
        RequiresRestrictedLog();
        using var exporter = await StartAsync([
            .. Nobody, "--bounding-set=-all,+syslog", "--inh-caps=+syslog", "--ambient-caps=+syslog",
            "--no-new-privs"]);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(1, metrics["nichang_kmsg_up"]);
        Assert.True(metrics["nichang_kmsg_records_total"] > 0);
        Assert.Empty(exporter.Complaints);
    }

    [Fact]
    public async Task Nobody_WithAmbientCapSyslogAndNoDevice_ReadsTheKernelLogBySyslog()
    {
        RequiresRestrictedLog();
        LogSource.Syslog.Required();
        using var exporter = await StartAsync([.. LogSource.Syslog.Wrapper(), .. Nobody, "--bounding-set=-all,+syslog",
            "--inh-caps=+syslog", "--ambient-caps=+syslog", "--no-new-privs"]);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(1, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "reading_syslog")]);
        Assert.Equal(1, metrics.Sum("nichang_kmsg_state"));
        Assert.True(metrics["nichang_kmsg_records_total"] > 0);
        Assert.Empty(exporter.Complaints);
        Assert.Contains("/dev/kmsg", await exporter.LoggedAsync("Reading the kernel log by syslog(2)"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_WithNeitherDeviceNorCapability_SaysOnceWhatToGrant()
    {
        RequiresRestrictedLog();
        LogSource.Syslog.Required();
        using var exporter = await StartAsync([.. LogSource.Syslog.Wrapper(), .. Nobody, "--bounding-set=-all",
            "--no-new-privs"]);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(0, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "permission_denied")]);
        var complaint = Assert.Single(exporter.Complaints);
        Assert.Contains("CAP_SYSLOG", complaint, StringComparison.Ordinal);
        Assert.Contains("syslog on the kernel log failed: Operation not permitted", complaint,
            StringComparison.Ordinal);
    }

    // A missing recording must not be replaced by the log of this host.
    [Fact]
    public async Task OtherPath_ThatIsMissing_IsNotReplacedBySyslog()
    {
        Requires.Root();
        using var exporter = await ExporterProcess.StartAsync("--path.kmsg=/nonexistent/kmsg");
        var metrics = await exporter.ScrapeAsync();
        Assert.Equal(0, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "missing")]);
        Assert.Equal(0, metrics["nichang_kmsg_records_total"]);
    }

    [Fact]
    public async Task Nobody_WithAStateDirectoryOfRoot_WorksAndSaysThatItWillForget()
    {
        Requires.Root();
        Requires.Program("setpriv");
        using var host = new FakeHost();
        Directory.CreateDirectory(host.State);
        using var exporter = await ExporterProcess.StartAsync(
            new ExporterCommand([ExporterCommand.AnyPort, .. host.Paths, $"--state.directory={host.State}"])
            { Wrapper = [.. Nobody, "--bounding-set=-all"] });

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(0, metrics["nichang_state_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_up"]);
        Assert.Contains(host.State, Assert.Single(exporter.Complaints), StringComparison.Ordinal);
    }

    private static Task<ExporterProcess> StartAsync(IReadOnlyList<string> wrapper) =>
        ExporterProcess.StartAsync(
            new ExporterCommand(ExporterCommand.AnyPort, "--collector.virtual") { Wrapper = wrapper });

    private static void RequiresRestrictedLog()
    {
        Requires.Root();
        Requires.Program("setpriv");
        Requires.That(
            File.ReadAllText("/proc/sys/kernel/dmesg_restrict").Trim() == "1", "needs kernel.dmesg_restrict=1");
    }
}
