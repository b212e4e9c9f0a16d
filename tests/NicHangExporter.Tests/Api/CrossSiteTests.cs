using System.Text;

namespace NicHangExporter.Tests.Api;

/// <summary>Requests of the page of another site.</summary>
public sealed class CrossSiteTests : StrictnessFixture
{
    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "", 403)]
    [InlineData("Sec-Fetch-Site", "CROSS-SITE", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "", 403)]
    [InlineData("Origin", "http://127.0.0.1", 403)]
    [InlineData("Origin", "http://127.0.0.1:19642.evil.example", 403)]
    [InlineData("Origin", "http://127.0.0.1:19642", 200)]
    [InlineData("Origin", "https://127.0.0.1:19642", 200)]
    public async Task AnotherSitesPage_Is403(string header, string value, int status)
    {
        foreach (var method in new[] { "POST", "GET" })
        {
            var reply = await _api.SendAsync(method, Path, method == "POST" ? Encoding.UTF8.GetBytes(Body)
                : null, ApiHost.Admin, (header, value));
            Assert.Equal(status, reply.Status);
            Assert.True(status == 200 || reply.Problem == "cross_site");
        }
    }

    [Fact]
    public async Task NoAnswer_LetsAnotherSiteRead()
    {
        var reply = await _api.SendAsync("OPTIONS", Path, null, null, ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "POST"));

        Assert.Equal(403, reply.Status);
        Assert.DoesNotContain(
            reply.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }
}
