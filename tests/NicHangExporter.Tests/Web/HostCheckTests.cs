using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.TestSupport;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>A page of elsewhere whose name points to loopback is not served; whoever asks for this host is.</summary>
public sealed class HostCheckTests : IDisposable
{
    private readonly TemporaryDirectory _procfs = new();
    private readonly RecordingLogger _log = new();
    private readonly ILoggerFactory _factory;
    private readonly ExporterOptions _options;

    public HostCheckTests()
    {
        Directory.CreateDirectory(_procfs.File("sys/kernel"));
        File.WriteAllText(_procfs.File("sys/kernel/hostname"), "nas.example.net\n");
        File.WriteAllText(Hosts, """
            127.0.0.1 localhost
            127.0.1.1   nas.home.example nas-alias # the machine's full name
            192.0.2.7 lan.home.example
            # 127.0.0.1 comment.home.example
            ::1 six.home.example
            not-an-address odd.home.example
            """);
        _options = new ExporterOptions { Paths = new() { Procfs = _procfs.Path },
            Web = new() { AllowedHosts = ["proxy.example.org", "other"] } };
        _factory = LoggerFactory.Create(builder => builder.AddProvider(_log));
    }

    private string Hosts => _procfs.File("hosts");

    public void Dispose()
    {
        _factory.Dispose();
        _procfs.Dispose();
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:19642", true)]
    [InlineData("localhost.:19642", true)]
    [InlineData("a.b.localhost", true)]
    [InlineData("127.0.0.1:19642", true)]
    [InlineData("127.9.8.7", true)]
    [InlineData("[::1]:19642", true)]
    [InlineData("192.0.2.1", true)]
    [InlineData("nas.example.net:19642", true)]
    [InlineData("NAS", true)]
    [InlineData("proxy.example.org", true)]
    [InlineData("other", true)]
    [InlineData("nas.home.example:19642", true)]
    [InlineData("NAS-alias", true)]
    [InlineData("six.home.example", true)]
    [InlineData("", true)]
    [InlineData("lan.home.example", false)]
    [InlineData("comment.home.example", false)]
    [InlineData("odd.home.example", false)]
    [InlineData("evil.example.com", false)]
    [InlineData("evil.example.com:19642", false)]
    [InlineData("localhost.evil.example.com", false)]
    [InlineData("127.0.0.1.evil.example.com", false)]
    [InlineData("xlocalhost", false)]
    [InlineData("nas.evil.example.com", false)]
    [InlineData("example.net", false)]
    [InlineData("proxy.example.org.evil.example.com", false)]
    [InlineData(".", false)]
    [InlineData("[::1", false)]
    public async Task Request_OverLoopback_IsAnsweredForOurNamesAlone(string host, bool expected)
    {
        foreach (var address in new[] { "127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1" })
            Assert.Equal(expected ? 200 : 421, (await AskAsync(host, address)).Response.StatusCode);
        Assert.Equal(200, (await AskAsync(host, "192.0.2.1")).Response.StatusCode);
    }

    [Fact]
    public async Task Refusal_SaysWhatWouldBeRight_WithNothingOfTheRequest_AndIsLoggedOnceAMinute()
    {
        HttpContext context = null!;
        for (var request = 0; request < 100; request++)
            context = await AskAsync("evil.example.com", "127.0.0.1",
                new HostCheck(_options, new FakeTimeProvider(), _factory.CreateLogger<HostCheck>(), Hosts));
        context.Response.Body.Position = 0;
        using var reader = new StreamReader(context.Response.Body);
        var text = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.Contains("localhost", text, StringComparison.Ordinal);
        Assert.Contains("--web.allowed-hosts", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Count(character => character == '\n'));
        Assert.DoesNotContain("evil", text, StringComparison.Ordinal);

        var check = new HostCheck(_options, new FakeTimeProvider(), _factory.CreateLogger<HostCheck>(), Hosts);
        var before = _log.Count(EventIds.HostRefused);
        for (var request = 0; request < 100; request++)
            await AskAsync("evil.example.com", "127.0.0.1", check);
        Assert.Equal(1, _log.Count(EventIds.HostRefused) - before);
    }

    private async Task<HttpContext> AskAsync(string host, string local, HostCheck? check = null)
    {
        var context = new DefaultHttpContext { Connection = { LocalIpAddress = IPAddress.Parse(local) },
            Response = { Body = new MemoryStream() } };
        context.Request.Host = new HostString(host);
        await (check ?? new HostCheck(_options, new FakeTimeProvider(), _factory.CreateLogger<HostCheck>(), Hosts))
            .InvokeAsync(context, _ => Task.CompletedTask);
        return context;
    }
}
