namespace NicHangExporter.Hangs;

/// <summary>
/// Reads episodes out of the messages of one device in retrospect. More can be told then than live: a packet that was stuck and is not any more, and a
/// hang that was over by the time of the next one, have been recovered from by a driver that resets without a word.
/// </summary>
internal readonly record struct EpisodeReading
{
    /// <summary>How many episodes have a report of a hang.</summary>
    public int Count { get; private init; }

    /// <summary>The worst shape among them.</summary>
    public HangShape Shape { get; private init; }

    /// <summary>The longest of them.</summary>
    public TimeSpan Longest { get; private init; }

    /// <summary>Reads the messages, in the order of the log.</summary>
    public static EpisodeReading Read(IEnumerable<DeviceTestimony.Statement> statements, TimeSpan gap)
    {
        var reading = new EpisodeReading();
        HangEpisode? current = null;
        var moved = false;
        var reset = false;
        DeviceTestimony.Statement? watchdog = null;
        var stuck = new Dictionary<int, ulong>();
        foreach (var statement in statements)
        {
            if (!statement.IsReport && !statement.IsReset) continue;
            var allowed = gap;
            if (statement.Milliseconds >= 0)
            {
                // Still growing: nothing was sent since the report before, however long ago that was.
                if (watchdog is { } before && current is { } open && Grows(before, statement) && statement.At - open.Last > gap)
                    allowed = statement.At - open.Last;
                moved |= watchdog is { } earlier && HasMoved(earlier, statement) && HangEpisode.Continues(current, statement.At, gap);
                watchdog = statement;
            }
            if (!HangEpisode.Continues(current, statement.At, allowed))
            {
                reading = reading.With(current, moved);
                current = null;
                moved = false;
                stuck.Clear();
            }
            if (statement.StuckSince != 0)
            {
                moved |= stuck.TryGetValue(statement.Queue, out var since) && since != statement.StuckSince;
                stuck[statement.Queue] = statement.StuckSince;
            }
            reset |= statement.IsReset && reading.Count + (current?.LastReport is null ? 0 : 1) > 0;
            var witness = statement.IsReset ? HangWitness.Reset : statement.Kind == MessageKind.Hang ? HangWitness.Driver : HangWitness.Watchdog;
            current = HangEpisode.Observe(current, witness, statement.At, allowed, statement.DriverResets);
        }
        reading = reading.With(current, moved);
        // Each was over before the next one began, or a reset came late: it recovers by itself.
        return reading.Shape == HangShape.Unknown && (reading.Count > 1 || reading.Count == 1 && reset) ? reading with { Shape = HangShape.Flap } : reading;
    }

    private EpisodeReading With(HangEpisode? episode, bool moved)
    {
        if (episode is not { LastReport: not null } over) return this;
        var shape = over.Shape == HangShape.Wedge && moved ? HangShape.Flap : over.Shape;
        return new EpisodeReading
        {
            Count = Count + 1,
            Shape = Count == 0 || Badness(shape) > Badness(Shape) ? shape : Shape,
            Longest = over.Duration > Longest ? over.Duration : Longest,
        };
    }

    private static int Badness(HangShape shape) => shape switch
    {
        HangShape.Wedge => 3,
        HangShape.Flap => 2,
        HangShape.SilentStall or HangShape.Paused => 1,
        _ => 0,
    };

    // The kernel's value is rounded to jiffies and can be garbage: growth has to agree with the clock.
    private static bool Grows(DeviceTestimony.Statement before, DeviceTestimony.Statement now)
    {
        var elapsed = (now.At - before.At).TotalMilliseconds;
        return elapsed > 0 && now.Milliseconds > before.Milliseconds && Math.Abs(now.Milliseconds - before.Milliseconds - elapsed) <= Math.Max(2000, elapsed / 10);
    }

    // The transmission that the report counts from came after the report before. One second for the rounding of both.
    private static bool HasMoved(DeviceTestimony.Statement before, DeviceTestimony.Statement now) =>
        (now.At - before.At).TotalMilliseconds > now.Milliseconds + 1000;
}
