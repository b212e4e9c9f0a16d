using NicHangExporter.Options;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Policy;

/// <summary>
/// The pause by command, together with the kill switch file. A generation number orders pause and resume: a resume that
/// was requested before the newest pause has no effect. Any thread may call.
/// </summary>
internal sealed class PauseSwitch(ExporterOptions options, KillSwitch file, RemediationStore store)
{
    private readonly Lock _lock = new();
    private bool _isSet;

    // Counts the pauses.
    private long _generation;

    /// <summary>True after a pause by command.</summary>
    public bool IsSetByCommand => Volatile.Read(ref _isSet);

    /// <summary>True while nothing may be changed, except to undo.</summary>
    public bool IsSet => IsSetByCommand || file.IsSet;

    /// <summary>Which of the two is set.</summary>
    public PauseState State =>
        PauseState.Of(IsSetByCommand, file.Look(), options.Remediation.DisableFile, store.State.PauseAssumed);

    /// <summary>Takes over the pause that the journal records.</summary>
    public void Load(bool isPaused) => Volatile.Write(ref _isSet, isPaused);

    /// <summary>Sets the pause immediately, then queues the work that records it.</summary>
    /// <param name="queue">Runs under the lock: what is requested first is queued first.</param>
    public Task<T> Set<T>(Func<Task<T>> queue)
    {
        lock (_lock)
        {
            _generation++;
            Volatile.Write(ref _isSet, true);
            return queue();
        }
    }

    /// <summary>Queues the work that lifts the pause; the work gets the generation for <see cref="TryLift"/>.</summary>
    /// <inheritdoc cref="Set"/>
    public Task<T> RequestLift<T>(Func<long, Task<T>> queue)
    {
        lock (_lock)
            return queue(_generation);
    }

    /// <summary>True if a pause came after the resume with that generation.</summary>
    public bool IsOvertaken(long generation) => Interlocked.Read(ref _generation) != generation;

    /// <summary>Lifts the pause, unless a newer one was set.</summary>
    public void TryLift(long generation)
    {
        lock (_lock)
            if (!IsOvertaken(generation))
                Volatile.Write(ref _isSet, false);
    }
}
