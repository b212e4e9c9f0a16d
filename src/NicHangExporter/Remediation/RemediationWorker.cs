using System.Diagnostics.CodeAnalysis;

namespace NicHangExporter.Remediation;

/// <summary>
/// The thread that reads and changes devices. A command to the kernel can't be cancelled and may never return, so it
/// must not block any other thread. Runs work items one at a time. Internal work runs before external requests; in a
/// flood of reports an external request runs after a limited number of internal items.
/// </summary>
/// <remarks>A test that does not call <see cref="Start"/> runs the work with <see cref="RunPending"/>.</remarks>
internal sealed class RemediationWorker(TimeProvider clock)
{
    /// <summary>Why work is declined after <see cref="CloseAsync"/>.</summary>
    public const string ShuttingDown = "the program is ending";

    /// <summary>The most internal items that run while an external one waits.</summary>
    private const int MaxInternalInARow = 16;

    private readonly object _lock = new();
    private readonly Queue<Action> _internal = [];
    private readonly Queue<Action> _external = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private bool _closed;
    private int _inARow;
    private long _busySince;
    private Func<TimeSpan>? _repeated;
    private TimeSpan _due;

    /// <summary>How long the running item has taken so far; zero if none runs.</summary>
    public TimeSpan Busy =>
        Interlocked.Read(ref _busySince) is var since and not 0 ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>The number of items that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _internal.Count + _external.Count;
        }
    }

    /// <summary>
    /// Starts the thread. It is a background thread: the process must be able to end while it is stuck.
    /// </summary>
    public void Start()
    {
        // The name is shown by top, and nic-fault of tests/NicHangExporter.Vm finds the thread by it.
        _thread = new Thread(Run) { IsBackground = true, Name = "remediation" };
        _thread.Start();
    }

    /// <summary>Queues a work item. False after <see cref="CloseAsync"/>.</summary>
    /// <param name="work">The work.</param>
    /// <param name="isExternal">It is a request from outside the exporter.</param>
    public bool Post(Action work, bool isExternal = false)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            (isExternal ? _external : _internal).Enqueue(work);
            Monitor.Pulse(_lock);
            return true;
        }
    }

    /// <summary>
    /// Repeats a work item while nothing is queued. The thread itself waits for its time: a timer would wake two more
    /// threads.
    /// </summary>
    /// <param name="first">The time until it runs first.</param>
    /// <param name="work">Returns the time until it runs again.</param>
    public void Repeat(TimeSpan first, Func<TimeSpan> work)
    {
        lock (_lock)
        {
            (_repeated, _due) = (work, clock.GetElapsedTime(0) + first);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Takes no more work. The task is done when all queued items have run.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
        if (_thread is null)
        {
            RunPending();
            _ended.TrySetResult();
        }
        return _ended.Task;
    }

    /// <summary>Runs the queued items on the calling thread.</summary>
    internal void RunPending()
    {
        while (TryTake(out var work, waits: false))
            Execute(work);
    }

    private void Run()
    {
        while (TryTake(out var work, waits: true))
            Execute(work);
        _ended.TrySetResult();
    }

    private bool TryTake([NotNullWhen(true)] out Action? work, bool waits)
    {
        lock (_lock)
        {
            while (!TryDequeue(out work))
            {
                if (_closed)
                    return false;
                var left = _repeated is null ? Timeout.InfiniteTimeSpan : _due - clock.GetElapsedTime(0);
                if (_repeated is not null && left <= TimeSpan.Zero)
                {
                    work = RunRepeated;
                    return true;
                }
                if (!waits)
                    return false;
                // Rounded up: the thread would spin through the fraction of a millisecond that is cut off.
                Monitor.Wait(_lock, (int)Math.Ceiling(left.TotalMilliseconds));
            }
            return true;
        }
    }

    private void RunRepeated()
    {
        var wait = _repeated!();
        _due = clock.GetElapsedTime(0) + wait;
    }

    private bool TryDequeue([NotNullWhen(true)] out Action? work)
    {
        // Counted only while an external item waits.
        _inARow = _external.Count == 0 ? 0 : _inARow + 1;
        if (_inARow <= MaxInternalInARow && _internal.TryDequeue(out work))
            return true;
        _inARow = 0;
        return _external.TryDequeue(out work) || _internal.TryDequeue(out work);
    }

    private void Execute(Action work)
    {
        Interlocked.Exchange(ref _busySince, clock.GetTimestamp());
        try
        {
            work();
        }
        finally
        {
            Interlocked.Exchange(ref _busySince, 0);
        }
    }
}
