namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// Tells a hang that may be acted on from a report that may be a false alarm, as drivers print one at link-up. Pure. Times are since boot.
/// </summary>
/// <param name="Previous">The report before the last one, from another moment.</param>
/// <param name="Last">The last report.</param>
internal readonly record struct HangConfirmation(TimeSpan? Previous, TimeSpan? Last)
{
    /// <summary>Reports this close together may be one hang of which several queues or several parts of the kernel speak.</summary>
    private static readonly TimeSpan SameMoment = TimeSpan.FromSeconds(1);

    /// <summary>One report, and then nothing sent for this long although packets wait.</summary>
    private static readonly TimeSpan FrozenAfterReport = TimeSpan.FromSeconds(3);

    /// <summary>A report older than this says nothing of now.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    /// <summary>Takes in a report.</summary>
    public HangConfirmation Observe(TimeSpan at) => Last is { } last && at - last < SameMoment ? this : new HangConfirmation(Last, at);

    /// <summary>Whether the hang is confirmed now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="window">How close together two reports must be.</param>
    /// <param name="frozenSince">Since when packets wait and none is sent; null where they flow or nothing waits.</param>
    public bool IsConfirmed(TimeSpan now, TimeSpan window, TimeSpan? frozenSince)
    {
        if (Last is not { } last || now - last > Fresh)
            return false;
        return (Previous is { } previous && last - previous <= window) || IsFrozen(now, frozenSince);
    }

    /// <summary>Whether nothing has been sent since the last report, for long enough to tell.</summary>
    /// <param name="now">The time.</param>
    /// <param name="frozenSince">Since when packets wait and none is sent; null where they flow or nothing waits.</param>
    public bool IsFrozen(TimeSpan now, TimeSpan? frozenSince) =>
        Last is { } last && now - last <= Fresh && frozenSince is { } since && now - (since > last ? since : last) >= FrozenAfterReport;
}
