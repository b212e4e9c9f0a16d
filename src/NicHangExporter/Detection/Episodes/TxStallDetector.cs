namespace NicHangExporter.Detection.Episodes;

/// <summary>The transmit counters of a device at one time.</summary>
/// <param name="At">The time, since any fixed origin.</param>
/// <param name="LinkUp">operstate is up.</param>
/// <param name="TxPackets">statistics/tx_packets.</param>
/// <param name="InflightBytes">Sum of queues/tx-*/byte_queue_limits/inflight; 0 also for a driver without BQL.</param>
/// <param name="PauseFrames">The last reading of the driver's counter of received pause frames, which may be from some
/// time before; null if unknown.</param>
/// <param name="CarrierChanges">carrier_changes, while packets wait; null if not read.</param>
internal readonly record struct TxSample(
    TimeSpan At,
    bool LinkUp,
    ulong TxPackets,
    ulong InflightBytes,
    PauseReading? PauseFrames = null,
    ulong? CarrierChanges = null);

/// <summary>What the samples so far mean.</summary>
internal enum TxVerdict
{
    /// <summary>Packets are sent, or there is nothing to send, or the link is down.</summary>
    Flowing,
    /// <summary>Packets are queued and none is sent, but not for long enough.</summary>
    Suspect,
    /// <summary>Packets have been queued and none sent for the whole window.</summary>
    Stalled,
    /// <summary>As <see cref="Stalled"/>, while pause frames keep arriving.</summary>
    Paused,
}

/// <summary>
/// Tells from counters alone that nothing is sent although packets are queued. It is the only source for a driver that
/// reports nothing. Pure. A driver without byte queue limits shows no queued packets, so it is never suspected. Nor is
/// a single queue that hangs while others send.
/// </summary>
/// <param name="Since">When the transmitter last moved, or had nothing to do.</param>
/// <param name="TxPackets">tx_packets at that time.</param>
/// <param name="PauseFrames">The last reading of the pause frame counter that was compared, or is to be.</param>
/// <param name="ComparedAt">When the counter was last compared with an earlier reading since the transmitter froze;
/// null for not yet.</param>
/// <param name="AreClimbing">The counter had grown at that comparison.</param>
/// <param name="Verdict">What it means.</param>
internal readonly record struct TxStallDetector(
    TimeSpan Since,
    ulong TxPackets,
    PauseReading? PauseFrames,
    TimeSpan? ComparedAt,
    bool AreClimbing,
    TxVerdict Verdict)
{
    /// <summary>Adds a sample.</summary>
    /// <param name="previous">The state before, or null.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="window">How long packets must wait for a stall.</param>
    /// <param name="pauseInterval">How often the pause frame counter is read.</param>
    public static TxStallDetector Observe(
        TxStallDetector? previous, TxSample sample, TimeSpan window, TimeSpan pauseInterval)
    {
        if (previous is not { } before || !sample.LinkUp || sample.InflightBytes == 0
            || sample.TxPackets != before.TxPackets)
            return new TxStallDetector(
                sample.At, sample.TxPackets, sample.PauseFrames, null, false, TxVerdict.Flowing);
        var now = before.Compare(sample);
        return now with { Verdict = now.Judge(sample.At, window, pauseInterval) };
    }

    /// <summary>How long a reading of the pause frame counter says something about the present.</summary>
    public static TimeSpan PauseTimeout(TimeSpan window, TimeSpan pauseInterval) =>
        3 * window > 2 * pauseInterval ? 3 * window : 2 * pauseInterval;

    // Compares each reading with the one before it, not with the first: a pause frame at the beginning of a hang does
    // not excuse all of it. A transmitter that is really held gets many each second, because a pause frame holds it for
    // a fraction of one.
    private TxStallDetector Compare(in TxSample sample)
    {
        if (sample.PauseFrames is not { } reading)
            return this;
        if (PauseFrames is not { } before)
            return this with { PauseFrames = reading };
        // Two equal readings from almost the same time say nothing: the next one is compared with the first of them.
        if (reading.From <= before.From
            || (reading.Count == before.Count && reading.From - before.To < PauseReading.ShortestCalm))
            return this;
        var isClimbing = reading.IsClimbFrom(before.Count, before.From);
        // A few frames may have held the transmitter for the last part of the time: they say nothing.
        return reading.Count != before.Count && !isClimbing
            ? this with { PauseFrames = reading }
            : this with { PauseFrames = reading, ComparedAt = reading.From, AreClimbing = isClimbing };
    }

    private TxVerdict Judge(TimeSpan at, TimeSpan window, TimeSpan pauseInterval)
    {
        var frozen = at - Since;
        if (frozen < window)
            return TxVerdict.Suspect;
        // The counter comes from a slower source, which needs RTNL. A driver that hangs while it holds RTNL stops the
        // readings.
        var delay = 2 * (PauseFrames?.Delay ?? TimeSpan.Zero);
        if (AreClimbing && at - ComparedAt < PauseTimeout(window, pauseInterval) + delay)
            return TxVerdict.Paused;
        // Waits for a reading from inside the window, but for the same reason only for a limited time.
        var isUnread = PauseFrames is not null && !(ComparedAt >= Since + window / 2);
        return isUnread && frozen < 3 * window + delay ? TxVerdict.Suspect : TxVerdict.Stalled;
    }
}
