using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using NicHangExporter.Api.Auth;
using NicHangExporter.Tests.Api;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>Many requests at the same time, with right and with wrong credentials.</summary>
public sealed class WebConfigFloodTests : WebConfigRequests
{
    private const int Attempts = 10_000;

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
        var flood = new List<Task<HttpResponseMessage>> { GuessAsync(0) };
        while (checks.IsEmpty && !flood[0].IsCompleted)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        flood.AddRange(Enumerable.Range(1, Flood - 1).Select(GuessAsync));
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

        Task<HttpResponseMessage> GuessAsync(int number) => SendAsync(client, "/metrics", Basic($"alice:{number}"));
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
        var users = new Dictionary<string, string>
        {
            ["alice"] =
            BCrypt.Net.BCrypt.HashPassword(Password, 4)
        }.ToFrozenDictionary();
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
}
