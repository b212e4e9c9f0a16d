namespace NicHangExporter.Detection.Episodes;

/// <summary>A time in which each sample shows that packets wait and that none was sent.</summary>
/// <param name="Start">Its begin: the sample after which nothing was sent.</param>
/// <param name="Last">Its last sample.</param>
internal readonly record struct TxFreeze(TimeSpan Start, TimeSpan Last);

/// <summary>
/// Finds a <see cref="TxFreeze"/>. It asks for more than <see cref="TxStallDetector"/>, because it may confirm a hang
/// at its first report: samples without a gap, and a carrier that did not change in between. Pure.
/// </summary>
/// <param name="At">The last sample, since boot.</param>
/// <param name="TxPackets">tx_packets at that time.</param>
/// <param name="HasSent">Packets were sent between that sample and the one before it.</param>
/// <param name="CarrierChanges">carrier_changes at that time; null if unknown.</param>
/// <param name="Start">Begin of the freeze; null for none.</param>
internal readonly record struct TxFreezeDetector(
    TimeSpan At, ulong TxPackets, bool HasSent, ulong? CarrierChanges, TimeSpan? Start)
{
    /// <summary>
    /// Samples further apart prove nothing about the time between them. The process may have been stopped, or the
    /// machine suspended. With a longer interval of samples there is no freeze.
    /// </summary>
    private static readonly TimeSpan MaxGap = TimeSpan.FromSeconds(2);

    /// <summary>The freeze in progress, or null.</summary>
    public TxFreeze? Freeze => Start is { } start ? new TxFreeze(start, At) : null;

    /// <summary>Adds a sample.</summary>
    /// <param name="previous">The state before, or null.</param>
    /// <param name="sample">The sample.</param>
    /// <returns>The state after it; null while the link is down.</returns>
    public static TxFreezeDetector? Observe(TxFreezeDetector? previous, in TxSample sample)
    {
        if (!sample.LinkUp)
            return null;
        var after = new TxFreezeDetector(sample.At, sample.TxPackets, false, sample.CarrierChanges, null);
        if (previous is not { } before || sample.At < before.At || sample.At - before.At > MaxGap)
            return after;
        if (sample.TxPackets != before.TxPackets)
            return after with { HasSent = true };
        if (sample.InflightBytes == 0)
            return after;
        // A link that went away and came back explains why a packet waits. Unknown changes may be such ones.
        var continues = before.Start is not null && sample.CarrierChanges is { } changes
            && changes == before.CarrierChanges;
        // After a sample without a packet sent, the present ones may have begun to wait just now.
        return after with { Start = continues ? before.Start : before.HasSent ? before.At : sample.At };
    }
}
