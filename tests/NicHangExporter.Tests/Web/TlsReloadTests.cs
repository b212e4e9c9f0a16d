using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.Web;

/// <summary>Certificates and authorities that change while the program runs.</summary>
public sealed class TlsReloadTests : TlsFixture
{
    [Fact]
    public async Task Certificate_RotatedUnderLoad_FailsNoRequestAndIsServedAtLast()
    {
        await using var served = await ServedWeb.StartAsync(Tls + "http_server_config: {http2: false}\n");
        var seen = new HashSet<string>();
        using var client = served.Client(seen: serial =>
        {
            lock (seen)
                seen.Add(serial);
        });
        using var stop = new CancellationTokenSource();
        var asked = new int[4];
        var askers = Enumerable.Range(0, asked.Length).Select(asker => Task.Run(async () =>
        {
            for (; !stop.IsCancellationRequested; Interlocked.Increment(ref asked[asker]))
                await GetAsync(client);
        })).ToArray();

        var serials = new List<string>();
        for (var rotation = 0; rotation < 10; rotation++)
        {
            var issued = served.Authority.Server(rsa: rotation % 2 == 1);
            issued.Write(served.Directory, "server");
            using (var loaded = issued.Load())
                serials.Add(loaded.SerialNumber);
            served.Store.Refresh();
            served.Store.Refresh();
            // All of them have asked twice since: the second time on a connection of the new certificate.
            var before = asked.ToArray();
            while (!asked.Zip(before).All(pair => pair.First > pair.Second + 2))
            {
                Assert.DoesNotContain(askers, asker => asker.IsFaulted);
                await Task.Delay(1, TestContext.Current.CancellationToken);
            }
        }
        await stop.CancelAsync();

        // Throws what a failed request threw.
        await Task.WhenAll(askers);
        Assert.Equal(asked.Sum(), served.Handled);
        Assert.Superset(serials.ToHashSet(), seen);
    }

    [Fact]
    public async Task Reload_OfABrokenFile_LeavesTheOldOneAndTheMetricSaysSo()
    {
        await using var served = await ServedWeb.StartAsync(Verified);
        served.Configure("tls_server_config:\n  cert_fil: server.crt\n");
        served.Store.Refresh();
        served.Store.Refresh();

        Assert.Equal(0, served.Metrics.WebConfigReloadSuccessful.Value);
        Assert.Equal(1, served.Log.Count(EventIds.WebConfigBroken));
        using (var stranger = served.Client())
            await RefusedAsync(stranger, served);
        using var certificate = served.Authority.Client().Load();
        using var client = served.Client(certificate);
        await GetAsync(client);

        served.Configure(Verified + "http_server_config: {http2: false}\n");
        served.Store.Refresh();
        Assert.Equal(1, served.Metrics.WebConfigReloadSuccessful.Value);
        using var again = served.Client(certificate);
        Assert.Equal("HTTP/1.1", await GetAsync(again));
    }

    [Fact]
    public async Task Reload_OfTheAuthorities_EndsConnectionsOfTheOldOnes()
    {
        await using var served = await ServedWeb.StartAsync(Verified);
        using var certificate = served.Authority.Client().Load();
        using var client = served.Client(certificate, maxConnections: 1);
        await GetAsync(client);

        using var other = new TestAuthority("Another root");
        await File.WriteAllTextAsync(
            served.Directory.File("ca.crt"), other.Root.ExportCertificatePem(), TestContext.Current.CancellationToken);
        served.Store.Refresh();
        // The connection that was made before serves this one, and no more.
        await GetAsync(client);
        var handled = served.Handled;

        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(client));
        Assert.Equal(handled, served.Handled);
    }
}
