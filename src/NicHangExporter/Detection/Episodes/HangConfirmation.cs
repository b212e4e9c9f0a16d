using NicHangExporter.Remediation;

namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// Tells a confirmed hang from a report that may be a false alarm, as drivers print one at link-up. Pure. Times are
/// since boot.
/// </summary>
/// <param name="Previous">The report before the last one, from another moment.</param>
/// <param name="Last">The last report.</param>
/// <param name="Stuck">The last report by which the driver has looked at its hardware
/// (<see cref="Patterns.NicMessage.ShowsStuckHardware"/>).</param>
internal readonly record struct HangConfirmation(TimeSpan? Previous, TimeSpan? Last, TimeSpan? Stuck)
{
    /// <summary>Adds a report.</summary>
    /// <param name="at">Its time.</param>
    /// <param name="isStuck">The driver has looked at its hardware.</param>
    public HangConfirmation Observe(TimeSpan at, bool isStuck) =>
        (Last is { } last && at - last < HangTiming.SameMoment ? this : this with { Previous = Last, Last = at })
        with { Stuck = isStuck ? at : Stuck };

    /// <summary>Whether the hang is confirmed by two reports.</summary>
    /// <param name="now">The time.</param>
    /// <param name="window">The longest time between the two reports.</param>
    public bool IsRepeated(TimeSpan now, TimeSpan window) =>
        IsFresh(now) && Previous is { } previous && Last - previous <= window;

    /// <summary>Whether the hang is confirmed by one report and a frozen transmitter.</summary>
    /// <param name="now">The time.</param>
    /// <param name="frozenSince">Since when packets wait and none is sent; null if they flow or nothing waits.</param>
    /// <param name="freeze">The freeze that may count from its begin; null if it may not.</param>
    public bool IsFrozen(TimeSpan now, TimeSpan? frozenSince, TxFreeze? freeze) =>
        IsFresh(now)
        && (AfterReport(frozenSince) <= now || (freeze is { } proven && AroundReport(proven) <= proven.Last));

    /// <summary>When <see cref="IsFrozen"/> becomes true if nothing is sent until then; null for never.</summary>
    public TimeSpan? FrozenAt(TimeSpan? frozenSince, TxFreeze? freeze) =>
        freeze is { } proven && AroundReport(proven) is { } around ? around : AfterReport(frozenSince);

    private TimeSpan? AfterReport(TimeSpan? frozenSince) =>
        Last is { } last && frozenSince is { } since ? Later(since, last) + HangTiming.Frozen : null;

    private TimeSpan? AroundReport(in TxFreeze freeze) =>
        Stuck is { } report && report - freeze.Start >= HangTiming.FrozenBeforeReport
            ? Later(freeze.Start + HangTiming.Frozen, report + HangTiming.StillFrozen)
            : null;

    private bool IsFresh(TimeSpan now) => now - Last <= HangTiming.Fresh;

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
