using NicHangExporter.Remediation;

namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// Tells a confirmed hang from a report that may be a false alarm, as drivers print one at link-up. Pure. Times are
/// since boot.
/// </summary>
/// <param name="Previous">The report before the last one, from another moment.</param>
/// <param name="Last">The last report.</param>
internal readonly record struct HangConfirmation(TimeSpan? Previous, TimeSpan? Last)
{
    /// <summary>Adds a report.</summary>
    public HangConfirmation Observe(TimeSpan at) =>
        Last is { } last && at - last < HangTiming.SameMoment ? this : new HangConfirmation(Last, at);

    /// <summary>Whether the hang is confirmed: by two reports, or by one report and a frozen transmitter.</summary>
    /// <param name="now">The time.</param>
    /// <param name="window">The longest time between the two reports.</param>
    /// <param name="frozenSince">Since when packets wait and none is sent; null if they flow or nothing waits.</param>
    public bool IsConfirmed(TimeSpan now, TimeSpan window, TimeSpan? frozenSince)
    {
        if (Last is not { } last || now - last > HangTiming.Fresh)
            return false;
        return (Previous is { } previous && last - previous <= window) || IsFrozen(now, frozenSince);
    }

    /// <summary>Whether no packet was sent since the last report for
    /// <see cref="HangTiming.FrozenAfterReport"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="frozenSince">Since when packets wait and none is sent; null if they flow or nothing waits.</param>
    public bool IsFrozen(TimeSpan now, TimeSpan? frozenSince) =>
        Last is { } last && now - last <= HangTiming.Fresh && frozenSince is { } since
        && now - (since > last ? since : last) >= HangTiming.FrozenAfterReport;
}
