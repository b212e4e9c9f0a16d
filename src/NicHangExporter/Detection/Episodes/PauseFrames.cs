using System.Collections.Immutable;

namespace NicHangExporter.Detection.Episodes;

/// <summary>A reading of a device's counter of received pause frames, at some time between two.</summary>
/// <param name="Count">The counter.</param>
/// <param name="From">The earliest time, since boot.</param>
/// <param name="To">The latest time.</param>
internal readonly record struct PauseReading(ulong Count, TimeSpan From, TimeSpan To);

/// <summary>
/// The readings of a device's counter of received pause frames. They come from a slower source than the samples, which
/// needs RTNL. Pure. Times are since boot.
/// </summary>
/// <param name="Count">The last reading; null for none yet.</param>
/// <param name="At">Its earliest time.</param>
/// <param name="ReadBy">Its latest time.</param>
/// <param name="Climb">The last two readings in a row of which the second is greater; null for never.</param>
/// <param name="Calms">The last times without a pause frame: between two equal readings, while samples without a gap
/// show the link up. Default for never.</param>
/// <param name="Up">The last time in which samples without a gap show the link up; null for never.</param>
/// <param name="UpBefore">The one before it: a driver that resets takes the link down for less than a reading.</param>
/// <param name="SampledAt">The last sample.</param>
internal readonly record struct PauseFrames(
    ulong? Count, TimeSpan At, TimeSpan ReadBy, (TimeSpan From, TimeSpan To)? Climb,
    ImmutableArray<(TimeSpan From, TimeSpan To)> Calms, (TimeSpan From, TimeSpan To)? Up,
    (TimeSpan From, TimeSpan To)? UpBefore, TimeSpan SampledAt)
{
    /// <summary>
    /// A link partner that holds the transmitter sends a pause frame at least every 0.34 s from 100 Mbit/s up. Some
    /// drivers update their counter once a second.
    /// </summary>
    private static readonly TimeSpan ShortestCalm = TimeSpan.FromSeconds(2);

    /// <summary>The watchdog fires after this time without a packet, or later: <c>watchdog_timeo</c> of the drivers that
    /// count pause frames.</summary>
    private static readonly TimeSpan WatchdogTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reports are believed for half a minute, and readings come every five seconds.</summary>
    private const int MaxCalms = 8;

    /// <summary>Adds a sample, which often has the same reading as the one before.</summary>
    /// <param name="previous">The state before.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="maxGap">Samples further apart prove nothing about the link between them.</param>
    public static PauseFrames Observe(PauseFrames previous, in TxSample sample, TimeSpan maxGap)
    {
        var up = UpAfter(previous, sample, maxGap);
        var after = previous with
        {
            Up = up,
            UpBefore = up?.From == previous.Up?.From ? previous.UpBefore : previous.Up,
            SampledAt = sample.At,
        };
        if (sample is not { PauseFramesReceived: { } count, PauseFramesAt: var at }
            || (previous.Count is not null && at <= previous.At))
            return after;
        after = after with { Count = count, At = at, ReadBy = sample.PauseFramesReadBy ?? at };
        if (count > previous.Count)
            return after with { Climb = (previous.At, at) };
        if (count == previous.Count)
            foreach (var time in new[] { after.UpBefore, after.Up })
                if (Overlap(time, (previous.ReadBy, at)) is { } calm)
                    after = after with { Calms = Add(after.Calms, calm) };
        return after;
    }

    /// <summary>
    /// True if pause frames may be why the core's watchdog fired. They are not if none came for a while before its last
    /// report. Readings from while the link was down say nothing, because pause frames stop, too. A climb between a
    /// reading from before the first report and one after it says nothing: the first may be a minute older, and so may
    /// the frames. A driver that hangs while it holds RTNL stops the readings, so they are not waited for without end.
    /// </summary>
    /// <param name="first">The first report of the watchdog.</param>
    /// <param name="last">Its last report.</param>
    /// <param name="now">The present.</param>
    /// <param name="timeout">How long a climb counts, and how long a reading is waited for.</param>
    public bool MayExplain(TimeSpan first, TimeSpan last, TimeSpan now, TimeSpan timeout)
    {
        if (Count is null)
            return false;
        if (Climb is { } climb && climb.From >= first && last - climb.To < timeout)
            return true;
        foreach (var calm in Calms.IsDefault ? [] : Calms)
            if (Overlap(calm, (last - WatchdogTimeout, last)) is not null)
                return false;
        return now - Later(first, At) < timeout;
    }

    private static ImmutableArray<(TimeSpan From, TimeSpan To)> Add(
        ImmutableArray<(TimeSpan From, TimeSpan To)> calms, (TimeSpan From, TimeSpan To) calm) =>
        calms.IsDefault ? [calm] : [.. calms.Skip(calms.Length < MaxCalms ? 0 : 1), calm];

    private static (TimeSpan From, TimeSpan To)? UpAfter(
        in PauseFrames previous, in TxSample sample, TimeSpan maxGap) =>
        !sample.LinkUp ? previous.Up
        : previous.Up is { } up && up.To == previous.SampledAt && sample.At - up.To <= maxGap ? (up.From, sample.At)
        : (sample.At, sample.At);

    // Null if it is too short to count.
    private static (TimeSpan From, TimeSpan To)? Overlap(
        (TimeSpan From, TimeSpan To)? one, (TimeSpan From, TimeSpan To) other)
    {
        if (one is not { } time)
            return null;
        var from = Later(time.From, other.From);
        var to = time.To < other.To ? time.To : other.To;
        return to - from >= ShortestCalm ? (from, to) : null;
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
