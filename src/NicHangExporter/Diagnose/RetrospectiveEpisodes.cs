using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Diagnose;

/// <summary>
/// Determines the episodes in the messages of one device afterwards. The complete log shows more than live detection
/// does: a packet that was stuck and is not any more, or a hang that was over before the next one, shows a driver that
/// resets without a message.
/// </summary>
internal readonly record struct RetrospectiveEpisodes
{
    /// <summary>The number of episodes with a report of a hang.</summary>
    public int Count { get; private init; }

    /// <summary>The worst shape of all episodes.</summary>
    public HangShape Shape { get; private init; }

    /// <summary>The longest episode, including the time that its reports give without transmission.</summary>
    public TimeSpan Longest { get; private init; }

    /// <summary>The number of resets. Several messages about one reset count once.</summary>
    public int Resets { get; private init; }

    /// <summary>Evaluates the messages, in the order of the log.</summary>
    /// <param name="statements">The messages of one device.</param>
    /// <param name="gap">A silence longer than this ends an episode, unless the reports say that nothing was sent in
    /// it.</param>
    public static RetrospectiveEpisodes Read(IEnumerable<DeviceLogSummary.Statement> statements, TimeSpan gap)
    {
        var reading = new RetrospectiveEpisodes();
        var resets = new ResetCount();
        EpisodeEvidence? current = null;
        var boot = 0;
        var episodesOfBoot = 0;
        var recovered = false;
        foreach (var statement in statements)
        {
            if (statement.Boot != boot)
            {
                reading = reading.With(current);
                (current, boot, episodesOfBoot) = (null, statement.Boot, 0);
            }
            if (!statement.IsReport && !statement.IsReset && !statement.IsRecovery) continue;
            if (statement.IsReset) resets.Observe(statement);
            if (current is not null && !current.Continues(statement, gap))
            {
                reading = reading.With(current);
                current = null;
            }
            current ??= new EpisodeEvidence(statement.At);
            var counted = current.HasReport;
            current.Observe(statement);
            if (current.HasReport && !counted) episodesOfBoot++;
            // One episode ended before the next one began in the same boot, or a reset came late.
            recovered |= episodesOfBoot > 1 || !statement.IsReport && episodesOfBoot > 0;
        }
        reading = reading.With(current) with { Resets = resets.Count };
        return reading.Shape == HangShape.Unknown && recovered ? reading with { Shape = HangShape.Flap } : reading;
    }

    private RetrospectiveEpisodes With(EpisodeEvidence? episode)
    {
        if (episode is not { HasReport: true } over) return this;
        return this with
        {
            Count = Count + 1,
            Shape = Count == 0 || Badness(over.Shape) > Badness(Shape) ? over.Shape : Shape,
            Longest = over.Duration > Longest ? over.Duration : Longest,
        };
    }

    private static int Badness(HangShape shape) => shape switch
    {
        HangShape.Wedge => 2,
        HangShape.Flap => 1,
        _ => 0,
    };
}
