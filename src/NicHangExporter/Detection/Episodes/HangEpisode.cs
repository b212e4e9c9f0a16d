using NicHangExporter.Remediation;

namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// All observations of one device's trouble with no pause longer than the episode gap between them. Pure. Times are
/// since boot; only their differences count. The members are part of the format of state.json.
/// </summary>
internal readonly record struct HangEpisode
{
    /// <summary>The first observation.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>The last observation.</summary>
    public required TimeSpan Last { get; init; }

    /// <summary>The first report of a hang (not of a reset), or null.</summary>
    public TimeSpan? FirstReport { get; init; }

    /// <summary>The last report of a hang, or null.</summary>
    public TimeSpan? LastReport { get; init; }

    /// <summary>Hang reports of the driver.</summary>
    public int DriverReports { get; init; }

    /// <summary>Reports of the core's watchdog.</summary>
    public int WatchdogReports { get; init; }

    /// <summary>Resets that the driver announced, without those that an action of this program caused.</summary>
    public int Resets { get; init; }

    /// <summary>How often the driver said that it repaired what it had reported.</summary>
    public int Recoveries { get; init; }

    /// <summary>The first report of a hang that no reset and no recovery has followed yet, or null.</summary>
    public TimeSpan? UnansweredSince { get; init; }

    /// <summary>A hang was reported and then nothing was sent although packets waited. That is a wedge, even if it is
    /// cured before the second report.</summary>
    public bool Froze { get; init; }

    /// <summary>Increments of the queues' tx_timeout counters.</summary>
    public int TxTimeouts { get; init; }

    /// <summary>Windows in which packets were queued and none was sent.</summary>
    public int Stalls { get; init; }

    /// <summary>The same with pause frames, since the last stall without.</summary>
    public int Pauses { get; init; }

    /// <summary>A message of the episode came through syslog(2), which may leave out further lines of a
    /// record.</summary>
    public bool BySyslog { get; init; }

    /// <summary>When the transmit counters last showed the hang: tx_timeout, or packets that wait and are not sent;
    /// null for never.</summary>
    public TimeSpan? ShownByCounters { get; init; }

    /// <summary>From the first observation to the last: a lower bound of the outage.</summary>
    public TimeSpan Duration => Last > Start ? Last - Start : TimeSpan.Zero;

    /// <summary>The kind of trouble, as far as it is known now.</summary>
    public HangShape Shape
    {
        get
        {
            var reports = DriverReports + WatchdogReports + TxTimeouts;
            // A pause storm makes the core's watchdog fire too.
            if (Pauses > 0 && DriverReports == 0) return HangShape.Paused;
            if (Resets + Recoveries > 0) return HangShape.Flap;
            if (reports == 0) return Stalls > 0 ? HangShape.SilentStall : HangShape.Unknown;
            if (LastReport - FirstReport >= HangTiming.SameMoment) return HangShape.Wedge;
            // Frozen beyond the report: the device has not recovered by itself.
            return Stalls > 0 || Froze ? HangShape.Wedge : HangShape.Unknown;
        }
    }

    /// <summary>Adds an observation.</summary>
    /// <param name="current">The device's episode so far, or null.</param>
    /// <param name="source">The source of the observation.</param>
    /// <param name="at">Its time.</param>
    /// <param name="gap">A longer silence ends an episode.</param>
    /// <param name="resets">True if a hang report also says that the driver resets the adapter.</param>
    /// <returns>The same episode, or a new one if <see cref="Continues"/> is false.</returns>
    public static HangEpisode Observe(
        HangEpisode? current, HangSource source, TimeSpan at, TimeSpan gap, bool resets = false)
    {
        var episode = Continues(current, at, gap) ? current!.Value : new HangEpisode { Start = at, Last = at };
        // Timestamps of different CPUs are not strictly ordered: never go back.
        episode = episode with { Last = at > episode.Last ? at : episode.Last };
        if (source is HangSource.Driver or HangSource.Watchdog or HangSource.TxTimeout)
            episode = episode with
            {
                FirstReport = episode.FirstReport ?? at,
                LastReport = at,
                UnansweredSince = episode.UnansweredSince ?? at,
            };
        if (resets || source == HangSource.Reset)
            episode = episode with { Resets = episode.Resets + 1, UnansweredSince = null };
        if (source is HangSource.TxTimeout or HangSource.TxStall)
            episode = episode with { ShownByCounters = at };
        return source switch
        {
            HangSource.Driver => episode with { DriverReports = episode.DriverReports + 1 },
            HangSource.Watchdog => episode with { WatchdogReports = episode.WatchdogReports + 1 },
            HangSource.TxTimeout => episode with { TxTimeouts = episode.TxTimeouts + 1 },
            // Nothing is sent and no pause frame arrives: the link partner is not the cause any more.
            HangSource.TxStall => episode with { Stalls = episode.Stalls + 1, Pauses = 0 },
            HangSource.Paused => episode with { Pauses = episode.Pauses + 1 },
            _ => episode,
        };
    }

    /// <summary>The driver says that it repaired what it had reported.</summary>
    public HangEpisode Recovered(TimeSpan at) =>
        this with { Recoveries = Recoveries + 1, UnansweredSince = null, Last = at > Last ? at : Last };

    /// <summary>
    /// True if only the log reports the hang and part of it came through syslog(2). The message may be the first line
    /// of something else, so it is no reason to act.
    /// </summary>
    /// <param name="healedAt">When the device was last proven to send again. Earlier counters say nothing about the
    /// present hang.</param>
    public bool LacksProof(TimeSpan? healedAt) => BySyslog && (ShownByCounters is null || ShownByCounters <= healedAt);

    /// <summary>True if an observation at that time belongs to the episode.</summary>
    public static bool Continues(HangEpisode? current, TimeSpan at, TimeSpan gap) =>
        current is { } episode && at - episode.Last <= gap;

    /// <summary>True if the episode is over at that time.</summary>
    public bool IsOver(TimeSpan now, TimeSpan gap) => now - Last > gap;
}
