namespace NicHangExporter.EndToEnd;

/// <summary>
/// Sources that can't be read: a metric and one line of the log say so, and everything else continues.
/// </summary>
public sealed class BlindSpotTests
{
    [Fact]
    public async Task KernelLog_Missing_IsSaidOnceAndTheRestGoesOn()
    {
        using var exporter = await ExporterProcess.StartAsync("--path.kmsg=/nonexistent/kmsg", "--collector.virtual");

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(0, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "missing")]);
        Assert.NotEmpty(metrics.Of("nichang_device_rx_bytes_total", ("device", "lo")));
        Assert.Contains("/nonexistent/kmsg", Assert.Single(exporter.Complaints), StringComparison.Ordinal);
    }

    [Fact]
    public async Task KernelLog_ThatIsADirectory_IsSaidOnceAndTheRestGoesOn()
    {
        using var exporter = await ExporterProcess.StartAsync("--path.kmsg=/tmp", "--collector.virtual");

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(0, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "failed")]);
        Assert.NotEmpty(metrics.Of("nichang_device_rx_bytes_total", ("device", "lo")));
        Assert.Single(exporter.Complaints);
    }

    [Fact]
    public async Task KernelLog_SwitchedOff_IsAStateOfItsOwnAndNoComplaint()
    {
        using var host = new FakeHost();
        using var exporter = await ExporterProcess.StartAsync([.. host.Paths, "--no-collector.kmsg"]);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(0, metrics["nichang_kmsg_up"]);
        Assert.Equal(1, metrics["nichang_kmsg_state", ("state", "disabled")]);
        Assert.Empty(exporter.Complaints);
    }

    [Fact]
    public async Task Sysfs_Missing_FailsItsCollectorsWithOneLineEach()
    {
        using var host = new FakeHost();
        using var exporter =
            await ExporterProcess.StartAsync([$"--path.sysfs={host.Sysfs}/nowhere", $"--path.kmsg={host.KernelLog}"]);

        await exporter.ScrapeAsync();
        await exporter.ScrapeAsync();
        var metrics = await exporter.ScrapeAsync();
        await Eventually.HoldsAsync("all complaints", () => exporter.Complaints, lines => lines.Count >= 4);

        Assert.Equal(0, metrics["nichang_devices"]);
        Assert.Equal(1, metrics["nichang_kmsg_up"]);
        foreach (var collector in new[] { "statistics", "link", "queues" })
        {
            Assert.Equal(0, metrics["nichang_collector_success", ("collector", collector)]);
            Assert.Single(
                exporter.Complaints, line => line.Contains($" collector={collector} ", StringComparison.Ordinal));
        }
        Assert.Single(exporter.Complaints,
            line => line.Contains("Persistence files can't be read", StringComparison.Ordinal));
        Assert.Equal(4, exporter.Complaints.Count);
    }

    [Fact]
    public async Task Sysfs_WithAFileThatIsNoNumber_LosesThisSampleAlone()
    {
        using var host = new FakeHost();
        host.AddDevice("enp1s0", "0000:01:00.0");
        host.AddDevice("enp2s0", "0000:02:00.0");
        File.WriteAllText(Path.Combine(host.Sysfs, "class/net/enp1s0/statistics/rx_packets"), "many\n");
        using var exporter = await ExporterProcess.StartAsync(host.Paths);

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal("enp2s0", Assert.Single(metrics.Of("nichang_device_rx_packets_total")).Labels["device"]);
        Assert.Equal(2, metrics.Of("nichang_device_rx_bytes_total").Count);
    }
}
