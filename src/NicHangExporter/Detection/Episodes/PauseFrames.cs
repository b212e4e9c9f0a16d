using System.Collections.Immutable;

namespace NicHangExporter.Detection.Episodes;

/// <summary>A reading of a device's counter of received pause frames, at some time between two.</summary>
/// <param name="Count">The counter.</param>
/// <param name="From">The earliest time, since boot.</param>
/// <param name="To">The latest time.</param>
internal readonly record struct PauseReading(ulong Count, TimeSpan From, TimeSpan To)
{
    /// <summary>How long a poll may have waited for other devices.</summary>
    public TimeSpan Delay => To - From;

    /// <summary>
    /// True if so many pause frames came since an earlier reading that they may have held the transmitter all the time.
    /// Fewer are ordinary flow control, or a pause of a part of the time.
    /// </summary>
    /// <param name="count">The counter then.</param>
    /// <param name="from">The earliest time of that reading.</param>
    public bool IsClimbFrom(ulong count, TimeSpan from) =>
        Count > count && Count - count > 1 + (To - from).TotalSeconds * FramesPerSecond;

    /// <summary>
    /// A link partner that holds the transmitter sends a pause frame at least every 0.34 s from 100 Mbit/s up. Some
    /// drivers update their counter once a second.
    /// </summary>
    public static readonly TimeSpan ShortestCalm = TimeSpan.FromSeconds(2);

    /// <summary>A third of those. Some drivers count the end of a pause as well.</summary>
    private const double FramesPerSecond = 1;
}

/// <summary>
/// The readings of a device's counter of received pause frames. They come from a slower source than the samples, which
/// needs RTNL. Pure. Times are since boot.
/// </summary>
/// <param name="Count">The last reading; null for none yet.</param>
/// <param name="At">Its earliest time.</param>
/// <param name="Delay">How long its poll took.</param>
/// <param name="ReadBy">The latest time of the first of the readings in a row that are equal to it.</param>
/// <param name="Climb">The last two readings in a row of which the second is greater; null for never.</param>
/// <param name="Calms">The last times without a pause frame: between two equal readings, while samples without a gap
/// show the link up. Default for never.</param>
/// <param name="Up">The last time in which samples without a gap show the link up; null for never.</param>
/// <param name="UpBefore">The one before it: a driver that resets takes the link down for less than a reading.</param>
/// <param name="Since">The first of the samples without a gap.</param>
/// <param name="SampledAt">The last one.</param>
internal readonly record struct PauseFrames(
    ulong? Count, TimeSpan At, TimeSpan Delay, TimeSpan ReadBy, (TimeSpan From, TimeSpan To)? Climb,
    ImmutableArray<(TimeSpan From, TimeSpan To)> Calms, (TimeSpan From, TimeSpan To)? Up,
    (TimeSpan From, TimeSpan To)? UpBefore, TimeSpan Since, TimeSpan SampledAt)
{
    /// <summary>The watchdog fires after this time without a packet, or later: <c>watchdog_timeo</c> of the drivers
    /// that count pause frames.</summary>
    private static readonly TimeSpan WatchdogTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Reports are believed for half a minute, and readings come every five seconds.</summary>
    private const int MaxCalms = 8;

    /// <summary>Readings that show neither a climb nor a calm for so many timeouts never will.</summary>
    private const int MaxTimeouts = 3;

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
            Since = sample.At - previous.SampledAt <= maxGap ? previous.Since : sample.At,
            SampledAt = sample.At,
        };
        if (sample.PauseFrames is not { } reading || (previous.Count is not null && reading.From <= previous.At))
            return after;
        after = after with { Count = reading.Count, At = reading.From, Delay = reading.Delay };
        if (reading.Count != previous.Count)
            return after with
            {
                ReadBy = reading.To,
                Climb = previous.Count is { } before && reading.IsClimbFrom(before, previous.At)
                    ? (previous.At, reading.From) : after.Climb,
            };
        foreach (var time in new[] { after.UpBefore, after.Up })
            if (Overlap(time, (after.ReadBy, reading.From)) is { } calm)
                after = after with { Calms = Add(after.Calms, calm) };
        return after;
    }

    /// <summary>
    /// True if pause frames may be why the core's watchdog fired. They are not if none came for a while before one of
    /// its recent reports. Readings from while the link was down say nothing, because pause frames stop, too. A climb
    /// between a reading from before the first report and one after it says nothing: the first may be a minute older,
    /// and so may the frames. A driver that hangs while it holds RTNL delays the readings or stops them, so the wait
    /// for them ends.
    /// </summary>
    /// <param name="first">The first report of the watchdog.</param>
    /// <param name="reports">Its last reports, at least one, each with the earliest and the latest time at which it
    /// fired.</param>
    /// <param name="timeout">How long a climb counts, and how long a reading is waited for.</param>
    /// <param name="window">The longest time between two reports that confirm a hang.</param>
    public bool MayExplain(
        TimeSpan first, ReadOnlySpan<(TimeSpan From, TimeSpan To)> reports, TimeSpan timeout, TimeSpan window)
    {
        if (Count is null)
            return false;
        for (var index = 0; index < reports.Length; index++)
            if (CanConfirm(reports, index, window) && IsAfterCalm(reports[index]))
                return false;
        // A poll that takes as long as the last one may run now, and the next one tells.
        var longer = timeout + 2 * Delay;
        var known = first;
        if (Climb is { } climb && climb.From >= first)
        {
            if (reports[^1].To - climb.To < longer)
                return true;
            known = climb.To;
        }
        // While this process was stopped, nothing was waited for.
        return SampledAt - Later(Later(first, Since), At) < longer && SampledAt - known < MaxTimeouts * timeout;
    }

    // The last report, or one of two that confirm a hang. It counts only as far as slow polls delay the readings.
    private bool CanConfirm(ReadOnlySpan<(TimeSpan From, TimeSpan To)> reports, int index, TimeSpan window)
    {
        var (last, at) = (reports[^1].To, reports[index].To);
        return last - at <= window + 2 * Delay
            && (index == reports.Length - 1 || reports[index + 1].To - at <= window
                || (index > 0 && at - reports[index - 1].To <= window));
    }

    private bool IsAfterCalm((TimeSpan From, TimeSpan To) report)
    {
        foreach (var calm in Calms.IsDefault ? [] : Calms)
            if (IsBefore(calm, report.From) && IsBefore(calm, report.To))
                return true;
        return false;
    }

    // The same time, grown by an equal reading, or another one.
    private static ImmutableArray<(TimeSpan From, TimeSpan To)> Add(
        ImmutableArray<(TimeSpan From, TimeSpan To)> calms, (TimeSpan From, TimeSpan To) calm)
    {
        if (calms.IsDefault)
            return [calm];
        for (var index = 0; index < calms.Length; index++)
            if (calms[index].From == calm.From)
                return calms.SetItem(index, calm);
        return [.. calms.Skip(calms.Length < MaxCalms ? 0 : 1), calm];
    }

    // The transmitter was free for a part of the time after which the watchdog fires.
    private static bool IsBefore((TimeSpan From, TimeSpan To) calm, TimeSpan firing) =>
        Overlap(calm, (firing - WatchdogTimeout, firing)) is not null;

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
        return to - from >= PauseReading.ShortestCalm ? (from, to) : null;
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
