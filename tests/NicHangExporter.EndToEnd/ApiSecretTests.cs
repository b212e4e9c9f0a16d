using System.Text;

namespace NicHangExporter.EndToEnd;

/// <summary>
/// A token is in its file only: a random one is used in every way, right and wrong, and then looked for in everything
/// that the program writes.
/// </summary>
public sealed class ApiSecretTests
{
    [Fact]
    public async Task Token_IsNeverShown()
    {
        using var host = new ApiHost("--log.level=debug", "--remediation.cooldown=1s");
        using var daemon = await host.StartDaemonAsync();
        var canary = host.Admin;
        var (known, stranger) = (host.Call(daemon, canary), host.Call(daemon, null));
        var replies = new List<string>();

        // As it is meant.
        replies.Add((
            await known.RemediateAsync(
                "\"device\":\"veth0\",\"features\":[\"tso\"],\"reason\":\"a canary\"", canary)).Everything);
        replies.Add((
            await known.RemediateAsync("\"device\":\"veth0\",\"features\":[\"tso\"],\"dryRun\":true")).Everything);
        replies.Add((await known.PostAsync("/api/v1/devices/veth0/rollback")).Everything);
        replies.Add((await known.PostAsync("/api/v1/pause")).Everything);
        replies.Add((await known.SendAsync(HttpMethod.Delete, "/api/v1/pause")).Everything);
        foreach (var path in new[] { "devices", "devices/veth0", "remediations", "episodes", "nowhere" })
            replies.Add((await known.GetAsync($"/api/v1/{path}")).Everything);
        // Where it does not belong.
        foreach (var path in new[]
            { $"/api/v1/devices?token={canary}", $"/api/v1/devices/{canary}", $"/api/v1/{canary}",
                $"/metrics?token={canary}", $"/{canary}", $"/api/v1/remediations/{canary}",
                $"/api/v1/remediations?device={canary}" })
        {
            if (path.StartsWith("/api/", StringComparison.Ordinal))
                replies.Add((await known.GetAsync(path)).Everything);
            replies.Add(await RawRequest.SendAsync(
                daemon, $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
        }
        replies.Add((await known.RemediateAsync($"\"device\":\"{canary[..60]}\"")).Everything);
        replies.Add((await known.RemediateAsync($"\"{canary}\":1")).Everything);
        replies.Add((await known.PostAsync("/api/v1/remediations", canary)).Everything);
        foreach (var (name, value) in new[]
            { ("Authorization", $"Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes($"x:{canary}"))}"),
                ("Authorization", $"Bearer{canary}"), ("Authorization", $"Bearer x{canary}"),
                ("Authorization", $"Bearer {canary}, Bearer {canary}"), ("Cookie", canary), ("X-Api-Key", canary),
                ("User-Agent", canary), ("Origin", canary), ("Idempotency-Key", $"{canary} {canary}") })
            replies.Add(await RawRequest.SendAsync(
                daemon, $"POST /api/v1/remediations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{name}: "
                + $"{value}\r\nContent-Length: 0\r\n\r\n"));
        replies.Add(await RawRequest.SendAsync(
            daemon, $"{canary} /api/v1/devices HTTP/1.1\r\nHost: {canary}.localhost\r\nConnection: close\r\n\r\n"));
        replies.Add(await RawRequest.SendAsync(
            daemon, $"GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\nbad header {canary}\r\n\r\n"));
        replies.Add((await stranger.GetAsync("/api/v1/devices")).Everything);

        var console = await host.Console.DoAsync("status") + await host.Console.DoAsync("status", "--format", "json")
            + await host.Console.DoAsync("devices", "--format", "json") + await host.Console.DoAsync("episodes");
        var metrics = (await daemon.ScrapeAsync()).Text;
        var seen = new Dictionary<string, string>
        {
            ["the answers"] = string.Join('\n', replies),
            ["the metrics"] = metrics,
            ["the console"] = console,
            ["/proc/PID/cmdline"] =
                await File.ReadAllTextAsync($"/proc/{daemon.Id}/cmdline", TestContext.Current.CancellationToken),
            ["/proc/PID/environ"] =
            await File.ReadAllTextAsync($"/proc/{daemon.Id}/environ", TestContext.Current.CancellationToken),
        };
        await daemon.StopAsync();
        seen["the log"] = string.Join('\n', daemon.Log);
        foreach (var file in Directory.EnumerateFiles(host.Console.State, "*", SearchOption.AllDirectories))
            seen[file] =
                Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));

        // So that there is something to look at.
        Assert.Contains("Configuration in force", seen["the log"], StringComparison.Ordinal);
        Assert.Contains("a canary", seen[Path.Combine(host.Console.State, "journal.jsonl")], StringComparison.Ordinal);
        Assert.Contains("--api.token-file", seen["/proc/PID/cmdline"], StringComparison.Ordinal);
        foreach (var (place, text) in seen)
            foreach (var form in new[]
                { canary, canary[..32], canary[32..], Convert.ToBase64String(Encoding.ASCII.GetBytes(canary))[..40] })
                Assert.False(
                    text.Contains(form, StringComparison.OrdinalIgnoreCase),
                    $"the token is in {place}: {Around(text, form)}");
    }

    private static string Around(string text, string form)
    {
        var at = text.IndexOf(form, StringComparison.OrdinalIgnoreCase);
        return text[Math.Max(0, at - 100)..Math.Min(text.Length, at + 200)];
    }
}
