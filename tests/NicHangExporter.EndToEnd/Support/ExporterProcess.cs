using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace NicHangExporter.EndToEnd.Support;

/// <summary>
/// The running exporter, as its users see it: its port, its log, its signals and its entries in /proc. Dispose kills
/// this one process by its process ID.
/// </summary>
internal sealed partial class ExporterProcess : IDisposable
{
    private readonly Process _process;
    private readonly List<string> _log = [];
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpClient _http;
    private readonly NetworkNamespace? _network;

    private ExporterProcess(ExporterCommand command)
    {
        _network = command.Network;
        _http = new HttpClient(NewHandler());
        _process = command.Start();
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Its process ID.</summary>
    public int Id => _process.Id;

    /// <summary>Its base URL.</summary>
    public Uri BaseAddress => _http.BaseAddress!;

    /// <summary>The lines of its standard error so far.</summary>
    public IReadOnlyList<string> Log
    {
        get
        {
            lock (_log)
                return [.. _log];
        }
    }

    /// <summary>
    /// The lines of the log with severity warning or higher. Excludes lines about hang messages of user space and about
    /// overwritten records: the machine has one ring, and other tests write to it and overrun it.
    /// </summary>
    public IReadOnlyList<string> Complaints => [.. Log.Where(line =>
        !line.Contains(" level=info ", StringComparison.Ordinal)
        && !line.Contains("User space wrote", StringComparison.Ordinal)
        && !line.Contains("records of the kernel log were lost", StringComparison.Ordinal))];

    /// <summary>A client for it.</summary>
    public HttpClient Http => _http;

    /// <summary>Every address that it listens on, in the order of its options.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. ListeningOn().Match(Log.Single(line => ListeningOn().IsMatch(line))).Groups[1].Value.Split(", ")
            .Select(address => new Uri(address))];

    /// <summary>Starts the exporter on a free port, and waits until it listens.</summary>
    public static Task<ExporterProcess> StartAsync(params IEnumerable<string> arguments) =>
        StartAsync(new ExporterCommand([ExporterCommand.AnyPort, .. arguments]));

    /// <inheritdoc cref="StartAsync(IEnumerable{string})"/>
    public static async Task<ExporterProcess> StartAsync(ExporterCommand command)
    {
        var exporter = new ExporterProcess(command);
        try
        {
            exporter._http.BaseAddress = command.Address ?? await exporter._listening.Task.WaitAsync(Eventually.Limit);
            if (command.Address is not null)
                await Eventually.HoldsAsync("the exporter answers", exporter.AnswersAsync, answers => answers);
            return exporter;
        }
        catch (TimeoutException)
        {
            exporter.Dispose();
            throw new TimeoutException(
                $"The exporter does not listen after {Eventually.Limit}. Its log: {string.Join('\n', exporter.Log)}");
        }
        catch
        {
            exporter.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="NamespaceClient.NewHandler"/>
    public SocketsHttpHandler NewHandler() => NamespaceClient.NewHandler(_network);

    /// <summary>Connects to it.</summary>
    public Task<Socket> ConnectAsync(DnsEndPoint address, CancellationToken cancellation) =>
        NamespaceClient.ConnectAsync(_network, address, cancellation);

    public void Send(Signal signal) => Signals.Send(Id, signal);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code: 128 + the signal if a signal killed it.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The exporter has not ended within {limit}. Its log: {string.Join('\n', Log)}");
        }
        return _process.ExitCode;
    }

    /// <summary>Kills it like a crash, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        Send(Signal.Kill);
        await WaitForExitAsync(Eventually.Limit);
    }

    /// <summary>Stops it, and waits for its end.</summary>
    public async Task StopAsync()
    {
        Send(Signal.Terminate);
        Assert.Equal(0, await WaitForExitAsync(Eventually.Limit));
    }

    /// <summary>The current metrics.</summary>
    public async Task<Scrape> ScrapeAsync() =>
        Scrape.Parse(
            await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));

    /// <summary>Scrapes until a condition holds for the metrics, and returns them.</summary>
    public async Task<Scrape> ScrapeUntilAsync(string what, Func<Scrape, bool> condition, TimeSpan? limit = null) =>
        await Eventually.HoldsAsync(
            $"{what} (log: {string.Join('\n', Log.TakeLast(20))})", ScrapeAsync, condition, limit);

    /// <summary>
    /// Waits for the first snapshot of ethtool and the remediator. The exporter gives them a second, and then listens
    /// without.
    /// </summary>
    public Task<Scrape> StartedAsync() => ScrapeUntilAsync("a snapshot and the remediator", metrics =>
        metrics.Of("nichang_ethtool_snapshot_age_seconds").Count == 1
        && metrics.Of("nichang_remediation_mode").Count > 0);

    /// <summary>Waits for a line in the log.</summary>
    public async Task<string> LoggedAsync(string part) =>
        (await Eventually.HoldsAsync($"a log line with '{part}'", () => new LogLines(Log), log => log.With(part).Any()))
        .With(part).First();

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit(Eventually.Limit);
        _process.Dispose();
        _http.Dispose();
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var answer =
                await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _listening.TrySetException(
                new InvalidOperationException(
                    $"The exporter ended before it listened. Its log: {string.Join('\n', Log)}"));
            return;
        }
        lock (_log)
            _log.Add(line);
        if (ListeningOn().Match(line) is { Success: true } match)
            _listening.TrySetResult(new Uri(match.Groups[1].Value.Split(", ")[0]));
    }

    [GeneratedRegex(@"Listening on (https?://[^,\s""]+(?:, https?://[^,\s""]+)*)")]
    private static partial Regex ListeningOn();

    private sealed record LogLines(IReadOnlyList<string> Lines)
    {
        public IEnumerable<string> With(string part) =>
            Lines.Where(line => line.Contains(part, StringComparison.Ordinal));

        public override string ToString() => string.Join('\n', Lines);
    }
}
