using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Api.Auth;
using NicHangExporter.Tests.Api;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>What the web configuration asks of a request, and credentials over real HTTP.</summary>
public sealed class WebConfigMiddlewareTests
{
    private const string Password = "correct horse battery staple";
    private const int Attempts = 10_000;

    // Cost 4: the least that bcrypt has.
    private static readonly string Users =
        $"basic_auth_users:\n  alice: {BCrypt.Net.BCrypt.HashPassword(Password, 4)}\n";

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
    public async Task PasswordFlood_IsRefusedWith503_AndTokensPass()
    {
        using var tokens = new TokenFiles();
        var token = tokens.Add("ops", "admin", TokenFiles.NewToken());
        using var held = new SemaphoreSlim(0);
        var checks = new ConcurrentQueue<string>();
        await using var served = await ServedWeb.StartAsync(Users, tokens.Options, (password, hash) =>
        {
            checks.Enqueue(password);
            held.Wait(TestContext.Current.CancellationToken);
            return BCrypt.Net.BCrypt.Verify(password, hash);
        });
        using var client = served.PlainClient();

        const int Flood = 12;
        // One that is being checked, and one that waits.
        const int Hold = 2;
        var flood = Enumerable.Range(0, Flood).Select(number => SendAsync(client, "/metrics", Basic($"alice:{number}")))
            .ToList();
        var refused = new List<HttpResponseMessage>();
        while (refused.Count < Flood - Hold)
        {
            var first = await Task.WhenAny(flood);
            flood.Remove(first);
            refused.Add(await first);
        }
        // The others hang: only one of them is being checked. A token passes by them.
        Assert.All(refused, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode));
        Assert.All(refused, answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Single(checks);
        Assert.DoesNotContain(flood, request => request.IsCompleted);
        using (var passed = await SendAsync(client, "/api/v1/devices", Bearer(token)))
            Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
        Assert.Single(checks);

        held.Release(Flood);
        foreach (var answer in await Task.WhenAll(flood))
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        using (var alice = await SendAsync(client, "/metrics", Basic("alice:" + Password)))
            Assert.Equal(HttpStatusCode.OK, alice.StatusCode);
        Assert.Equal(Flood - Hold, served.Refused("busy"));
    }

    [Fact]
    public async Task PasswordFlood_OfOneAddress_DelaysARightOneOfAnotherByTwoChecks()
    {
        const int Flood = 24;
        using var held = new SemaphoreSlim(0);
        using var basic = new BasicAuthentication((password, hash) =>
        {
            held.Wait(TestContext.Current.CancellationToken);
            return password == Password;
        });
        var users = new Dictionary<string, string> { ["alice"] =
            BCrypt.Net.BCrypt.HashPassword(Password, 4) }.ToFrozenDictionary();
        var (stranger, scraper) = (ConnectionQuota.PeerOf(IPAddress.Parse("192.0.2.1")),
            ConnectionQuota.PeerOf(IPAddress.Parse("192.0.2.2")));
        // On threads of their own: one of them is held in its check.
        var flood = Enumerable.Range(0, Flood)
            .Select(number =>
                Task.Run(async () =>
                    await basic.CheckAsync(users, Basic($"alice:{number}"), stranger, CancellationToken.None)))
                        .ToList();
        for (var refused = 0; refused < Flood - 2; refused++)
        {
            var first = await Task.WhenAny(flood);
            flood.Remove(first);
            Assert.Equal(WebError.Busy, await first);
        }

        var right = Task.Run(async () =>
            await basic.CheckAsync(users, Basic("alice:" + Password), scraper, CancellationToken.None));

        held.Release(3);
        Assert.Null(await right);
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
    public async Task TenThousandRequests_WithoutATokenThatHolds_AreAllRefused()
    {
        using var tokens = new TokenFiles();
        var token = tokens.Add("ops", "admin", TokenFiles.NewToken());
        await using var served = await ServedWeb.StartAsync("", tokens.Options);
        using var client = served.PlainClient();

        var accepted = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Attempts),
            new ParallelOptions
            { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken },
            async (attempt, _) =>
        {
            var at = attempt % token.Length;
            var authorization = (attempt % 8) switch
            {
                0 => null,
                1 => Bearer(TokenFiles.NewToken()),
                2 => Bearer(token[..at] + (token[at] == 'f' ? '0' : 'f') + token[(at + 1)..]),
                3 => Bearer(token[..at]),
                4 => Bearer(token + token[..(at + 1)]),
                5 => "Token " + token,
                6 => Basic("ops:" + token),
                _ => $"Bearer {token}, Bearer {token}",
            };
            using var answer = await SendAsync(client, "/api/v1/devices", authorization);
            if (answer.StatusCode != HttpStatusCode.Unauthorized)
                Interlocked.Increment(ref accepted);
        });

        Assert.Equal((0, 0), (accepted, served.Handled));
        Assert.Equal(
            Attempts,
            RefusalReasons.All.Sum(reason => served.Metrics.ApiAuthenticationFailures.WithLabels(reason).Value));
        using var good = await SendAsync(client, "/api/v1/devices", Bearer(token));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
    }

    [Fact]
    public async Task Token_RotatedUnderLoad_RefusesNobodyWithOneThatHolds_AndTheOldOneIsDeadInTime()
    {
        using var tokens = new TokenFiles();
        var current = tokens.Add("ops", "admin", TokenFiles.NewToken());
        var old = current;
        // Its own clock: the old token dies by it, not by how busy the machine is.
        await using var served = await ServedWeb.StartAsync("", tokens.Options, clock: tokens.Clock);
        using var client = served.PlainClient();
        using var stop = new CancellationTokenSource();
        var (refused, asked) = (0, new int[4]);
        var askers = Enumerable.Range(0, asked.Length).Select(asker => Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref asked[asker]))
                using (var answer = await SendAsync(client, "/api/v1/devices", Bearer(Volatile.Read(ref current))))
                    if (answer.StatusCode != HttpStatusCode.OK)
                        Interlocked.Increment(ref refused);
        })).ToArray();

        for (var rotation = 0; rotation < 20; rotation++)
        {
            old = current;
            var next = tokens.Replace("ops", TokenFiles.NewToken());
            served.Credentials.Refresh();
            Volatile.Write(ref current, next);
            // Each has come round since, so none still holds the old token in its hand when its time is over.
            var before = asked.ToArray();
            while (!asked.Zip(before).All(pair => pair.First > pair.Second + 2))
            {
                Assert.DoesNotContain(askers, asker => asker.IsFaulted);
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
            tokens.Clock.Advance(TimeSpan.FromSeconds(5));
            using var dead = await SendAsync(client, "/api/v1/devices", Bearer(old));
            Assert.Equal(HttpStatusCode.Unauthorized, dead.StatusCode);
        }
        await stop.CancelAsync();
        await Task.WhenAll(askers);

        Assert.Equal(0, refused);
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

    private static string Basic(string credentials) =>
        "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials));

    private static string Bearer(string token) => "Bearer " + token;

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(client.BaseAddress + path.TrimStart('/')));
        if (path.StartsWith("//", StringComparison.Ordinal))
            request.RequestUri = new Uri(client.BaseAddress + path[1..]);
        if (authorization is not null)
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
