namespace NicHangExporter.Detection.Episodes;

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
/// <param name="PauseFrames">The last reading of the pause frame counter.</param>
/// <param name="PauseFramesAt">When that was.</param>
/// <param name="ComparedAt">When the counter was last compared with a reading before, since the transmitter froze; null for not yet.</param>
/// <param name="AreClimbing">Whether it had climbed then.</param>
/// <param name="Verdict">What it means.</param>
internal readonly record struct TxStallDetector(
    TimeSpan Since, ulong TxPackets, ulong? PauseFrames, TimeSpan PauseFramesAt, TimeSpan? ComparedAt, bool AreClimbing, TxVerdict Verdict)
{
    /// <summary>Takes in a sample.</summary>
    /// <param name="previous">The state before, or null.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="window">How long nothing must be sent.</param>
    /// <param name="pauseInterval">How often the pause frame counter is read.</param>
    public static TxStallDetector Observe(TxStallDetector? previous, TxSample sample, TimeSpan window, TimeSpan pauseInterval)
    {
        if (previous is not { } before || !sample.LinkUp || sample.InflightBytes == 0 || sample.TxPackets != before.TxPackets)
            return new TxStallDetector(sample.At, sample.TxPackets, sample.PauseFramesReceived, sample.PauseFramesAt, null, false, TxVerdict.Flowing);
        var now = before.Compare(sample);
        return now with { Verdict = now.Judge(sample.At, window, pauseInterval) };
    }

    // Each reading against the one before it, not against the first: one pause frame at the beginning of a hang must not excuse all of it. A
    // transmitter that is really held gets many each second, because a pause frame holds it for a fraction of one.
    private TxStallDetector Compare(in TxSample sample)
    {
        if (sample.PauseFramesReceived is not { } frames || (PauseFrames is not null && sample.PauseFramesAt <= PauseFramesAt))
            return this;
        return this with
        {
            PauseFrames = frames,
            PauseFramesAt = sample.PauseFramesAt,
            ComparedAt = PauseFrames is null ? null : sample.PauseFramesAt,
            AreClimbing = frames > PauseFrames,
        };
    }

    private TxVerdict Judge(TimeSpan at, TimeSpan window, TimeSpan pauseInterval)
    {
        var frozen = at - Since;
        var patience = 3 * window;
        if (frozen < window)
            return TxVerdict.Suspect;
        // The counter comes from a slower source, which needs RTNL. A driver that hangs with RTNL held lets it come no more.
        if (AreClimbing && at - ComparedAt < (patience > 2 * pauseInterval ? patience : 2 * pauseInterval))
            return TxVerdict.Paused;
        // Wait for a reading from inside the window, but for the same reason not for ever.
        var isUnread = PauseFrames is not null && !(ComparedAt >= Since + window / 2);
        return isUnread && frozen < patience ? TxVerdict.Suspect : TxVerdict.Stalled;
    }
}
