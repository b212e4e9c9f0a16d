namespace NicHangExporter.Hangs;

/// <summary>What was seen of a device's transmitter at one time.</summary>
/// <param name="At">When, since any fixed origin.</param>
/// <param name="LinkUp">operstate is up.</param>
/// <param name="TxPackets">statistics/tx_packets.</param>
/// <param name="InflightBytes">Sum of queues/tx-*/byte_queue_limits/inflight; 0 also where the driver has no BQL.</param>
/// <param name="PauseFramesReceived">The driver's counter of received pause frames, null where unknown.</param>
/// <param name="PauseFramesAt">When that counter was read, which may be some time before.</param>
internal readonly record struct TxSample(
    TimeSpan At, bool LinkUp, ulong TxPackets, ulong InflightBytes, ulong? PauseFramesReceived = null, TimeSpan PauseFramesAt = default);

/// <summary>What the samples so far mean.</summary>
internal enum TxVerdict
{
    /// <summary>Packets are sent, or there is nothing to send, or the link is down.</summary>
    Flowing,
    /// <summary>Packets are queued and none is sent, but not for long enough.</summary>
    Suspect,
    /// <summary>Packets have been queued and none sent for the whole window.</summary>
    Stalled,
    /// <summary>The same, while pause frames keep arriving.</summary>
    Paused,
}

/// <summary>
/// Tells from counters alone that nothing is sent although packets are queued: the only witness of a driver that says nothing. Pure.
/// A driver without byte queue limits never shows queued packets and so is never suspected; neither is one queue of several.
/// </summary>
/// <param name="Since">When the transmitter was last seen to move, or to have nothing to do.</param>
/// <param name="TxPackets">tx_packets then.</param>
/// <param name="PauseFrames">The pause frame counter then.</param>
/// <param name="Verdict">What it means.</param>
internal readonly record struct TxStallDetector(TimeSpan Since, ulong TxPackets, ulong? PauseFrames, TxVerdict Verdict)
{
    /// <summary>Takes in a sample.</summary>
    public static TxStallDetector Observe(TxStallDetector? previous, TxSample sample, TimeSpan window)
    {
        if (previous is not { } before || !sample.LinkUp || sample.InflightBytes == 0 || sample.TxPackets != before.TxPackets)
            return new TxStallDetector(sample.At, sample.TxPackets, sample.PauseFramesReceived, TxVerdict.Flowing);
        var frozen = sample.At - before.Since;
        if (frozen < window)
            return before with { Verdict = TxVerdict.Suspect };
        if (sample.PauseFramesReceived > before.PauseFrames)
            return before with { Verdict = TxVerdict.Paused };
        // The pause counter comes from a slower source (it needs RTNL). Wait for a reading from inside the window, but not for ever:
        // a driver that hangs with RTNL held gives none.
        var stale = sample.PauseFramesReceived is not null && sample.PauseFramesAt < before.Since + window / 2;
        return before with { Verdict = stale && frozen < 3 * window ? TxVerdict.Suspect : TxVerdict.Stalled };
    }
}
