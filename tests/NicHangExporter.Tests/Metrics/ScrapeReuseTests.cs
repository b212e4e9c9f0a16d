using System.Text;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// Consecutive scrapes share a buffer. Their answers are compared with an exposition that is written into its own
/// buffer.
/// </summary>
public sealed class ScrapeReuseTests : IDisposable
{
    // The values of this process differ from scrape to scrape.
    private readonly FixtureHost _host = new(options =>
        options with
        {
            Collectors = options.Collectors.Without(Collector.Process),
        });

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Scrape_AfterALongerOne_HoldsNothingOfIt()
    {
        for (var number = 1; number <= 25; number++)
            _host.AddNic($"eno{number}", parent: $"pci0000:00/0000:{number:x2}:00.0");
        _host.Start();
        var all = await GetAsync();
        var expected = await _host.ScrapeAsync();
        for (var number = 2; number <= 25; number++)
            Directory.Delete(Path.Combine(_host.Sysfs.Root, $"class/net/eno{number}"));
        var one = await GetAsync();

        // Longer than the pieces that it is sent in.
        Assert.InRange(all.Length, 64 * 1024, int.MaxValue);
        Assert.Equal(expected, all);
        Assert.DoesNotContain("nichang_device_rx_bytes_total{device=\"eno2\"}", one, StringComparison.Ordinal);
        Assert.Equal(await _host.ScrapeAsync(), one);
    }

    [Fact]
    public async Task Scrape_ManyAtOnce_AnswerTheSame()
    {
        _host.AddNic();
        _host.Start();
        await GetAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(GetAsync)));

        var expected = await _host.ScrapeAsync();
        Assert.All(answers, answer => Assert.Equal(expected, answer));
    }

    private async Task<string> GetAsync()
    {
        using var answer = new MemoryStream();
        var context = new DefaultHttpContext { Request = { Method = "GET" }, Response = { Body = answer } };
        await _host.Endpoint.HandleAsync(context);
        Assert.Equal(answer.Length, context.Response.ContentLength);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
