namespace NicHangExporter.Metrics;

/// <summary>
/// Renders the exposition for all scrapes that wait for it. One rendering runs at a time; who comes meanwhile waits for the next one, and shares it with all
/// who wait then. So nobody gets values that were read before his request came, a hundred scrapes at once cost two renderings, and however many clients read
/// however slowly, there are two bodies in memory at most.
/// </summary>
/// <remarks>
/// Where both bodies are still being read and a third is asked for, the older one is taken from its readers once they have had <see cref="Turn"/> for it: a
/// client that does not read delays others by that much and no more.
/// </remarks>
/// <param name="render">Writes an exposition into an empty body.</param>
/// <param name="clock">The clock.</param>
internal sealed class SharedRendering(Func<ExpositionBody, Task> render, TimeProvider clock)
{
    /// <summary>The most bodies in memory: one that is read, and one that is written meanwhile.</summary>
    public const int MaxBodies = 2;

    /// <summary>How long a body may be read while somebody else needs its room.</summary>
    public static readonly TimeSpan Turn = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<Shared> _bodies = [];
    private TaskCompletionSource<Shared>? _next;
    private TaskCompletionSource? _freed;
    private int _waiting;
    private bool _isRunning;

    /// <summary>Waits for a rendering that begins from now on.</summary>
    /// <returns>The reader's part of it, to be disposed of when it is read. What <c>render</c> throws, all throw that waited for it.</returns>
    public async Task<Reading> ReadAsync()
    {
        Task<Shared> mine;
        var isFirst = false;
        lock (_gate)
        {
            _waiting++;
            mine = (_next ??= new TaskCompletionSource<Shared>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            if (!_isRunning)
                isFirst = _isRunning = true;
        }
        if (isFirst)
            _ = Task.Run(RunAsync);
        return new Reading(this, await mine);
    }

    private async Task RunAsync()
    {
        do
            await RenderNextAsync();
        while (IsAskedFor());
    }

    // Nothing may escape: the loop would end, and no later scrape would be answered.
    private async Task RenderNextAsync()
    {
        Shared? shared = null;
        try
        {
            shared = await RoomAsync();
            await RenderAsync(shared);
        }
#pragma warning disable CA1031 // Every request that waits gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Fail(shared, exception);
        }
    }

    private async Task RenderAsync(Shared shared)
    {
        lock (_gate)
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
        lock (_gate)
            if (shared?.Served is { Task.IsCompleted: false } begun)
                (failed, shared.Readers) = (begun, 0);
            else
                (failed, _next, _waiting) = (_next, null, 0);
        failed?.TrySetException(exception);
    }

    private bool IsAskedFor()
    {
        lock (_gate)
            return _isRunning = _next is not null;
    }

    private async Task<Shared> RoomAsync()
    {
        while (true)
        {
            Task freed;
            Shared? oldest;
            lock (_gate)
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
            // One that was dropped is free as soon as its readers have noticed.
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
        lock (_gate)
            if (--shared.Readers == 0)
                _freed?.TrySetResult();
    }

    /// <summary>A body and those who read it.</summary>
    internal sealed class Shared
    {
        public ExpositionBody Body { get; } = new();

        public int Readers { get; set; }

        public long Since { get; set; }

        /// <summary>The requests that this rendering answers; null before the first.</summary>
        public TaskCompletionSource<Shared>? Served { get; set; }

        public CancellationTokenSource Dropped { get; set; } = new();
    }

    /// <summary>One reader's part of a rendering.</summary>
    internal sealed class Reading(SharedRendering owner, Shared shared) : IDisposable
    {
        private bool _isReturned;

        /// <summary>The exposition; not to be touched after the disposal.</summary>
        public ExpositionBody Body => shared.Body;

        /// <summary>Cancelled when the room is needed: the reader must come to its end at once.</summary>
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
