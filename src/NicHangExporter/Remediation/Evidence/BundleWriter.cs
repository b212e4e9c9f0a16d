namespace NicHangExporter.Remediation.Evidence;

/// <summary>A bundle to be written.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="IsComplete">It has everything that is known now. An incomplete one is followed by another.</param>
internal readonly record struct BundleDraft(EpisodeBundle Bundle, bool IsComplete);

/// <summary>
/// Writes bundles on its own thread: an fsync may take seconds, and the reaction to a hang must not wait for it. Only
/// the newest draft of each bundle waits, which bounds the memory while the disk hangs. Without <see cref="Start"/> the
/// caller writes.
/// </summary>
internal sealed class BundleWriter(Action<BundleDraft> write)
{
    private readonly object _lock = new();
    private readonly Queue<string> _order = [];
    private readonly Dictionary<string, BundleDraft> _waiting = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EpisodeBundle? _current;
    private Thread? _thread;
    private bool _closed;

    /// <summary>
    /// Starts the thread. It is a background thread: the process must be able to end while the disk hangs.
    /// </summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "bundles" };
        _thread.Start();
    }

    /// <summary>The newest draft of a bundle that is not on the disk yet; null if none exists.</summary>
    public EpisodeBundle? Latest(string id)
    {
        lock (_lock)
            return _waiting.TryGetValue(id, out var draft) ? draft.Bundle : _current?.Id == id ? _current : null;
    }

    /// <summary>Queues a bundle, in place of an older draft that waits.</summary>
    public void Write(BundleDraft draft)
    {
        if (_thread is null)
        {
            write(draft);
            return;
        }
        lock (_lock)
        {
            if (_closed)
                return;
            if (!_waiting.ContainsKey(draft.Bundle.Id))
                _order.Enqueue(draft.Bundle.Id);
            _waiting[draft.Bundle.Id] = draft;
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Takes no more bundles. The task is done when all queued ones are written.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.Pulse(_lock);
        }
        if (_thread is null)
            _ended.TrySetResult();
        return _ended.Task;
    }

    private void Run()
    {
        while (TryTake(out var draft))
        {
            write(draft);
            lock (_lock)
                _current = null;
        }
        _ended.TrySetResult();
    }

    private bool TryTake(out BundleDraft draft)
    {
        lock (_lock)
        {
            string? id;
            while (!_order.TryDequeue(out id))
            {
                if (_closed)
                {
                    draft = default;
                    return false;
                }
                Monitor.Wait(_lock);
            }
            _waiting.Remove(id, out draft);
            _current = draft.Bundle;
            return true;
        }
    }
}
