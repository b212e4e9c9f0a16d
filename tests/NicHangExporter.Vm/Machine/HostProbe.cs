using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;

namespace NicHangExporter.Vm.Machine;

/// <summary>One look.</summary>
/// <param name="Time">When it was begun, since the probe was.</param>
/// <param name="Answered">The guest answered.</param>
internal readonly record struct ProbeLook(TimeSpan Time, bool Answered);

/// <summary>
/// The view from outside: somebody who asks the guest for a small page again and again, each time over a new connection through one NIC. It is
/// also the traffic without which no hang would be noticed.
/// </summary>
internal sealed class HostProbe : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceWithNeighbours = TimeSpan.FromSeconds(5);

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero, UseProxy = false }) { DefaultRequestVersion = HttpVersion.Version10 };
    private readonly CancellationTokenSource _end = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Uri _page;
    private readonly Task _loop;
    private ImmutableList<ProbeLook> _looks = [];

    /// <summary>Begins to look.</summary>
    /// <param name="port">The port that leads through the NIC.</param>
    /// <param name="patience">How long an answer may take.</param>
    public HostProbe(int port, TimeSpan? patience = null)
    {
        _http.Timeout = patience ?? Patience;
        _page = new Uri($"http://127.0.0.1:{port}/small");
        _loop = LoopAsync();
    }

    /// <summary>One for a NIC that must answer throughout: a slow answer on a busy machine is none that is missing.</summary>
    public static HostProbe OfNeighbour(int port) => new(port, PatienceWithNeighbours);

    /// <summary>Everything seen so far.</summary>
    public IReadOnlyList<ProbeLook> Looks => _looks;

    /// <summary>Waits until the guest answers this often in a row, by looks that begin from now on.</summary>
    public Task UpAsync(int times = 3) => Eventually.HoldsAsync($"the guest answers {_page}", Since(_clock.Elapsed), looks => looks.Length >= times && looks.TakeLast(times).All(look => look.Answered), TimeSpan.FromMinutes(2));

    /// <summary>Waits until it does not, by looks that begin from now on.</summary>
    public Task DownAsync(int times = 3) => Eventually.HoldsAsync($"the guest no longer answers {_page}", Since(_clock.Elapsed), looks => looks.Length >= times && looks.TakeLast(times).All(look => !look.Answered), TimeSpan.FromMinutes(2));

    /// <summary>How often, since a moment of this probe, it did not answer.</summary>
    public int Misses(TimeSpan since = default) => _looks.Count(look => look.Time >= since && !look.Answered);

    /// <summary>The probe's clock.</summary>
    public TimeSpan Now => _clock.Elapsed;

    /// <summary>The same as a person would tell it: up 0.0–4.1 s, down 4.3–13.2 s.</summary>
    public override string ToString()
    {
        var told = new List<string>();
        foreach (var (first, last, answered) in Spans())
            told.Add(FormattableString.Invariant($"{(answered ? "up" : "down")} {first.TotalSeconds:0.0}–{last.TotalSeconds:0.0} s"));
        return string.Join(", ", told);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _loop;
        _http.Dispose();
        _end.Dispose();
    }

    private Func<ImmutableArray<ProbeLook>> Since(TimeSpan moment) => () => [.. _looks.Where(look => look.Time >= moment)];

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
            await Task.Delay(Interval, _end.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }
}
