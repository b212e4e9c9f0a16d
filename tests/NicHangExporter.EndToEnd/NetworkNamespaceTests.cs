namespace NicHangExporter.EndToEnd;

/// <summary>Devices that appear, disappear and change while the exporter runs, in its own network namespace.</summary>
public sealed class NetworkNamespaceTests
{
    [Fact]
    public async Task Device_ThatComesIsRenamedAndGoes_IsFollowedInEveryMetric()
    {
        using var network = new NetworkNamespace();
        using var exporter = await StartAsync(network);
        await Shows(exporter, ["lo", "veth0", "veth1"]);

        network.AddPair("late0", "late1");
        await Shows(exporter, ["late0", "late1", "lo", "veth0", "veth1"]);

        network.Execute("ip", "link", "set", "late0", "name", "renamed0").Succeeded();
        await Shows(exporter, ["late1", "lo", "renamed0", "veth0", "veth1"]);

        network.Execute("ip", "link", "delete", "late1").Succeeded();
        await Shows(exporter, ["lo", "veth0", "veth1"]);
        Assert.Empty(exporter.Complaints);
    }

    [Fact]
    public async Task Feature_ThatIsSwitched_IsSeenByTheNextSnapshot()
    {
        Requires.Program("ethtool");
        using var network = new NetworkNamespace();
        using var exporter = await StartAsync(network);
        await exporter.ScrapeUntilAsync("the feature is on", metrics => Feature(metrics, "active") == 1);

        network.Execute("ethtool", "-K", "veth0", "tso", "off").Succeeded();

        var off = await exporter.ScrapeUntilAsync("the feature is off", metrics => Feature(metrics, "active") == 0);
        // Requested and active are the same, so one series is enough.
        Assert.Null(Feature(off, "requested"));
        Assert.Equal(1, Feature(off, "changeable"));
    }

    [Fact]
    public async Task Link_ThatGoesUpAndDown_IsCountedAndShown()
    {
        using var network = new NetworkNamespace();
        using var exporter = await StartAsync(network);
        await exporter.ScrapeUntilAsync("the device is down", metrics => Operstate(metrics) == "down");

        network.Execute("ip", "link", "set", "veth0", "up").Succeeded();
        network.Execute("ip", "link", "set", "veth1", "up").Succeeded();

        var up = await exporter.ScrapeUntilAsync(
            "the device is up", metrics =>
                Operstate(metrics) == "up" && metrics.Sum("nichang_link_carrier", ("device", "veth0")) == 1);
        Assert.Equal("up", Assert.Single(up.Of("nichang_link_operstate", ("device", "veth0"))).Labels["operstate"]);

        network.Execute("ip", "link", "set", "veth1", "down").Succeeded();

        var down = await exporter.ScrapeUntilAsync("the lower layer is down", metrics =>
            Operstate(metrics) == "lowerlayerdown" && metrics.Sum("nichang_link_carrier", ("device", "veth0")) == 0);
        Assert.True(down["nichang_link_carrier_changes_total", ("device", "veth0")] >= 2);
    }

    [Fact]
    public async Task Devices_BeyondTheLimit_AreCountedAndSaid()
    {
        using var network = new NetworkNamespace();
        using var exporter = await StartAsync(network, "--device.max=2");

        var metrics = await exporter.ScrapeAsync();

        Assert.Equal(2, metrics["nichang_devices"]);
        Assert.Equal(1, metrics["nichang_devices_dropped"]);
        Assert.Equal(2, metrics.Labels("nichang_device_rx_bytes_total", "device").Count);
    }

    private static Task<ExporterProcess> StartAsync(NetworkNamespace network, params string[] arguments)
    {
        // Loopback is down in a new namespace.
        network.Execute("ip", "link", "set", "lo", "up").Succeeded();
        return ExporterProcess.StartAsync(
            new ExporterCommand(
                [ExporterCommand.AnyPort, "--collector.virtual", "--no-collector.kmsg", "--ethtool.interval=1s",
                    .. arguments]) { Network = network });
    }

    private static async Task Shows(ExporterProcess exporter, List<string> devices)
    {
        foreach (var name in new[]
            { "nichang_device_rx_bytes_total", "nichang_link_operstate", "nichang_feature_active",
                "nichang_device_info", "nichang_hang_active", "nichang_hang_events_total" })
            await exporter.ScrapeUntilAsync(
                $"{name} of {string.Join(", ", devices)}", metrics =>
                    metrics.Labels(name, "device").Order(StringComparer.Ordinal).SequenceEqual(devices));
    }

    // Null if there is no snapshot of it yet.
    private static double? Feature(Scrape metrics, string property) =>
        metrics.Of($"nichang_feature_{property}", ("device", "veth0"), ("feature", "tx-tcp-segmentation"))
        .SingleOrDefault()?.Value;

    private static string? Operstate(Scrape metrics) =>
        metrics.Of("nichang_link_operstate", ("device", "veth0")).SingleOrDefault()?.Labels["operstate"];
}
