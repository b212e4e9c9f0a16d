using System.Diagnostics.CodeAnalysis;

namespace NicHangExporter.Remediation;

/// <summary>
/// The one thread on which devices are looked at and changed: commands to the kernel can't be cancelled and may last for ever, so they must not
/// hold up anybody else. One thing at a time, in the order of asking; but what is asked for from outside waits for the loop's own work. There is little of it,
/// except in a flood of reports: so that even then somebody at the console is answered, the others have one turn after some of its own.
/// A test that does not start the thread runs the work on its own.
/// </summary>
internal sealed class RemediationWorker(TimeProvider clock)
{
    /// <summary>Work of the loop that goes ahead of what waits from outside, before the first of that has its turn.</summary>
    private const int OwnInARow = 16;

    private readonly object _gate = new();
    private readonly Queue<Action> _own = [];
    private readonly Queue<Action> _asked = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private bool _closed;
    private int _inARow;
    private long _busySince;

    /// <summary>How long the work under way has taken so far; zero for none.</summary>
    public TimeSpan Busy => Interlocked.Read(ref _busySince) is var since and not 0 ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>How much work waits.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _own.Count + _asked.Count;
        }
    }

    /// <summary>Starts the thread. A background thread: the process must be able to end while it is stuck in the kernel.</summary>
    public void Start()
    {
        // Its name is what a person sees in top, and what tests/NicHangExporter.Vm's nic-fault knows it by.
        _thread = new Thread(Run) { IsBackground = true, Name = "remediation" };
        _thread.Start();
    }

    /// <summary>Queues work; false where the lane is closed.</summary>
    /// <param name="work">The work.</param>
    /// <param name="yields">Somebody outside has asked for it: what the loop has to do goes first, however many ask.</param>
    public bool Post(Action work, bool yields = false)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            (yields ? _asked : _own).Enqueue(work);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Takes no more work, and is done when what was queued has been.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
        if (_thread is null)
        {
            RunPending();
            _ended.TrySetResult();
        }
        return _ended.Task;
    }

    /// <summary>Does what is queued, on the calling thread.</summary>
    internal void RunPending()
    {
        while (TryTake(out var work, waits: false))
            Do(work);
    }

    private void Run()
    {
        while (TryTake(out var work, waits: true))
            Do(work);
        _ended.TrySetResult();
    }

    private bool TryTake([NotNullWhen(true)] out Action? work, bool waits)
    {
        lock (_gate)
        {
            while (!TryDequeue(out work))
            {
                if (_closed || !waits)
                    return false;
                Monitor.Wait(_gate);
            }
            return true;
        }
    }

    private bool TryDequeue([NotNullWhen(true)] out Action? work)
    {
        // Counted only while somebody waits.
        _inARow = _asked.Count == 0 ? 0 : _inARow + 1;
        if (_inARow <= OwnInARow && _own.TryDequeue(out work))
            return true;
        _inARow = 0;
        return _asked.TryDequeue(out work) || _own.TryDequeue(out work);
    }

    private void Do(Action work)
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
