using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>A real Alertmanager.</summary>
internal sealed class Alertmanager : IDisposable
{
    /// <summary>The flag of an Alertmanager without a cluster.</summary>
    public const string Alone = "--cluster.listen-address=";

    private readonly TemporaryDirectory _directory = new();
    private readonly string _program;
    private readonly NetworkNamespace? _network;
    private readonly int _port;
    private readonly IReadOnlyList<string> _flags;
    private ServerProcess? _server;

    private Alertmanager(string program, NetworkNamespace? network, int port, IReadOnlyList<string> flags) =>
        (_program, _network, _port, _flags) = (program, network, port, flags);

    /// <summary>Its log since its last start.</summary>
    public string Log => _server!.Log;

    /// <summary>Starts one.</summary>
    /// <param name="network">Its network namespace; null for that of the tests.</param>
    /// <param name="port">Its port on loopback.</param>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="flags"><see cref="Alone"/>, or the flags of a cluster member.</param>
    public static Task<Alertmanager> StartAsync(
        NetworkNamespace? network, int port, string configuration, params IEnumerable<string> flags) =>
        StartAsync("prometheus-alertmanager", network, port, configuration, flags);

    /// <summary>Starts one of another version.</summary>
    /// <param name="program">The program: a name on PATH, or a path.</param>
    /// <param name="network">Its network namespace; null for that of the tests.</param>
    /// <param name="port">Its port on loopback.</param>
    /// <param name="configuration">Its configuration.</param>
    /// <param name="flags"><see cref="Alone"/>, or the flags of a cluster member.</param>
    public static async Task<Alertmanager> StartAsync(
        string program, NetworkNamespace? network, int port, string configuration, params IEnumerable<string> flags)
    {
        var alertmanager = new Alertmanager(program, network, port, [.. flags]);
        try
        {
            await File.WriteAllTextAsync(
                alertmanager.Configuration, configuration, TestContext.Current.CancellationToken);
            await alertmanager.RestartAsync();
            return alertmanager;
        }
        catch
        {
            alertmanager.Dispose();
            throw;
        }
    }

    /// <summary>Kills it, if it runs, and starts it again with the files that it kept.</summary>
    public async Task RestartAsync()
    {
        Kill();
        _server = await ServerProcess.StartAsync(_network, _port, _program, [$"--config.file={Configuration}",
            $"--storage.path={Path.Combine(_directory.Path, "data")}", $"--web.listen-address=127.0.0.1:{_port}",
            $"--web.external-url={new Uri($"http://127.0.0.1:{_port}")}", .. _flags]);
    }

    /// <summary>Kills it like a crash.</summary>
    public void Kill()
    {
        _server?.Dispose();
        _server = null;
    }

    /// <summary>Posts alerts that fire for an hour to its API, like any client can.</summary>
    public async Task PostAsync(params IEnumerable<IReadOnlyDictionary<string, string>> labels)
    {
        var now = DateTime.UtcNow;
        using var answer = await _server!.Http.PostAsJsonAsync(new Uri("/api/v2/alerts", UriKind.Relative),
            labels.Select(one => new { labels = one, startsAt = now, endsAt = now.AddHours(1) }),
            TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The alerts that fire by its API.</summary>
    public async Task<IReadOnlyList<JsonElement>> AlertsAsync()
    {
        using var alerts = JsonDocument.Parse(await _server!.Http.GetStringAsync(
            new Uri("/api/v2/alerts", UriKind.Relative), TestContext.Current.CancellationToken));
        return [.. alerts.RootElement.EnumerateArray().Select(alert => alert.Clone())];
    }

    /// <summary>A sample of its own metrics; 0 if there is none.</summary>
    public async Task<double> MetricAsync(string series)
    {
        var metrics = await _server!.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative),
            TestContext.Current.CancellationToken);
        var line = metrics.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        _directory.Dispose();
    }

    private string Configuration => Path.Combine(_directory.Path, "alertmanager.yml");
}
