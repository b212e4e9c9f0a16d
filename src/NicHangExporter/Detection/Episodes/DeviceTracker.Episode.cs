namespace NicHangExporter.Detection.Episodes;

// Begin and end of an episode, and the state that outlives the process.
internal sealed partial class DeviceTracker
{
    /// <summary>Gives a live hang episode its name: the one that an earlier process gave it, or the new one.</summary>
    /// <returns>The name.</returns>
    public string NameEpisode(string newId)
    {
        EpisodeId = _formerEpisodeId ?? newId;
        _formerEpisodeId = null;
        IsActionable = false;
        return EpisodeId;
    }

    /// <summary>
    /// When the hang in progress is confirmed if nothing is sent until then; null if it is confirmed already, or if
    /// only another report can confirm it.
    /// </summary>
    public TimeSpan? ConfirmableAt =>
        this is { IsHanging: true, Present: true } and not { IsConfirmed: true, IsActionable: true }
            ? _confirmation.FrozenAt(Transmitter.Frozen, ProvenFreeze)
            : null;

    // A driver that recovers the device by itself needs longer than a freeze that counts from its begin.
    private TxFreeze? ProvenFreeze => IsDriverRecovering ? null : Transmitter.Freeze;

    /// <summary>Ends the episode.</summary>
    /// <returns>The episode; null if none was in progress.</returns>
    public EpisodeEnded? End()
    {
        if (Episode is not { } episode)
            return null;
        var ended = new EpisodeEnded(episode, EpisodeIsLive, EpisodeId ?? _formerEpisodeId);
        if (ended.Id is not null)
            _recovery.ObserveEnd(episode.Shape);
        _confirmation = default;
        Close(episode);
        return ended;
    }

    public DeviceState ToState() => Counts.ToState(Name.ToString(), Bus.ToString()) with
    {
        TxTimeouts = [.. Transmitter.Timeouts],
        Episode = Episode,
        EpisodeId = Episode is null ? null : EpisodeId ?? _formerEpisodeId,
    };

    /// <summary>Takes the state of an earlier process.</summary>
    /// <param name="state">The state.</param>
    /// <param name="sameBoot">False if the machine has booted since. An episode in progress then ended with the boot,
    /// and the queues count from zero.</param>
    /// <returns>The episode that ended with the boot, if it has a bundle.</returns>
    public EpisodeEnded? Restore(DeviceState state, bool sameBoot)
    {
        Counts.Restore(state);
        Episode = state.Episode;
        _formerEpisodeId = Episode is null ? null : state.EpisodeId;
        _isCounted = Episode is { Shape: not HangShape.Paused };
        if (sameBoot)
        {
            Transmitter.Restore(state.TxTimeouts);
            return null;
        }
        if (Episode is not { } episode)
            return null;
        EpisodeEnded? ended = _formerEpisodeId is { } id ? new EpisodeEnded(episode, WasLive: true, id) : null;
        Close(episode);
        return ended;
    }

    private void Close(in HangEpisode episode)
    {
        Counts.AddEnded(episode);
        _recovery.ForgetResets();
        Episode = null;
        EpisodeIsLive = false;
        EpisodeId = null;
        _formerEpisodeId = null;
        _isCounted = false;
        IsConfirmed = false;
        Report = null;
    }
}
