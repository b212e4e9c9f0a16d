using System.Globalization;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A sample that a Prometheus has stored.</summary>
/// <param name="Time">When its scrape began.</param>
/// <param name="Value">Its value.</param>
internal readonly record struct StoredSample(DateTimeOffset Time, double Value);

/// <summary>A real Prometheus.</summary>
internal sealed class PrometheusServer : IDisposable
{
    /// <summary>Its configuration file. Paths in it may be relative to it.</summary>
    public const string Configuration = "prometheus.yml";

    private readonly TemporaryDirectory _directory = new();
    private ServerProcess? _server;

    private PrometheusServer()
    {
    }

    /// <summary>Starts one that resends firing alerts every second.</summary>
    /// <param name="network">Its network namespace; null for that of the tests.</param>
    /// <param name="port">Its port on loopback.</param>
    /// <param name="files">Its <see cref="Configuration"/> and the files that it names.</param>
    /// <param name="flags">Further flags.</param>
    public static async Task<PrometheusServer> StartAsync(
        NetworkNamespace? network, int port, IReadOnlyDictionary<string, string> files,
        params IEnumerable<string> flags)
    {
        var prometheus = new PrometheusServer();
        try
        {
            var directory = prometheus._directory.Path;
            foreach (var (name, content) in files)
            {
                var path = Path.Combine(directory, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
            }
            prometheus._server = await ServerProcess.StartAsync(network, port, "prometheus",
                [$"--config.file={Path.Combine(directory, Configuration)}",
                $"--storage.tsdb.path={Path.Combine(directory, "data")}", $"--web.listen-address=127.0.0.1:{port}",
                    "--rules.alert.resend-delay=1s", "--log.level=warn", .. flags]);
            return prometheus;
        }
        catch
        {
            prometheus.Dispose();
            throw;
        }
    }

    /// <summary>The value of the only series of a query; null for none.</summary>
    public async Task<double?> QueryAsync(string query) =>
        await ResultAsync(query) is [var only] ? Sample(only.GetProperty("value")).Value : null;

    /// <summary>The scraped samples of the only series of a range selector; empty if there is no such series.</summary>
    public async Task<IReadOnlyList<StoredSample>> SamplesAsync(string query) =>
        await ResultAsync(query) is [var only] ? [.. only.GetProperty("values").EnumerateArray().Select(Sample)] : [];

    /// <summary>The answer of the HTTP API to a query: its member <c>data</c>.</summary>
    /// <param name="path">Path and query, below /api/v1/.</param>
    public async Task<JsonElement> AskAsync(string path)
    {
        using var answer = await _server!.Http.GetAsync(new Uri($"/api/v1/{path}", UriKind.Relative),
            TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{text} to {Uri.UnescapeDataString(path)}");
        using var json = JsonDocument.Parse(text);
        return json.RootElement.GetProperty("data").Clone();
    }

    /// <summary>Waits until it has scraped the exporter. From then on it sees a hang within a second or two.</summary>
    public Task WatchesAsync() => Eventually.HoldsAsync("up is 1", () => QueryAsync("up"), value => value == 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        _server?.Dispose();
        _directory.Dispose();
    }

    private async Task<List<JsonElement>> ResultAsync(string query)
    {
        var path = new Uri($"/api/v1/query?query={Uri.EscapeDataString(query)}", UriKind.Relative);
        using var answer =
            JsonDocument.Parse(await _server!.Http.GetStringAsync(path, TestContext.Current.CancellationToken));
        return [.. answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
            .Select(series => series.Clone())];
    }

    private static StoredSample Sample(JsonElement pair) =>
        new(DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(pair[0].GetDouble()),
            double.Parse(pair[1].GetString()!, CultureInfo.InvariantCulture));
}
