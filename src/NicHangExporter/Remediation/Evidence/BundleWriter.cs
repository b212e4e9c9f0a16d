namespace NicHangExporter.Remediation.Evidence;

/// <summary>A bundle on its way to the disk.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="IsWhole">It holds all that is known now; one that is not is followed by another.</param>
internal readonly record struct BundleDraft(EpisodeBundle Bundle, bool IsWhole);

/// <summary>
/// Writes bundles on a thread of its own: an fsync may take seconds, and the answer to a hang must not wait for it. Of each bundle the newest draft waits,
/// so a disk that does not answer costs no more memory than there are episodes. Without <see cref="Start"/> the caller writes, and waits.
/// </summary>
internal sealed class BundleWriter(Action<BundleDraft> write)
{
    private readonly object _gate = new();
    private readonly Queue<string> _order = [];
    private readonly Dictionary<string, BundleDraft> _waiting = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EpisodeBundle? _underWay;
    private Thread? _thread;
    private bool _closed;

    /// <summary>Starts the thread. A background thread: the process must be able to end while the disk does not answer.</summary>
    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "bundles" };
        _thread.Start();
    }

    /// <summary>The newest draft of a bundle that is not on the disk yet; null where none is on its way.</summary>
    public EpisodeBundle? Latest(string id)
    {
        lock (_gate)
            return _waiting.TryGetValue(id, out var draft) ? draft.Bundle : _underWay?.Id == id ? _underWay : null;
    }

    /// <summary>Has a bundle written, in place of an older draft that waits.</summary>
    public void Write(BundleDraft draft)
    {
        if (_thread is null)
        {
            write(draft);
            return;
        }
        lock (_gate)
        {
            if (_closed)
                return;
            if (!_waiting.ContainsKey(draft.Bundle.Id))
                _order.Enqueue(draft.Bundle.Id);
            _waiting[draft.Bundle.Id] = draft;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes no more, and is done when what waited is written.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.Pulse(_gate);
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
            lock (_gate)
                _underWay = null;
        }
        _ended.TrySetResult();
    }

    private bool TryTake(out BundleDraft draft)
    {
        lock (_gate)
        {
            string? id;
            while (!_order.TryDequeue(out id))
            {
                if (_closed)
                {
                    draft = default;
                    return false;
                }
                Monitor.Wait(_gate);
            }
            _waiting.Remove(id, out draft);
            _underWay = draft.Bundle;
            return true;
        }
    }
}
