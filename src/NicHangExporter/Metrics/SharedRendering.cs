namespace NicHangExporter.Metrics;

/// <summary>
/// Renders the exposition once for all waiting scrapes. One rendering runs at a time. Requests that arrive meanwhile
/// wait for the next rendering and share it. Values are therefore never older than the request, a hundred concurrent
/// scrapes cost two renderings, and at most two bodies are in memory regardless of slow clients.
/// </summary>
/// <remarks>
/// If both bodies are still being read and a third is needed, the readers of the older one are dropped after
/// <see cref="Turn"/>. A client that does not read delays others by at most that time.
/// </remarks>
/// <param name="render">Writes an exposition into an empty body.</param>
/// <param name="clock">The clock.</param>
internal sealed class SharedRendering(Func<ExpositionBody, Task> render, TimeProvider clock)
{
    /// <summary>The maximum number of bodies in memory: one being read and one being written.</summary>
    public const int MaxBodies = 2;

    /// <summary>The time to read a body while another request needs its memory.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly List<Shared> _bodies = [];
    private TaskCompletionSource<Shared>? _next;
    private TaskCompletionSource? _freed;
    private int _waiting;
    private bool _isRunning;

    /// <summary>Waits for a rendering that starts after this call.</summary>
    /// <returns>
    /// The rendering, to be disposed of after reading. An exception of <c>render</c> is thrown to all waiting callers.
    /// </returns>
    public async Task<Reading> ReadAsync()
    {
        Task<Shared> rendering;
        var isFirst = false;
        lock (_lock)
        {
            _waiting++;
            rendering = (
                _next ??= new TaskCompletionSource<Shared>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (!_isRunning)
                isFirst = _isRunning = true;
        }
        if (isFirst)
            _ = Task.Run(RunAsync);
        return new Reading(this, await rendering);
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
        Shared? shared = null;
        try
        {
            shared = await TakeBodyAsync();
            await RenderAsync(shared);
        }
#pragma warning disable CA1031 // All waiting requests get the exception.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(shared, exception);
        }
    }

    private async Task RenderAsync(Shared shared)
    {
        lock (_lock)
        {
            shared.Served = _next!;
            _next = null;
            (shared.Readers, _waiting) = (_waiting, 0);
            shared.Dropped = new CancellationTokenSource();
        }
        shared.Body.Clear();
        await render(shared.Body);
        shared.Since = clock.GetTimestamp();
        shared.Served.SetResult(shared);
    }

    private void Fail(Shared? shared, Exception exception)
    {
        TaskCompletionSource<Shared>? failed;
        lock (_lock)
            if (shared?.Served is { Task.IsCompleted: false } begun)
                (failed, shared.Readers) = (begun, 0);
            else
                (failed, _next, _waiting) = (_next, null, 0);
        failed?.TrySetException(exception);
    }

    private bool HasNext()
    {
        lock (_lock)
            return _isRunning = _next is not null;
    }

    private async Task<Shared> TakeBodyAsync()
    {
        while (true)
        {
            Task freed;
            Shared? oldest;
            lock (_lock)
            {
                if (_bodies.Find(body => body.Readers == 0) is { } free)
                    return free;
                if (_bodies.Count < MaxBodies)
                {
                    _bodies.Add(new Shared());
                    return _bodies[^1];
                }
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

    private void Return(Shared shared)
    {
        lock (_lock)
            if (--shared.Readers == 0)
                _freed?.TrySetResult();
    }

    /// <summary>A body and its readers.</summary>
    internal sealed class Shared
    {
        public ExpositionBody Body { get; } = new();

        public int Readers { get; set; }

        public long Since { get; set; }

        /// <summary>Completes the requests that this rendering answers; null before the first.</summary>
        public TaskCompletionSource<Shared>? Served { get; set; }

        public CancellationTokenSource Dropped { get; set; } = new();
    }

    /// <summary>One reader's access to a rendering.</summary>
    internal sealed class Reading(SharedRendering owner, Shared shared) : IDisposable
    {
        private bool _isReturned;

        /// <summary>The exposition. Do not use it after the disposal.</summary>
        public ExpositionBody Body => shared.Body;

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
