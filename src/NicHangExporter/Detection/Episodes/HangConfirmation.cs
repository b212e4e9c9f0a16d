using System.Collections.Immutable;
using NicHangExporter.Remediation;

namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// Tells a confirmed hang from a report that may be a false alarm, as drivers print one at link-up. Pure. Times are
/// since boot.
/// </summary>
/// <param name="First">The first report.</param>
/// <param name="Previous">The report before the last one, from another moment.</param>
/// <param name="Last">The last report.</param>
/// <param name="DriverAt">The last report of the driver.</param>
/// <param name="CheckedAt">The last one that pause frames have not caused.</param>
/// <param name="Stuck">The last one by which the driver has looked at its hardware
/// (<see cref="Patterns.NicMessage.ShowsStuckHardware"/>).</param>
/// <param name="Reports">The last reports from different moments, each with its earliest and its latest time; default
/// for none.</param>
internal readonly record struct HangConfirmation(
    TimeSpan? First, TimeSpan? Previous, TimeSpan? Last, TimeSpan? DriverAt, TimeSpan? CheckedAt, TimeSpan? Stuck,
    ImmutableArray<(TimeSpan From, TimeSpan To)> Reports)
{
    /// <summary>The core's watchdog reports every five seconds at most. Where readings of the pause frames are delayed
    /// by up to a quarter of a minute each, they say something about one of these reports.</summary>
    private const int MaxReports = 8;

    /// <summary>Adds a live report.</summary>
    /// <param name="seen">The report.</param>
    /// <param name="earliest">The earliest time of what it reports. The latest is its own time.</param>
    public HangConfirmation Observe(in HangObservation seen, TimeSpan earliest)
    {
        var at = seen.At;
        var isStuck = seen is { ShowsStuckHardware: true, IsAftermath: false };
        return (Last is { } last && at - last < HangTiming.SameMoment ? this : this with
        {
            Previous = Last,
            Last = at,
            Reports = Reports.IsDefault ? [(earliest, at)]
                : [.. Reports.Skip(Reports.Length < MaxReports ? 0 : 1), (earliest, at)],
        })
            with
        {
            First = First ?? at,
            DriverAt = seen.Source == HangSource.Driver ? at : DriverAt,
            CheckedAt = seen.IsOwnCheck ? at : CheckedAt,
            Stuck = isStuck ? at : Stuck,
        };
    }

    /// <summary>Whether pause frames are not the cause of one of the reports that can confirm the hang now.</summary>
    /// <param name="window">The longest time between two of them.</param>
    public bool IsByOwnCheck(TimeSpan window) => CheckedAt is { } at && at >= (Previous ?? at) && Last - at <= window;

    /// <summary>Whether the hang is confirmed by a report of the driver and a reset because of it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="reset">The last reset by the driver, or null.</param>
    public bool IsAnswered(TimeSpan now, TimeSpan? reset) =>
        reset - DriverAt is { } delay && delay >= TimeSpan.Zero && delay <= HangTiming.Answered
        && now - DriverAt <= HangTiming.Fresh;

    /// <summary>Whether the hang is confirmed by two reports.</summary>
    /// <param name="now">The time.</param>
    /// <param name="window">The longest time between the two reports.</param>
    public bool IsRepeated(TimeSpan now, TimeSpan window) =>
        IsFresh(now) && Previous is { } previous && Last - previous <= window;

    /// <summary>Whether the hang is confirmed by one report and a frozen transmitter.</summary>
    /// <param name="now">The time.</param>
    /// <param name="frozen">The time in which packets wait and none is sent; null if they flow or nothing
    /// waits.</param>
    /// <param name="freeze">The freeze that may count from its begin; null if it may not.</param>
    public bool IsFrozen(TimeSpan now, TxFreeze? frozen, TxFreeze? freeze) =>
        IsFresh(now)
        && (AfterReport(frozen) <= frozen?.Last || (freeze is { } proven && AroundReport(proven) <= proven.Last));

    /// <summary>When <see cref="IsFrozen"/> becomes true if nothing is sent until then; null for never.</summary>
    public TimeSpan? FrozenAt(TxFreeze? frozen, TxFreeze? freeze) =>
        freeze is { } proven && AroundReport(proven) is { } around ? around : AfterReport(frozen);

    // A device that has sent something after the report freezes for another reason.
    private TimeSpan? AfterReport(TxFreeze? frozen) =>
        Last is { } last && frozen?.Start is { } since && since - last <= HangTiming.SameMoment
            ? Later(since, last) + HangTiming.Frozen
            : null;

    private TimeSpan? AroundReport(in TxFreeze freeze) =>
        Stuck is { } report && report - freeze.Start >= HangTiming.FrozenBeforeReport
            ? Later(freeze.Start + HangTiming.Frozen, report + HangTiming.StillFrozen)
            : null;

    private bool IsFresh(TimeSpan now) => now - Last <= HangTiming.Fresh;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
