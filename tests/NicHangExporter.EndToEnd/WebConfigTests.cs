using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace NicHangExporter.EndToEnd;

/// <summary>The program with <c>--web.config.file</c>.</summary>
public sealed class WebConfigTests
{
    private const string Password = "correct horse battery staple";

    [Fact]
    public async Task TlsAndPassword_AreAsked_AndACertificateIsRotatedWithoutARestart()
    {
        using var files = new WebFiles(WebFiles.Tls
            + $"basic_auth_users:\n  alice: {BCrypt.Net.BCrypt.HashPassword(Password, 4)}\nhttp_server_config:\n  "
            + $"headers: {{X-Frame-Options: deny}}\n");
        using var exporter = await ExporterProcess.StartAsync(files.Option);
        Assert.Equal("https", exporter.BaseAddress.Scheme);

        using (var stranger = files.Client(exporter.BaseAddress))
            foreach (var path in new[] { "/", "/metrics", "/-/ready", "/api/v1/devices", "/nothing" })
                using (var answer =
                    await stranger.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken))
                    Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);

        Assert.True((await ScrapeAsync(files, exporter))!.Contains(
            "nichang_web_config_last_reload_successful 1\n", StringComparison.Ordinal));
        var before = files.Serial;
        files.Issue();
        Assert.NotEqual(before, files.Serial);
        await Eventually.HoldsAsync<string?>(
            "the new certificate is served", () => ScrapeAsync(files, exporter), metrics => metrics is not null);

        files.Write("web.yml", "tls_server_config: {}\n");
        await Eventually.HoldsAsync<string?>(
            "the metric says that the new file can't be used", () => ScrapeAsync(files, exporter),
            metrics => metrics?.Contains("nichang_web_config_last_reload_successful 0\n",
                StringComparison.Ordinal) == true);
        await exporter.StopAsync();
    }

    [Fact]
    public async Task BrokenFile_EndsTheStartWithALineForEachError()
    {
        using var files =
            new WebFiles(WebFiles.Tls + "  min_version: TLS10\nbasic_auth_users:\n  alice: hunter2-canary\n");

        var execution = await new ExporterCommand(ExporterCommand.AnyPort, files.Option).RunAsync();

        Assert.Equal(2, execution.ExitCode);
        Assert.Contains("web.yml:4: ", execution.Error, StringComparison.Ordinal);
        Assert.Contains("web.yml:6: ", execution.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2-canary", execution.Output + execution.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", execution.Error, StringComparison.Ordinal);
    }

    // Null where the certificate is not the one that is expected.
    private static async Task<string?> ScrapeAsync(WebFiles files, ExporterProcess exporter)
    {
        using var client = files.Client(exporter.BaseAddress);
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("alice:" + Password)));
        try
        {
            using var answer =
                await client.GetAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal("deny", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
            return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
