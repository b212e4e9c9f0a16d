using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;

namespace NicHangExporter.Vm.Machine;

/// <summary>One probe.</summary>
/// <param name="Time">When it began, relative to the start of the <see cref="HostProbe"/>.</param>
/// <param name="Answered">The guest answered.</param>
internal readonly record struct ProbeLook(TimeSpan Time, bool Answered);

/// <summary>
/// A client outside the guest that requests a small page repeatedly, each time over a new connection through one NIC.
/// It is also the traffic without which no hang would be detected.
/// </summary>
internal sealed class HostProbe : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan NeighbourTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler
        { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false })
            { DefaultRequestVersion = HttpVersion.Version10 };
    private readonly CancellationTokenSource _end = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Uri _page;
    private readonly Task _loop;
    private ImmutableList<ProbeLook> _looks = [];

    /// <summary>Starts probing.</summary>
    /// <param name="port">The port that leads through the NIC.</param>
    /// <param name="timeout">Time limit of an answer; null for the default.</param>
    public HostProbe(int port, TimeSpan? timeout = null)
    {
        _http.Timeout = timeout ?? DefaultTimeout;
        _page = new Uri($"http://127.0.0.1:{port}/small");
        _loop = LoopAsync();
    }

    /// <summary>
    /// A probe for a NIC that must answer all the time. A slow answer on a busy machine is not a missing one.
    /// </summary>
    public static HostProbe OfNeighbour(int port) => new(port, NeighbourTimeout);

    /// <summary>All probes so far.</summary>
    public IReadOnlyList<ProbeLook> Looks => _looks;

    /// <summary>
    /// Waits until the guest answers this often in a row, counting only probes that begin from now on.
    /// </summary>
    public Task UpAsync(int times = 3) =>
        Eventually.HoldsAsync(
            $"the guest answers {_page}", Since(_clock.Elapsed), looks =>
                looks.Length >= times && looks.TakeLast(times).All(look => look.Answered), TimeSpan.FromMinutes(2));

    /// <summary>
    /// Waits until the guest fails to answer this often in a row, counting only probes that begin from now on.
    /// </summary>
    public Task DownAsync(int times = 3) =>
        Eventually.HoldsAsync(
            $"the guest no longer answers {_page}", Since(_clock.Elapsed), looks =>
                looks.Length >= times && looks.TakeLast(times).All(look => !look.Answered), TimeSpan.FromMinutes(2));

    /// <summary>Number of probes without an answer since a moment of this probe.</summary>
    public int Misses(TimeSpan since = default) => _looks.Count(look => look.Time >= since && !look.Answered);

    /// <summary>The probe's clock.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>The probes as text: up 0.0–4.1 s, down 4.3–13.2 s.</summary>
    public override string ToString()
    {
        var parts = new List<string>();
        foreach (var (first, last, answered) in Spans())
            parts.Add(FormattableString.Invariant(
                $"{(answered ? "up" : "down")} {first.TotalSeconds:0.0}–{last.TotalSeconds:0.0} s"));
        return string.Join(", ", parts);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _http.Dispose();
        _end.Dispose();
    }

    private Func<ImmutableArray<ProbeLook>> Since(TimeSpan moment) =>
        () => [.. _looks.Where(look => look.Time >= moment)];

    private List<(TimeSpan First, TimeSpan Last, bool Answered)> Spans()
    {
        var spans = new List<(TimeSpan First, TimeSpan Last, bool Answered)>();
        foreach (var look in _looks)
            if (spans is [.., var last] && last.Answered == look.Answered)
                spans[^1] = last with { Last = look.Time };
            else
                spans.Add((look.Time, look.Time, look.Answered));
        return spans;
    }

    private async Task LoopAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var begun = _clock.Elapsed;
            bool answered;
            try
            {
                answered = (await _http.GetStringAsync(_page, _end.Token)).Length > 0;
            }
            catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException)
            {
                answered = false;
            }
            if (_end.IsCancellationRequested)
                return;
            _looks = _looks.Add(new ProbeLook(begun, answered));
            await Task.Delay(Interval, _end.Token)
                .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
