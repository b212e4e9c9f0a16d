namespace NicHangExporter.Tests;

/// <summary>
/// Keeps the thread pool busy while it lives: the pool adds a thread or two a second, and the work for very many
/// threads does not end. It is the pool of the whole process, so no other test may run at the same time.
/// </summary>
internal sealed class StarvedPool : IDisposable
{
    private const int Blockers = 2000;

    private readonly ManualResetEvent _gate = new(false);
    private readonly CountdownEvent _left = new(Blockers + 1);

    public StarvedPool()
    {
        for (var number = 0; number < Blockers; number++)
            ThreadPool.UnsafeQueueUserWorkItem(_ =>
            {
                _gate.WaitOne();
                _left.Signal();
            }, null);
        ThreadPool.UnsafeQueueUserWorkItem(_ => _left.Signal(), null);
    }

    /// <summary>True while the pool has not come to what was queued before anything else of the test.</summary>
    public bool IsStarved => _left.CurrentCount == Blockers + 1;

    public void Dispose()
    {
        _gate.Set();
        _left.Wait(TestContext.Current.CancellationToken);
        _gate.Dispose();
        _left.Dispose();
    }
}

/// <summary>Tests that take something of the whole process, one at a time.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class WholeProcess;
