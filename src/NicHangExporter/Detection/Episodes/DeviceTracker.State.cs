namespace NicHangExporter.Detection.Episodes;

// What outlives the process.
internal sealed partial class DeviceTracker
{
    /// <summary>What is to be remembered.</summary>
    public DeviceState ToState() => new()
    {
        Device = Name.ToString(),
        Bus = Bus.ToString(),
        Events = _events.ToDictionary(pair => $"{MetricLabels.Of(pair.Key.Source)}/{pair.Key.Origin}", pair => pair.Value),
        Resets = new(_resets),
        Episodes = new(_episodes),
        EpisodesEnded = _ended.ToDictionary(pair => MetricLabels.Of(pair.Key), pair => pair.Value),
        OutageSeconds = _finishedOutage,
        Pauses = Pauses,
        TxTimeouts = [.. TxTimeouts],
        LastEvent = LastEvent,
        Episode = Episode,
        EpisodeId = Episode is null ? null : EpisodeId ?? FormerEpisodeId,
    };

    /// <summary>Takes up what an earlier process remembered.</summary>
    /// <param name="state">What it remembered.</param>
    /// <param name="sameBoot">False where the machine has booted since: an episode under way then ended with the boot.</param>
    public void Restore(DeviceState state, bool sameBoot)
    {
        foreach (var origin in new[] { MetricLabels.Live, MetricLabels.History })
        {
            foreach (var source in MetricLabels.Sources)
                if (state.Events.TryGetValue($"{MetricLabels.Of(source)}/{origin}", out var count))
                    _events[(source, origin)] = count;
            if (state.Resets.TryGetValue(origin, out var resets))
                _resets[origin] = resets;
            if (state.Episodes.TryGetValue(origin, out var episodes))
                _episodes[origin] = episodes;
        }
        foreach (var shape in Enum.GetValues<HangShape>())
            if (state.EpisodesEnded.TryGetValue(MetricLabels.Of(shape), out var ended))
                _ended[shape] = ended;
        _finishedOutage = state.OutageSeconds;
        Pauses = state.Pauses;
        LastEvent = state.LastEvent;
        Episode = state.Episode;
        FormerEpisodeId = Episode is null ? null : state.EpisodeId;
        // What the queues counted while nobody looked is still an increase; after a boot they count from zero.
        if (sameBoot)
            TxTimeouts.AddRange(state.TxTimeouts);
        _counted = Episode is { Shape: not HangShape.Paused };
        if (sameBoot)
            return;
        if (Episode is { } over && FormerEpisodeId is { } id)
            EndedWithBoot = (id, over);
        End();
    }
}
