using System.Text;

namespace NicHangExporter.Tests.Api.Wire;

/// <summary>
/// Every answer of the server, byte for byte: each route with and without credentials, with wrong methods, paths,
/// queries and bodies. After an intended change, UPDATE_GOLDEN=1 writes the files; read the difference.
/// </summary>
public sealed class WireTests
{
    [Fact]
    public async Task Answers_OfTheApi_AreTheGoldenFile()
    {
        await using var host = await WireHost.StartAsync();

        await CompareAsync("wire-api.txt", host, WireCases.OfTheApi(), withCounters: true);
    }

    [Fact]
    public async Task Answers_OfThePages_AreTheGoldenFile()
    {
        await using var host = await WireHost.StartAsync(withApi: false);

        await CompareAsync("wire-pages.txt", host, WireCases.OfThePages(), withCounters: false);
        Assert.Equal("\n", await host.CountersAsync());
    }

    [Fact]
    public async Task Pages_OfAHostWithApi_NeedNoCredentialAndMissNone()
    {
        await using var host = await WireHost.StartAsync();

        foreach (var path in new[] { "/", "/metrics", "/-/healthy" })
            Assert.StartsWith("HTTP/1.1 200 OK",
                await host.ExchangeAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 401",
            await host.ExchangeAsync("GET /api/v1/devices HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            StringComparison.Ordinal);

        Assert.Contains("nichang_api_authentication_failures_total{reason=\"absent\"} 1\n", await host.CountersAsync(),
            StringComparison.Ordinal);
    }

    private static async Task CompareAsync(string name, WireHost host, IEnumerable<string> requests, bool withCounters)
    {
        // Requests with the same answer stand together: most of them are refusals.
        var answers = new List<(string Answer, List<string> Requests)>();
        foreach (var request in requests)
        {
            var answer = await host.ExchangeAsync(request);
            if (answers.Find(known => known.Answer == answer) is { Requests: { } same })
                same.Add(Line(request));
            else
                answers.Add((answer, [Line(request)]));
        }
        var text = new StringBuilder();
        foreach (var (answer, all) in answers)
            text.Append(string.Join('\n', all.Select(line => "> " + line))).Append("\n\n").Append(answer.TrimEnd('\n'))
                .Append("\n\n");
        if (withCounters)
            text.Append(await host.CountersAsync());
        var golden = Path.Combine(Repository.Root, "tests/NicHangExporter.Tests/golden", name);
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            await File.WriteAllTextAsync(golden, text.ToString(), TestContext.Current.CancellationToken);
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), text.ToString());
    }

    // The request on one line; of a long body its length.
    private static string Line(string request)
    {
        var (head, body) = (request[..request.IndexOf("\r\n\r\n", StringComparison.Ordinal)],
            request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
        var parts = head.Split("\r\n")
            .Where(part => part is not ("Host: localhost" or "Content-Type: application/json")
            && !part.StartsWith("Content-Length: ", StringComparison.Ordinal));
        var line = string.Join(" | ", parts).Replace(" HTTP/1.1", "", StringComparison.Ordinal);
        return body.Length switch
        {
            0 => line,
            > 200 => $"{line} | ({body.Length} bytes)",
            _ => $"{line} | {body.Replace("\r\n", "\\r\\n", StringComparison.Ordinal)}",
        };
    }
}
