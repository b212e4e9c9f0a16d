namespace NicHangExporter.Detection.Episodes;

/// <summary>
/// The readings of a device's counter of received pause frames. They come from a slower source than the samples, which
/// needs RTNL. Pure. Times are since boot.
/// </summary>
/// <param name="Count">The last reading.</param>
/// <param name="At">Its time.</param>
/// <param name="ComparedAt">When a reading was last compared with the one before it; null for not yet.</param>
/// <param name="ClimbedAt">When a reading was last greater than the one before it; null for never.</param>
internal readonly record struct PauseFrames(ulong Count, TimeSpan At, TimeSpan? ComparedAt, TimeSpan? ClimbedAt)
{
    /// <summary>Adds the reading of a sample. Most samples have the same reading as the one before.</summary>
    public static PauseFrames? Observe(PauseFrames? previous, in TxSample sample)
    {
        if (sample is not { PauseFramesReceived: { } count, PauseFramesAt: var at } || at <= previous?.At)
            return previous;
        return previous is { } before
            ? new PauseFrames(count, at, at, count > before.Count ? at : before.ClimbedAt)
            : new PauseFrames(count, at, null, null);
    }

    /// <summary>
    /// True if pause frames may be why the core's watchdog fired: their count has grown since then, or has not been
    /// compared since. A driver that hangs while it holds RTNL stops the readings, so that ends after the timeout.
    /// </summary>
    /// <param name="first">The first report of the watchdog.</param>
    /// <param name="last">Its last report.</param>
    /// <param name="now">The present.</param>
    /// <param name="timeout">How long a comparison counts, and how long one is waited for.</param>
    public bool MayExplain(TimeSpan first, TimeSpan last, TimeSpan now, TimeSpan timeout) =>
        ComparedAt >= first ? ClimbedAt >= first && last - ClimbedAt < timeout : now - first < timeout;
}
