using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Tests.Api;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>What the web configuration asks of a request, and credentials over real HTTP.</summary>
public sealed class WebConfigMiddlewareTests : WebConfigRequests
{
    [Theory]
    [InlineData("alice:" + Password, 200)]
    [InlineData("alice:" + Password + " ", 401)]
    [InlineData("alice:" + Password + "\0", 401)]
    [InlineData("alice:", 401)]
    [InlineData("alice", 401)]
    [InlineData("Alice:" + Password, 401)]
    [InlineData("bob:" + Password, 401)]
    [InlineData(":" + Password, 401)]
    [InlineData("", 401)]
    [InlineData(null, 401)]
    public async Task Password_GoodOrBad_DecidesWhoGetsIn(string? credentials, int expected)
    {
        await using var served = await ServedWeb.StartAsync(Users);
        using var client = served.PlainClient();

        // Twice: the second answer must not come from what the first has left behind.
        for (var round = 0; round < 2; round++)
        {
            using var answer = await SendAsync(client, "/metrics", credentials is null ? null : Basic(credentials));
            Assert.Equal(expected, (int)answer.StatusCode);
            Assert.Equal(expected == 401, answer.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Basic"));
        }
        Assert.Equal(expected == 200 ? 2 : 0, served.Handled);
    }

    [Theory]
    [InlineData(WebConfigMiddleware.HealthPath, 200)]
    [InlineData("/-/ready", 401)]
    [InlineData("/-/healthy/", 401)]
    [InlineData("/-/Healthy", 401)]
    [InlineData("//-/healthy", 401)]
    [InlineData("/metrics?path=/-/healthy", 401)]
    public async Task Health_AskedByThisHost_NeedsNoPassword(string path, int expected)
    {
        await using var served = await ServedWeb.StartAsync(Users + "rate_limit: {interval: 1h, burst: 1}\n");
        using var client = served.PlainClient();

        for (var round = 0; round < 3; round++)
            using (var answer = await SendAsync(client, path, null))
                Assert.Equal(expected, (int)answer.StatusCode);

        Assert.Equal(expected == 200 ? 0 : 3, served.Refused(WebError.Absent));
        Assert.Equal(0, served.Refused(WebError.Rate));
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1", true)] // By an address of this host's own, as a kubelet asks.
    [InlineData("192.0.2.2", "192.0.2.1", false)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("fd00::2", "fd00::1", false)]
    [InlineData(null, "192.0.2.1", false)]
    [InlineData(null, null, false)]
    public void Health_IsOfThisHost_WhereBothEndsAre(string? remote, string? local, bool expected)
    {
        var context = new DefaultHttpContext();
        context.Request.Path = WebConfigMiddleware.HealthPath;
        (context.Connection.RemoteIpAddress, context.Connection.LocalIpAddress) =
            (remote is null ? null : IPAddress.Parse(remote), local is null ? null : IPAddress.Parse(local));

        Assert.Equal(expected, WebConfigMiddleware.IsHealthOfThisHost(context));
    }

    [Fact]
    public async Task PasswordThatWasRight_IsNotCheckedAgain_UntilTheHashIsAnother()
    {
        var checks = 0;
        await using var served = await ServedWeb.StartAsync(Users, verify: (password, hash) =>
        {
            Interlocked.Increment(ref checks);
            return BCrypt.Net.BCrypt.Verify(password, hash);
        });
        using var client = served.PlainClient();
        for (var request = 0; request < 20; request++)
            using (var answer = await SendAsync(client, "/metrics", Basic("alice:" + Password)))
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, checks);

        served.Configure($"basic_auth_users:\n  alice: {BCrypt.Net.BCrypt.HashPassword("another", 4)}\n");
        served.Store.Refresh();
        using (var answer = await SendAsync(client, "/metrics", Basic("alice:" + Password)))
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        served.Configure("basic_auth_users:\n  bob: " + BCrypt.Net.BCrypt.HashPassword("another", 4) + "\n");
        served.Store.Refresh();
        using (var answer = await SendAsync(client, "/metrics", Basic("alice:" + Password)))
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/metrics", "Bearer x")]
    [InlineData("/api", "Bearer x")]
    [InlineData("/API/v1/devices", "Bearer x")]
    [InlineData("//api/v1/devices", "Bearer x")]
    [InlineData("/api/../metrics", "Bearer x")]
    public async Task TokenThatIsNone_BypassesNoPassword(string path, string authorization)
    {
        using var tokens = new TokenFiles();
        tokens.Add("ops", "admin", TokenFiles.NewToken());
        await using var served = await ServedWeb.StartAsync(Users, tokens.Options);
        using var client = served.PlainClient();

        using var answer = await SendAsync(client, path, authorization);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(0, served.Handled);
    }

    [Fact]
    public async Task Headers_OfTheConfiguration_AreInEveryAnswer()
    {
        await using var served = await ServedWeb.StartAsync(Users
            + "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: "
            + "max-age=31536000\n");
        using var client = served.PlainClient();

        foreach (var credentials in new[] { null, Basic("alice:" + Password) })
        {
            using var answer = await SendAsync(client, "/", credentials);
            Assert.Equal("deny", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
            Assert.Equal("max-age=31536000", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
        }
    }

    [Fact]
    public async Task Limit_OfRequests_HoldsForScrapesAndNotForTheApi()
    {
        using var tokens = new TokenFiles();
        var token = tokens.Add("ops", "admin", TokenFiles.NewToken());
        await using var served =
            await ServedWeb.StartAsync("rate_limit:\n  interval: 1h\n  burst: 3\n", tokens.Options);
        using var client = served.PlainClient();

        var statuses = new List<int>();
        for (var request = 0; request < 5; request++)
            using (var answer = await SendAsync(client, "/metrics", null))
                statuses.Add((int)answer.StatusCode);
        Assert.Equal([200, 200, 200, 429, 429], statuses);
        using var api = await SendAsync(client, "/api/v1/devices", Bearer(token));
        Assert.Equal(HttpStatusCode.OK, api.StatusCode);
    }

    [Fact]
    public async Task Secrets_OfRefusedRequests_AreInNoLogAndNoMetric()
    {
        const string Canary = "canary-5d1f0c77aa";
        await using var served = await ServedWeb.StartAsync(Users);
        using var client = served.PlainClient();
        foreach (var authorization in new[] { Basic("alice:" + Canary), Basic(Canary + ":x"), Bearer(Canary), Canary })
            using (var answer = await SendAsync(client, "/metrics?token=" + Canary, authorization))
                Assert.DoesNotContain(
                    Canary, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
                    StringComparison.Ordinal);

        using var stream = new MemoryStream();
        await served.Metrics.Registry.CollectAndExportAsTextAsync(stream, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(Canary, Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
        Assert.NotEmpty(served.Log.Entries);
        Assert.DoesNotContain(served.Log.Entries, entry => entry.Message.Contains(Canary, StringComparison.Ordinal));
    }
}
