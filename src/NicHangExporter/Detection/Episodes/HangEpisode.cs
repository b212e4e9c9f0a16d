namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// Everything that was witnessed of one device with no pause longer than a gap in between. Pure: time comes in, a new value comes out.
/// Times are since boot; only their differences count.
/// </summary>
internal readonly record struct HangEpisode
{
    /// <summary>Reports this close together may be one hang that several queues or several parts of the kernel report.</summary>
    private static readonly TimeSpan SameMoment = TimeSpan.FromSeconds(1);

    /// <summary>When the first witness testified.</summary>
    public required TimeSpan Start { get; init; }

    /// <summary>When the last one did.</summary>
    public required TimeSpan Last { get; init; }

    /// <summary>When the first report of a hang (not of a reset) came, or null.</summary>
    public TimeSpan? FirstReport { get; init; }

    /// <summary>When the last report of a hang came, or null.</summary>
    public TimeSpan? LastReport { get; init; }

    /// <summary>Hang reports of the driver.</summary>
    public int DriverReports { get; init; }

    /// <summary>Reports of the core's watchdog.</summary>
    public int WatchdogReports { get; init; }

    /// <summary>Resets that the driver announced, those excepted that an action of ours has brought about.</summary>
    public int Resets { get; init; }

    /// <summary>Times that the driver said that it has repaired what it reported.</summary>
    public int Recoveries { get; init; }

    /// <summary>When the first report of a hang came that neither a reset nor a recovery has followed yet, or null.</summary>
    public TimeSpan? UnansweredSince { get; init; }

    /// <summary>A hang was reported, and then nothing was sent although packets waited: that is a wedge also where it is cured before the second report.</summary>
    public bool Froze { get; init; }

    /// <summary>Increments of the queues' tx_timeout counters.</summary>
    public int TxTimeouts { get; init; }

    /// <summary>Windows in which nothing was sent though packets were queued.</summary>
    public int Stalls { get; init; }

    /// <summary>The same, under pause frames, since the last stall without.</summary>
    public int Pauses { get; init; }

    /// <summary>A message of it came through syslog(2), which may leave out further lines of a record.</summary>
    public bool BySyslog { get; init; }

    /// <summary>When the transmit counters last showed the hang as well: tx_timeout, or packets that wait and are not sent;
    /// null for never.</summary>
    public TimeSpan? ShownByCounters { get; init; }

    /// <summary>From the first testimony to the last: a lower bound of the outage.</summary>
    public TimeSpan Duration => Last > Start ? Last - Start : TimeSpan.Zero;

    /// <summary>What kind of trouble it is, as far as it can be told now.</summary>
    public HangShape Shape
    {
        get
        {
            var reports = DriverReports + WatchdogReports + TxTimeouts;
            // A pause storm makes the core's watchdog fire as well; only the driver's own report speaks against it.
            if (Pauses > 0 && DriverReports == 0) return HangShape.Paused;
            if (Resets + Recoveries > 0) return HangShape.Flap;
            if (reports == 0) return Stalls > 0 ? HangShape.SilentStall : HangShape.Unknown;
            if (LastReport - FirstReport >= SameMoment) return HangShape.Wedge;
            // Frozen beyond the report: it has not recovered by itself.
            return Stalls > 0 || Froze ? HangShape.Wedge : HangShape.Unknown;
        }
    }

    /// <summary>Takes in one testimony.</summary>
    /// <param name="current">The device's episode so far, or null.</param>
    /// <param name="witness">Who testifies.</param>
    /// <param name="at">When.</param>
    /// <param name="gap">A silence longer than this ends an episode.</param>
    /// <param name="resets">True where a hang report also says that the driver resets the adapter.</param>
    /// <returns>The episode after it; it has just started where <see cref="Start"/> is <paramref name="at"/> and
    /// <see cref="Continues"/> was false.</returns>
    public static HangEpisode Observe(HangEpisode? current, HangSource witness, TimeSpan at, TimeSpan gap, bool resets = false)
    {
        var episode = Continues(current, at, gap) ? current!.Value : new HangEpisode { Start = at, Last = at };
        // Timestamps of different CPUs are not strictly ordered: never go back.
        episode = episode with { Last = at > episode.Last ? at : episode.Last };
        if (witness is HangSource.Driver or HangSource.Watchdog or HangSource.TxTimeout)
            episode = episode with { FirstReport = episode.FirstReport ?? at, LastReport = at, UnansweredSince = episode.UnansweredSince ?? at };
        if (resets || witness == HangSource.Reset)
            episode = episode with { Resets = episode.Resets + 1, UnansweredSince = null };
        if (witness is HangSource.TxTimeout or HangSource.TxStall)
            episode = episode with { ShownByCounters = at };
        return witness switch
        {
            HangSource.Driver => episode with { DriverReports = episode.DriverReports + 1 },
            HangSource.Watchdog => episode with { WatchdogReports = episode.WatchdogReports + 1 },
            HangSource.TxTimeout => episode with { TxTimeouts = episode.TxTimeouts + 1 },
            // Nothing is sent and no pause frame comes: whatever held it before, this is the link partner's doing no more.
            HangSource.TxStall => episode with { Stalls = episode.Stalls + 1, Pauses = 0 },
            HangSource.Paused => episode with { Pauses = episode.Pauses + 1 },
            _ => episode,
        };
    }

    /// <summary>Takes in that the driver says that it has repaired what it reported.</summary>
    /// <param name="at">When.</param>
    public HangEpisode Recovered(TimeSpan at) => this with { Recoveries = Recoveries + 1, UnansweredSince = null, Last = at > Last ? at : Last };

    /// <summary>
    /// True where only the log speaks of the hang and part of it came through syslog(2): that may be the first line of
    /// something else, and is no reason to act.
    /// </summary>
    /// <param name="healedAt">When the device was last proven to send again; what the counters showed before is
    /// over.</param>
    public bool LacksProof(TimeSpan? healedAt) => BySyslog && (ShownByCounters is null || ShownByCounters <= healedAt);

    /// <summary>True where a testimony at that time belongs to the episode.</summary>
    public static bool Continues(HangEpisode? current, TimeSpan at, TimeSpan gap) =>
        current is { } episode && at - episode.Last <= gap;

    /// <summary>True where the episode is over at that time.</summary>
    public bool IsOver(TimeSpan now, TimeSpan gap) => now - Last > gap;
}
