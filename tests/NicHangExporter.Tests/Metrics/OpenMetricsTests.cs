using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>The exposition in OpenMetrics 1.0.0 and compressed, and when a client gets it.</summary>
public sealed class OpenMetricsTests : IDisposable
{
    // As Prometheus 2.42 and 3.0 send it (scrape/scrape.go and config/config.go).
    private const string Prometheus2 =
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

    private const string Prometheus3 =
        "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
        + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
        + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

    private const string Protobuf =
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,"
        + "text/plain;version=0.0.4;q=0.3,application/openmetrics-text;version=1.0.0;q=0.2,*/*;q=0.1";

    private readonly FixtureHost _host = new(options => options with
    {
        Collectors = options.Collectors.With(Collector.Virtual, Collector.Eee, Collector.Pause, Collector.Rings)
            .Without(Collector.Process),
    });

    public void Dispose() => _host.Dispose();

    [Fact]
    public void OpenMetrics_OfAHangingHost_IsStrictlyRightAndHasTheValuesOfTheText()
    {
        Prepare();

        var reader = OpenMetricsReader.Read(_host.Scrape(ExpositionFormat.OpenMetrics));

        var text = _host.Scrape(ExpositionFormat.Text).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => line[0] != '#')
            .ToDictionary(
                line => line[..line.LastIndexOf(' ')].Replace("le=\"1\"", "le=\"1.0\"", StringComparison.Ordinal),
                line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        Assert.Equal(text.Count, reader.Samples.Count);
        Assert.All(text.Where(sample => !sample.Key.Contains("_bucket", StringComparison.Ordinal)),
            sample => Assert.Equal(sample.Value, reader.Samples[sample.Key]));
        Assert.Equal("counter", reader.Types["nichang_device_rx_bytes"]);
        Assert.Equal("unknown", reader.Types["nichang_ethtool_statistic"]);
        Assert.Equal("histogram", reader.Types["nichang_remediation_duration_seconds"]);
    }

    [Theory]
    [InlineData("# TYPE a counter\na 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na 1\na 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\n# TYPE a gauge\n# EOF\n")]
    [InlineData("# TYPE a counter\na_total -1\n# EOF\n")]
    [InlineData("# TYPE a counter\na_total 1\n# TYPE a_total gauge\na_total 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na{b=\"c\\d\"} 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\n# HELP a a \"b\"\na 1\n# EOF\n")]
    [InlineData("# TYPE a untyped\na 1\n# EOF\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_bucket{le=\"+Inf\"} 1\na_count 1\n# EOF\n")]
    [InlineData("# TYPE a gauge\na 1\n")]
    [InlineData("# TYPE a gauge\na 1\n# EOF\nx\n")]
    public void Reader_OfAFaultyText_RefusesIt(string text) =>
        Assert.Throws<FormatException>(() => OpenMetricsReader.Read(text));

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("*/*", false)]
    [InlineData("text/html,application/xhtml+xml,*/*;q=0.8", false)]
    [InlineData(Prometheus2, true)]
    [InlineData(Prometheus3, true)]
    [InlineData(Protobuf, false)]
    [InlineData("application/openmetrics-text", true)]
    [InlineData("APPLICATION/OpenMetrics-Text ; Version=\"1.0.0\" ; Q=0.5", true)]
    [InlineData("application/openmetrics-text;version=0.0.1", false)]
    [InlineData("application/openmetrics-text;version=2.0.0", false)]
    [InlineData("application/openmetrics-text;q=0", false)]
    [InlineData("application/openmetrics-text;q=x", false)]
    [InlineData("application/openmetrics-text;q=2", false)]
    [InlineData("application/openmetrics-text;q=0.1,text/plain;q=0.2", false)]
    [InlineData("application/openmetrics-text;q=0.2,text/plain;q=0.1,*/*;q=0.9", true)]
    [InlineData(",;,;;=,application/openmetrics-text", true)]
    public async Task Accept_ChoosesTheFormat(string? accept, bool isOpenMetrics)
    {
        Prepare();

        var (response, body) = await GetAsync(accept, null);

        Assert.Equal(
            isOpenMetrics
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8",
            response.ContentType);
        var text = Encoding.UTF8.GetString(body);
        Assert.Equal(
            _host.Scrape(isOpenMetrics ? ExpositionFormat.OpenMetrics : ExpositionFormat.Text), text);
        Assert.Equal("Accept, Accept-Encoding", response.Headers.Vary);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("gzip", true)]
    [InlineData("gzip, deflate, br", true)]
    [InlineData("br;q=1, GZIP;q=0.3", true)]
    [InlineData("identity;q=1, gzip;q=0.5", false)]
    [InlineData("gzip;q=0", false)]
    [InlineData("*", false)]
    public async Task AcceptEncoding_ChoosesGzip(string? encoding, bool isCompressed)
    {
        Prepare();

        var (response, body) = await GetAsync(Prometheus2, encoding);

        Assert.Equal(isCompressed ? "gzip" : "", response.Headers.ContentEncoding.ToString());
        using var stream = isCompressed
            ? (Stream)new GZipStream(new MemoryStream(body), CompressionMode.Decompress)
            : new MemoryStream(body);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        Assert.Equal(
            _host.Scrape(ExpositionFormat.OpenMetrics),
            await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private void Prepare()
    {
        _host.AddNic();
        _host.Ethtool.Statistics = _ => [new NicHangExporter.Linux.Ethtool.Statistic("tx_timeout_count", 2)];
        _host.Sysfs.Add("a\"b\\\x01$"u8);
        _host.Start();
        _host.Poller.Poll();
        _host.Print(1, @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>");
        _host.Pass(2);
        foreach (var seconds in new[] { 0.2, 1, 45, 1000 })
            _host.Metrics.RemediationDuration.Observe(seconds);
    }

    private async Task<(HttpResponse Response, byte[] Body)> GetAsync(string? accept, string? encoding)
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { Request = { Method = "GET" }, Response = { Body = answer } };
        if (accept is not null)
            context.Request.Headers.Accept = accept;
        if (encoding is not null)
            context.Request.Headers.AcceptEncoding = encoding;
        await _host.Endpoint.HandleAsync(context);
        Assert.Equal(answer.Length, context.Response.ContentLength);
        return (context.Response, answer.ToArray());
    }
}
