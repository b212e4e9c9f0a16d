namespace NicHangExporter.Detection.Episodes;

/// <summary>The counts of one device that survive a restart. Origins are the values of the label origin.</summary>
internal sealed class HangCounts
{
    private static readonly string[] Origins = [MetricLabels.Live, MetricLabels.History];

    private readonly Dictionary<(HangSource Source, string Origin), long> _events = [];
    private readonly Dictionary<string, long> _resets = [];
    private readonly Dictionary<string, long> _episodes = [];
    private readonly Dictionary<HangShape, long> _ended = [];

    /// <summary>Seconds of outage of the episodes that have ended. Pauses by the link partner are no outage.</summary>
    public double OutageSeconds { get; private set; }

    /// <summary>The last hang event, in seconds since the epoch; 0 for never.</summary>
    public double LastEvent { get; private set; }

    /// <summary>How often the link partner was found to pause the transmitter.</summary>
    public long Pauses { get; private set; }

    public bool IsEmpty => _events.Count == 0 && _resets.Count == 0 && _ended.Count == 0 && Pauses == 0;

    public long Events(HangSource source, string origin) => _events.GetValueOrDefault((source, origin));

    public long Resets(string origin) => _resets.GetValueOrDefault(origin);

    public long Episodes(string origin) => _episodes.GetValueOrDefault(origin);

    public long Ended(HangShape shape) => _ended.GetValueOrDefault(shape);

    /// <summary>Counts a hang event.</summary>
    /// <param name="source">A source of <see cref="MetricLabels.Sources"/>.</param>
    /// <param name="origin">Live or history.</param>
    /// <param name="epochSeconds">Its time, in seconds since the epoch.</param>
    public void AddEvent(HangSource source, string origin, double epochSeconds)
    {
        _events[(source, origin)] = Events(source, origin) + 1;
        LastEvent = Math.Max(LastEvent, epochSeconds);
    }

    public void AddReset(string origin) => _resets[origin] = Resets(origin) + 1;

    public void AddEpisode(string origin) => _episodes[origin] = Episodes(origin) + 1;

    public void AddPause() => Pauses++;

    /// <summary>Counts an episode that has ended, and its outage.</summary>
    public void AddEnded(in HangEpisode episode)
    {
        _ended[episode.Shape] = Ended(episode.Shape) + 1;
        OutageSeconds += OutageOf(episode);
    }

    /// <summary>Seconds of outage of one episode.</summary>
    public static double OutageOf(in HangEpisode episode) =>
        episode.Shape == HangShape.Paused ? 0 : episode.Duration.TotalSeconds;

    /// <summary>The counts as state.json stores them.</summary>
    public DeviceState ToState(string device, string bus) => new()
    {
        Device = device,
        Bus = bus,
        Events = _events.ToDictionary(pair => Key(pair.Key.Source, pair.Key.Origin), pair => pair.Value),
        Resets = new(_resets),
        Episodes = new(_episodes),
        EpisodesEnded = _ended.ToDictionary(pair => MetricLabels.Of(pair.Key), pair => pair.Value),
        OutageSeconds = OutageSeconds,
        Pauses = Pauses,
        LastEvent = LastEvent,
    };

    /// <summary>Takes the counts of an earlier process.</summary>
    public void Restore(DeviceState state)
    {
        foreach (var origin in Origins)
        {
            foreach (var source in MetricLabels.Sources)
                if (state.Events.TryGetValue(Key(source, origin), out var count))
                    _events[(source, origin)] = count;
            if (state.Resets.TryGetValue(origin, out var resets))
                _resets[origin] = resets;
            if (state.Episodes.TryGetValue(origin, out var episodes))
                _episodes[origin] = episodes;
        }
        foreach (var shape in Enum.GetValues<HangShape>())
            if (state.EpisodesEnded.TryGetValue(MetricLabels.Of(shape), out var ended))
                _ended[shape] = ended;
        OutageSeconds = state.OutageSeconds;
        Pauses = state.Pauses;
        LastEvent = state.LastEvent;
    }

    private static string Key(HangSource source, string origin) => $"{MetricLabels.Of(source)}/{origin}";
}
