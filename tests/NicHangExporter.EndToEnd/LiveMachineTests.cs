using System.Net;
using System.Text.Json;

namespace NicHangExporter.EndToEnd;

/// <summary>The exporter on this machine, compared with the kernel and ethtool.</summary>
public sealed class LiveMachineTests(LiveExporter live) : IClassFixture<LiveExporter>
{
    // The names in ethtool -k for features that ethtool knew before the kernel named them. The last three are sums of
    // several features.
    private static readonly Dictionary<string, string?> OldNames = new()
    {
        ["rx-checksumming"] = "rx-checksum",
        ["generic-segmentation-offload"] = "tx-generic-segmentation",
        ["generic-receive-offload"] = "rx-gro",
        ["large-receive-offload"] = "rx-lro",
        ["rx-vlan-offload"] = "rx-vlan-hw-parse",
        ["tx-vlan-offload"] = "tx-vlan-hw-insert",
        ["ntuple-filters"] = "rx-ntuple-filter",
        ["receive-hashing"] = "rx-hashing",
        ["tx-checksumming"] = null,
        ["scatter-gather"] = null,
        ["tcp-segmentation-offload"] = null,
    };

    private readonly ExporterProcess _exporter = live.Process;

    private static string? Nic =>
        Directory.EnumerateDirectories("/sys/class/net")
        .Where(device => Directory.Exists(Path.Combine(device, "device")))
        .Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();

    private static string RequiredNic
    {
        get
        {
            Requires.That(Nic is not null, "needs a network device with hardware behind it");
            return Nic!;
        }
    }

