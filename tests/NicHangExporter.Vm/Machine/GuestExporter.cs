using System.Globalization;
using System.Text.Json;

namespace NicHangExporter.Vm.Machine;

/// <summary>The program under test, running in the guest. The NIC for its metrics is not the one that hangs.</summary>
internal sealed class GuestExporter : IAsyncDisposable
{
    private static int _started;

    /// <summary>
    /// The gap without reports that ends an episode. Scenarios share a guest: reports of an earlier scenario must not
    /// belong to an episode of this one.
    /// </summary>
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(15);

    private const string EpisodeGap = "--hang.episode-gap";
    private const string WebConfiguration = "--web.config.file";

    private readonly Guest _guest;
    private readonly string _log;
    private readonly long _since;
    private readonly HttpClient _http;

    private GuestExporter(Guest guest, string state, string log, int process, Uri address)
    {
        (_guest, State, _log, Id, _since) = (guest, state, log, process, guest.Log.Last);
        // Accepts any certificate. Scenarios about certificates check it themselves.
        var handler = new SocketsHttpHandler { UseProxy = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null } };
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(20) };
    }

    /// <summary>Its process ID in the guest.</summary>
    public int Id { get; }

    /// <summary>Its state directory in the guest.</summary>
    public string State { get; }

    /// <summary>A client that reaches it over the other NIC.</summary>
    public HttpClient Http => _http;

    /// <summary>Starts it and waits until it has read the existing kernel log.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="options">Its flags, in addition to those of all scenarios.</param>
    /// <param name="state">Its state directory; null for a new one.</param>
    /// <param name="port">The port that leads to it; null for the one over ens18.</param>
    public static async Task<GuestExporter> StartAsync(
        Guest guest, IEnumerable<string> options, string? state = null, int? port = null)
    {
        var number = Interlocked.Increment(ref _started);
        state ??= string.Create(CultureInfo.InvariantCulture, $"/run/state-{number}");
        var log = string.Create(CultureInfo.InvariantCulture, $"/run/exporter-{number}.log");
        string[] flags = [$"--state.directory={state}", "--remediation.boot-grace=0s", "--ethtool.interval=2s",
            .. options.Any(option => option.StartsWith(EpisodeGap, StringComparison.Ordinal)) ? []
            : new[] { $"{EpisodeGap}={Gap.TotalSeconds:0}s" }, .. options];
        // setsid: it has no controlling terminal, and gets no signal that is meant for the shell.
        var process = (await guest.Shell.DoAsync(
            $"setsid nic-hang-exporter {string.Join(' ', flags)} >{log} 2>&1 </dev/null & echo $!")).Trim();
        var scheme = options.Any(option => option.StartsWith(WebConfiguration, StringComparison.Ordinal)) ? "https"
            : "http";
        var exporter = new GuestExporter(guest, state, log, int.Parse(process, CultureInfo.InvariantCulture),
            new Uri($"{scheme}://127.0.0.1:{port ?? guest.Ports.Ens18Exporter}"));
        try
        {
            var running = await Eventually.HoldsAsync("the exporter in the guest is ready", exporter.IsReadyAsync,
                ready => ready is not false, TimeSpan.FromMinutes(1));
            Assert.True(running is true, $"the exporter in the guest has ended: {await exporter.LogAsync()}");
            return exporter;
        }
        catch
        {
            await exporter.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Flags for a shorter verification window. The verdict comes after the window, and the link may use all of it to
    /// come back.
    /// </summary>
    public static string[] Window(int seconds) =>
        [$"--remediation.verify-window={seconds}s", $"--remediation.carrier-grace={seconds}s"];

    /// <summary>The current metrics.</summary>
    public async Task<Scrape> ScrapeAsync() =>
        Scrape.Parse(
            await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken));

    /// <summary>Scrapes until a condition holds for the metrics, and returns them.</summary>
    public Task<Scrape> ScrapeUntilAsync(string what, Func<Scrape, bool> condition) =>
        Eventually.HoldsAsync(what, ScrapeAsync, condition, TimeSpan.FromMinutes(2));

    /// <summary>The journal, line by line, without an incomplete last line.</summary>
    public async Task<IReadOnlyList<JsonElement>> JournalAsync()
    {
        var text = (await _guest.Shell.RunAsync($"cat {State}/journal.jsonl")).Output;
        return [.. text.Split('\n').SkipLast(1).Select(line => JsonDocument.Parse(line).RootElement)];
    }

    public async Task<IReadOnlyList<JsonElement>> EntriesAsync(string kind) =>
        [.. (await JournalAsync()).Where(entry => entry.Text("event") == kind)];

    /// <summary>Waits for an outcome of a device with a verdict, and returns it.</summary>
    public async Task<JsonElement> OutcomeAsync(string device, string verdict, int count = 1) =>
        (await Eventually.HoldsAsync(
            $"outcome {verdict} of {device}, {count} times", async () =>
                new Outcomes(await EntriesAsync("outcome")), outcomes =>
                    outcomes.With(device, verdict).Count >= count, TimeSpan.FromMinutes(4)))
            .With(device, verdict)[count - 1];

    /// <summary>Remaining seconds of a device's cool-down, by the guest's own clock.</summary>
    public async Task<double> CooldownAsync(string device) =>
        (await ScrapeAsync())[
            "nichang_remediation_cooldown_until_timestamp_seconds", ("device", device)] - double.Parse(
                await _guest.Shell.DoAsync("date +%s"), CultureInfo.InvariantCulture);

    public async Task<string> LogAsync() => (await _guest.Shell.RunAsync($"cat {_log}")).Output;

    /// <summary>Runs a command of its command line in the guest.</summary>
    public Task<GuestRun> CommandAsync(string command) =>
        _guest.Shell.RunAsync($"nic-hang-exporter {command} --state.directory={State}");

    /// <summary>Kills it like a crash, and waits until it is gone.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>Stops it and waits for its end. If the test failed, this prints its log and the kernel's.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync("TERM");
        var files = await _guest.Shell.RunAsync($"cat {_log} {State}/journal.jsonl; tail -n 5 /run/faults.log");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{files.Output}{string.Join('\n', _guest.Log.Records.Where(record => record.Sequence > _since))}");
        _http.Dispose();
    }

    private Task EndAsync(string signal) => _guest.Shell.EndAsync(Id.ToString(CultureInfo.InvariantCulture), signal);

    // Null if it has ended.
    private async Task<bool?> IsReadyAsync()
    {
        try
        {
            using var answer =
                await _http.GetAsync(new Uri("/-/ready", UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return (await _guest.Shell.RunAsync($"[ -e /proc/{Id}/exe ]")).ExitCode == 0 ? false : null;
        }
    }

    // Part of failure messages: all records, one per line.
    private sealed record Outcomes(IReadOnlyList<JsonElement> All)
    {
        public List<JsonElement> With(string device, string verdict) =>
            [.. All.Where(outcome => outcome.Text("device") == device && outcome.Text("verdict") == verdict)];

        public override string ToString() => string.Join('\n', All.Select(outcome => outcome.GetRawText()));
    }
}
