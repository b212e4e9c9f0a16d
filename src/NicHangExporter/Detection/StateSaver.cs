namespace NicHangExporter.Detection;

/// <summary>
/// Decides when the monitor's state is saved, and saves it on a thread of its own: a disk that hangs must not stop the
/// monitor, and a busy thread pool must not delay the save. Only the monitor's thread calls it.
/// </summary>
/// <param name="store">Where the state is saved.</param>
/// <param name="guard">Runs a step, and logs and counts what it throws.</param>
internal sealed class StateSaver(StateStore store, Action<Action> guard)
{
    /// <summary>The position in the kernel log alone is saved now and then: the next start then reads less.</summary>
    private static readonly TimeSpan IdleInterval = TimeSpan.FromMinutes(1);

    /// <summary>How soon a failed write is retried, if nothing changes before.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(10);

    private Task<bool> _saving = Task.FromResult(true);
    // The first save is due immediately.
    private TimeSpan _startedAt = -IdleInterval;
    private bool _isChanged;

    /// <summary>There is something new to save.</summary>
    public void MarkChanged() => _isChanged = true;

    /// <summary>Starts a save if one is due and none is running.</summary>
    /// <param name="now">The time since boot.</param>
    /// <param name="takeState">Makes the state. It runs on the caller's thread.</param>
    public void SaveIfDue(TimeSpan now, Func<MonitorState> takeState)
    {
        if (!store.IsOpen || !_saving.IsCompleted)
            return;
        var interval = _saving.Result ? IdleInterval : RetryInterval;
        if (!_isChanged && now < _startedAt + interval)
            return;
        var state = takeState();
        _saving = Task.Factory.StartNew(
            () => Save(state), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _isChanged = false;
        _startedAt = now;
    }

    /// <summary>Waits for the save that is running, and saves a last time.</summary>
    public void Finish(Func<MonitorState> takeState)
    {
        _saving.Wait(CancellationToken.None);
        guard(() => store.Save(takeState()));
    }

    private bool Save(MonitorState state)
    {
        var isSaved = false;
        guard(() => isSaved = store.Save(state));
        return isSaved;
    }
}