    [Fact]
    public async Task Metrics_StatisticsOfTheNic_LieBetweenTwoReadingsOfSysfs()
    {
        var nic = RequiredNic;
        string[] counters = ["rx_bytes", "tx_bytes", "rx_packets", "tx_packets", "rx_dropped", "tx_errors", "multicast",
            "rx_crc_errors"];

        var before = counters.ToDictionary(counter => counter, counter => Read(nic, counter));
        var metrics = await _exporter.ScrapeAsync();
        var after = counters.ToDictionary(counter => counter, counter => Read(nic, counter));

        Assert.True(before["rx_bytes"] > 0, "a NIC that has never received anything proves nothing");
        foreach (var counter in counters)
            Assert.InRange(
                metrics[$"nichang_device_{counter}_total", ("device", nic)], before[counter], after[counter]);

        static double Read(string nic, string counter) =>
            double.Parse(
                File.ReadAllText($"/sys/class/net/{nic}/statistics/{counter}"),
                System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task Metrics_EveryStatisticOfSysfs_IsThere()
    {
        var metrics = await _exporter.ScrapeAsync();

        foreach (var file in Directory.EnumerateFiles("/sys/class/net/lo/statistics"))
            _ = metrics[$"nichang_device_{Path.GetFileName(file)}_total", ("device", "lo")];
    }

    [Fact]
    public async Task Metrics_FeaturesOfTheNic_AreThoseOfEthtool()
    {
        var nic = RequiredNic;
        Requires.Program("ethtool");
        using var printed = JsonDocument.Parse(Execution.Of("ethtool", "--json", "-k", nic).Succeeded());

        var metrics = await _exporter.ScrapeAsync();

        var expected = printed.RootElement[0].EnumerateObject().Where(feature => feature.Name != "ifname")
            .Select(feature => (Name: OldNames.GetValueOrDefault(feature.Name, feature.Name), feature.Value))
            .Where(feature => feature.Name is not null)
            .Select(feature =>
                $"{feature.Name} {Bit(feature.Value, "active")} {Bit(feature.Value, "requested")} fixed "
                + $"{Bit(feature.Value, "fixed")}");
        var exported = metrics.Labels("nichang_feature_active", "feature")
            .Select(name => $"{name} {Of("active", name)} {Of("requested", name)} fixed {!Of("changeable", name)}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));

        bool Of(string property, string feature) =>
            metrics[$"nichang_feature_{property}", ("device", nic), ("feature", feature)] == 1;
        static bool Bit(JsonElement feature, string name) => feature.GetProperty(name).GetBoolean();
    }

    [Fact]
    public async Task Metrics_DeviceInfoOfTheNic_NamesDriverAndBusAsSysfsAndEthtoolDo()
    {
        var nic = RequiredNic;
        Requires.Program("ethtool");
        var printed = Execution.Of("ethtool", "-i", nic).Succeeded();

        var info = Assert.Single((await _exporter.ScrapeAsync()).Of("nichang_device_info", ("device", nic)));

        Assert.Contains($"driver: {info.Labels["driver"]}\n", printed, StringComparison.Ordinal);
        Assert.Contains($"bus-info: {info.Labels["bus_info"]}\n", printed, StringComparison.Ordinal);
        Assert.Contains($"firmware-version: {info.Labels["firmware_version"]}\n", printed, StringComparison.Ordinal);
        Assert.Equal(
            Path.GetFileName(
                new DirectoryInfo($"/sys/class/net/{nic}/device").ResolveLinkTarget(returnFinalTarget: true)!.FullName),
                    info.Labels["bus_address"]);
    }

    [Fact]
    public async Task Metrics_OfTheReaderAsRoot_SayThatTheKernelLogIsRead()
    {
        Requires.Root();
        Requires.File("/dev/kmsg");

        var metrics = await _exporter.ScrapeAsync();

        Assert.Equal(1, metrics["nichang_kmsg_up"]);
        Assert.Equal(
            "reading", Assert.Single(metrics.Of("nichang_kmsg_state"), sample => sample.Value == 1).Labels["state"]);
        Assert.True(metrics["nichang_kmsg_records_total"] > 0);
        Assert.All(metrics.Of("nichang_collector_success"), sample => Assert.Equal(1, sample.Value));
    }

    [Theory]
    [InlineData()]
    [InlineData("--collector.virtual")]
    public async Task Metrics_Live_SatisfyPromtool(params string[] arguments)
    {
        Requires.Program("promtool");
        using var exporter = await ExporterProcess.StartAsync(arguments);

        var verdict = Execution.OfInput((await exporter.ScrapeAsync()).Text, "promtool", "check", "metrics");

        Assert.Equal(new Execution(0, "", ""), verdict);
    }

    [Fact]
    public async Task Metrics_ByDefault_StayWithinTheirBudget()
    {
        _ = RequiredNic;
        using var exporter = await ExporterProcess.StartAsync();

        var samples = (await exporter.ScrapeAsync()).Samples;

        // The queues of the NIC are additional.
        Assert.All(samples.Where(
            sample => sample.Labels.ContainsKey("device") && sample.Name != "nichang_queue_tx_timeouts_total")
                .GroupBy(sample => sample.Labels["device"]),
            device => Assert.InRange(device.Count(), 1, 109));
        Assert.InRange(samples.Count(sample => !sample.Labels.ContainsKey("device")), 1, 80);
    }

    [Fact]
    public async Task Log_OfAnOrdinaryStart_HoldsNoComplaint()
    {
        Requires.Root();
        await _exporter.ScrapeAsync();

        Assert.Empty(_exporter.Complaints);
    }

    [Theory]
    [InlineData("/", "text/html; charset=utf-8", """<a href="/metrics">""")]
    [InlineData("/metrics", "text/plain; version=0.0.4; charset=utf-8", "# TYPE nichang_exporter_build_info gauge")]
    [InlineData("/-/healthy", "text/plain; charset=utf-8", "Healthy.")]
    [InlineData("/-/ready", "text/plain; charset=utf-8", "Ready.")]
    public async Task Get_OfEachPage_AnswersAndHeadDoesSoWithoutABody(string path, string type, string part)
    {
        using var get = await SendAsync(HttpMethod.Get, path);
        var body = await get.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
        Assert.Equal(type, get.Content.Headers.ContentType!.ToString());
        Assert.Contains(part, body, StringComparison.Ordinal);

        using var head = await SendAsync(HttpMethod.Head, path);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(type, head.Content.Headers.ContentType!.ToString());
        Assert.InRange(head.Content.Headers.ContentLength!.Value, 1, long.MaxValue);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("GET", "/metric", HttpStatusCode.NotFound)]
    [InlineData("GET", "/metrics/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/..%2f..%2fetc/passwd", HttpStatusCode.NotFound)]
    [InlineData("HEAD", "/nowhere", HttpStatusCode.NotFound)]
    [InlineData("POST", "/metrics", HttpStatusCode.MethodNotAllowed)]
    [InlineData("DELETE", "/", HttpStatusCode.MethodNotAllowed)]
    [InlineData("OPTIONS", "/nowhere", HttpStatusCode.MethodNotAllowed)]
    public async Task Request_ThatNobodyAnswers_IsRefusedInPlainWords(string method, string path, HttpStatusCode status)
    {
        using var response = await SendAsync(new HttpMethod(method), path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed ? ["GET", "HEAD"] : [], response.Content.Headers.Allow);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        return await _exporter.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
