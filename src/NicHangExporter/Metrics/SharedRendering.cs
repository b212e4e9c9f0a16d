namespace NicHangExporter.Metrics;

/// <summary>
/// Renders the exposition once for all waiting scrapes of a representation. One rendering runs at a time. Requests that
/// arrive meanwhile wait for the next rendering of their representation and share it. Values are therefore never older
/// than the request, a hundred concurrent scrapes cost two renderings, and at most two bodies are in memory regardless
/// of slow clients. (<see cref="MetricsEndpoint"/> keeps one uncompressed body more, and <see cref="CachedText"/> keeps
/// each part in the formats that were requested.)
/// </summary>
/// <remarks>
/// A request that finds no other one renders on its own thread. If both bodies are still being read and a third is
/// needed, the readers of the older one are dropped after <see cref="Turn"/>. A client that does not read delays others
/// by at most that time.
/// </remarks>
/// <param name="render">Writes an exposition into an empty body.</param>
/// <param name="clock">The clock.</param>
internal sealed class SharedRendering(Action<ExpositionBody, Representation> render, TimeProvider clock)
{
    /// <summary>The maximum number of bodies in memory: one being read and one being written.</summary>
    public const int MaxBodies = 2;

    /// <summary>The time to read a body while another request needs its memory.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<SharedBody> _bodies = [];
    private readonly WaitingReaders?[] _next = new WaitingReaders?[Representation.Count];
    private TaskCompletionSource? _freed;
    private int _last;
    private bool _isRunning;

    /// <summary>Gives a rendering that starts after this call.</summary>
    /// <returns>
    /// The rendering, to be disposed of after reading. An exception of <c>render</c> is thrown to all waiting callers.
    /// </returns>
    public ValueTask<Reading> ReadAsync(Representation representation)
    {
        SharedBody? own;
        Task<SharedBody>? shared = null;
        var starts = false;
        lock (_lock)
        {
            own = _isRunning ? null : TakeFreeBody();
            if (own is not null)
                own.Readers = 1;
            else
            {
                var waiting = _next[representation.Index] ??= new WaitingReaders();
                waiting.Count++;
                shared = waiting.Rendered.Task;
                starts = !_isRunning;
            }
            _isRunning = true;
        }
        if (own is not null)
            return new ValueTask<Reading>(RenderHere(own, representation));
        if (starts)
            _ = Task.Run(RunAsync);
        return AwaitAsync(shared!);
    }

    private async ValueTask<Reading> AwaitAsync(Task<SharedBody> shared) => new(this, await shared);

    private Reading RenderHere(SharedBody body, Representation representation)
    {
        try
        {
            Render(body, representation);
            return new Reading(this, body);
        }
        catch
        {
            Return(body);
            throw;
        }
        finally
        {
            if (HasNext())
                _ = Task.Run(RunAsync);
        }
    }

    private async Task RunAsync()
    {
        do
            await RenderNextAsync();
        while (HasNext());
    }

    // No exception may escape. It would end the loop, and no later scrape would be answered.
    private async Task RenderNextAsync()
    {
        WaitingReaders? served = null;
        SharedBody? body = null;
        try
        {
            body = await TakeBodyAsync();
            Representation representation;
            lock (_lock)
            {
                (served, representation) = TakeNext();
                body.Readers = served.Count;
            }
            Render(body, representation);
            served.Rendered.SetResult(body);
        }
#pragma warning disable CA1031 // All waiting requests get the exception.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                served ??= TakeNext().Waiting;
                body?.Readers = 0;
            }
            served.Rendered.TrySetException(exception);
        }
    }

    private void Render(SharedBody body, Representation representation)
    {
        body.Text.Clear();
        render(body.Text, representation);
        body.Since = clock.GetTimestamp();
    }

    // Representations take turns, so that many requests for one do not keep out those for another.
    private (WaitingReaders Waiting, Representation Representation) TakeNext()
    {
        do
            _last = (_last + 1) % Representation.Count;
        while (_next[_last] is null);
        var waiting = _next[_last]!;
        _next[_last] = null;
        return (waiting, Representation.Of(_last));
    }

    private bool HasNext()
    {
        lock (_lock)
            return _isRunning = Array.Exists(_next, waiting => waiting is not null);
    }

    private SharedBody? TakeFreeBody()
    {
        foreach (var body in _bodies)
            if (body.Readers == 0)
            {
                if (body.Dropped.IsCancellationRequested)
                    body.Dropped = new CancellationTokenSource();
                return body;
            }
        if (_bodies.Count == MaxBodies)
            return null;
        _bodies.Add(new SharedBody());
        return _bodies[^1];
    }

    private async Task<SharedBody> TakeBodyAsync()
    {
        while (true)
        {
            Task freed;
            SharedBody? oldest;
            lock (_lock)
            {
                if (TakeFreeBody() is { } free)
                    return free;
                _freed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                freed = _freed.Task;
                oldest = _bodies.Where(body => !body.Dropped.IsCancellationRequested).MinBy(body => body.Since);
            }
            // A dropped body is free after its readers have stopped.
            if (oldest is null)
                await freed;
            else if (Turn - clock.GetElapsedTime(oldest.Since) is var left && left > TimeSpan.Zero)
                await Task.WhenAny(freed, Task.Delay(left, clock));
            else
                await oldest.Dropped.CancelAsync();
        }
    }

    private void Return(SharedBody body)
    {
        lock (_lock)
            if (--body.Readers == 0)
                _freed?.TrySetResult();
    }

    /// <summary>The requests that the next rendering of a representation answers.</summary>
    private sealed class WaitingReaders
    {
        public int Count { get; set; }

        public TaskCompletionSource<SharedBody> Rendered { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>A body and its readers.</summary>
    internal sealed class SharedBody
    {
        public ExpositionBody Text { get; } = new();

        public int Readers { get; set; }

        /// <summary>When the rendering ended.</summary>
        public long Since { get; set; }

        public CancellationTokenSource Dropped { get; set; } = new();
    }

    /// <summary>One reader's access to a rendering.</summary>
    internal sealed class Reading(SharedRendering owner, SharedBody shared) : IDisposable
    {
        private bool _isReturned;

        /// <summary>The exposition. Do not use it after the disposal.</summary>
        public ExpositionBody Body => shared.Text;

        /// <summary>Cancelled when the memory is needed. The reader must stop immediately.</summary>
        public CancellationToken Dropped { get; } = shared.Dropped.Token;

        public void Dispose()
        {
            if (_isReturned)
                return;
            _isReturned = true;
            owner.Return(shared);
        }
    }
}
