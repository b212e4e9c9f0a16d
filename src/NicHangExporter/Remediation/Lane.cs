using System.Collections.Concurrent;

namespace NicHangExporter.Remediation;

/// <summary>
/// The one thread on which devices are looked at and changed: commands to the kernel can't be cancelled and may last for ever, so they must not
/// hold up anybody else. One thing at a time, in the order of asking. A test that does not start the thread runs the work on its own.
/// </summary>
internal sealed class Lane(TimeProvider clock) : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private long _busySince;

    /// <summary>How long the work under way has taken so far; zero for none.</summary>
    public TimeSpan Busy => Interlocked.Read(ref _busySince) is var since and not 0 ? clock.GetElapsedTime(since) : TimeSpan.Zero;

    /// <summary>Starts the thread. A background thread: the process must be able to end while it is stuck in the kernel.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "remediation" };
        _thread.Start();
    }

    /// <summary>Queues work; false where the lane is closed.</summary>
    public bool Post(Action work)
    {
        try
        {
            return _work.TryAdd(work);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Takes no more work, and is done when what was queued has been.</summary>
    public Task CloseAsync()
    {
        _work.CompleteAdding();
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
        while (_work.TryTake(out var work))
            Do(work);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // A thread that is still inside would be thrown off its queue.
        if (_thread is null || _ended.Task.IsCompleted)
            _work.Dispose();
    }

    private void Run()
    {
        foreach (var work in _work.GetConsumingEnumerable())
            Do(work);
        _ended.TrySetResult();
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
