namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// The readings of a device's counter of received pause frames. They come from a slower source than the samples, which
/// needs RTNL. Pure. Times are since boot.
/// </summary>
/// <param name="Count">The last reading.</param>
/// <param name="At">Its time.</param>
/// <param name="ComparedTo">The time of the reading before it; null if this is the first.</param>
/// <param name="Climb">The last two readings in a row of which the second is greater; null for never.</param>
internal readonly record struct PauseFrames(
    ulong Count, TimeSpan At, TimeSpan? ComparedTo, (TimeSpan From, TimeSpan To)? Climb)
{
    /// <summary>Adds the reading of a sample. Most samples have the same reading as the one before.</summary>
    public static PauseFrames? Observe(PauseFrames? previous, in TxSample sample)
    {
        if (sample is not { PauseFramesReceived: { } count, PauseFramesAt: var at } || at <= previous?.At)
            return previous;
        return previous is { } before
            ? new PauseFrames(count, at, before.At, count > before.Count ? (before.At, at) : before.Climb)
            : new PauseFrames(count, at, null, null);
    }

    /// <summary>
    /// True if pause frames may be why the core's watchdog fired: their count has grown since then, or has not been
    /// read twice since. A reading from before then does not count: it may be a minute older, and so may the frames. A
    /// driver that hangs while it holds RTNL stops the readings, so that ends after the timeout.
    /// </summary>
    /// <param name="first">The first report of the watchdog.</param>
    /// <param name="last">Its last report.</param>
    /// <param name="now">The present.</param>
    /// <param name="timeout">How long a comparison counts, and how long two readings are waited for.</param>
    public bool MayExplain(TimeSpan first, TimeSpan last, TimeSpan now, TimeSpan timeout) =>
        ComparedTo >= first
            ? Climb is { } climb && climb.From >= first && last - climb.To < timeout
            : now - first < timeout;
}
