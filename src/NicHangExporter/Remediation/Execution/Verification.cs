namespace NicHangExporter.Remediation.Execution;

/// <summary>What was observed since an action.</summary>
/// <param name="SinceAction">Time since its last step.</param>
/// <param name="WasHung">The device hung before.</param>
/// <param name="Interrupts">A step of it resets the adapter or the link.</param>
/// <param name="WasOperational">The link was operational before.</param>
/// <param name="IsOperational">It is operational now.</param>
/// <param name="Away">How long it has not been operational without a break, since the action.</param>
/// <param name="TxSent">Packets sent since.</param>
/// <param name="InflightBytes">Bytes that wait in the hardware's queues.</param>
/// <param name="Reports">Hang reports since, without those of the first second.</param>
/// <param name="SinceReport">Time since the last report.</param>
/// <param name="SentBeforeReport">Packets were sent before the last report.</param>
/// <param name="FrozenSinceReport">How long no packet has been sent since the last report.</param>
/// <param name="Mismatches">Settings that do not read back as requested.</param>
internal readonly record struct Observation(
    TimeSpan SinceAction, bool WasHung, bool Interrupts, bool WasOperational, bool IsOperational, TimeSpan Away,
    ulong TxSent, ulong InflightBytes, int Reports, TimeSpan SinceReport, bool SentBeforeReport,
    TimeSpan FrozenSinceReport, int Mismatches);

/// <summary>What an observation means.</summary>
internal enum Judgement
{
    /// <summary>Not decided yet.</summary>
    Wait,
    /// <summary>The hang is over.</summary>
    Healed,
    /// <summary>The device did not hang, and it works.</summary>
    Applied,
    /// <summary>The hang goes on.</summary>
    NotHealed,
    /// <summary>The hang was over for a moment.</summary>
    DidNotHold,
    /// <summary>No hang was reported and nothing was to be sent.</summary>
    Inconclusive,
    /// <summary>The link did not come back.</summary>
    LinkLost,
    /// <summary>A setting does not read back as requested.</summary>
    DidNotTake,
    /// <summary>The link is up, packets wait, and none is sent.</summary>
    TransmitterFrozen,
}

/// <summary>Judges a change by what is observed after it, never by what the ioctl returned. Pure.</summary>
internal static class Verification
{
    /// <summary>
    /// A reset shows in operstate only after a moment: linkwatch (net/core/link_watch.c) gathers events for up to a
    /// second.
    /// </summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>Some drivers apply a feature late: five readings, one a second.</summary>
    private static readonly TimeSpan ReadBackTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The judgement now.</summary>
    /// <param name="seen">The observation.</param>
    /// <param name="window"><c>remediation.verify-window</c>.</param>
    /// <param name="carrierGrace"><c>remediation.carrier-grace</c>.</param>
    public static Judgement Judge(in Observation seen, TimeSpan window, TimeSpan carrierGrace)
    {
        var linkIsAway = seen is { WasOperational: true, IsOperational: false };
        if (linkIsAway && seen.Away > carrierGrace)
            return Judgement.LinkLost;
        return seen.WasHung ? JudgeHung(seen, window) : JudgeHealthy(seen, linkIsAway, carrierGrace);
    }

    private static Judgement JudgeHealthy(in Observation seen, bool linkIsAway, TimeSpan carrierGrace)
    {
        if (seen.Mismatches > 0)
            return seen.SinceAction > ReadBackTimeout ? Judgement.DidNotTake : Judgement.Wait;
        if (linkIsAway || seen.SinceAction < (seen.Interrupts ? Settling : Settling / 4))
            return Judgement.Wait;
        if (!seen.Interrupts || seen.InflightBytes == 0 || seen.TxSent > 0)
            return Judgement.Applied;
        return seen.SinceAction > carrierGrace ? Judgement.TransmitterFrozen : Judgement.Wait;
    }

    private static Judgement JudgeHung(in Observation seen, TimeSpan window)
    {
        var isFrozen = seen.InflightBytes > 0 && seen.FrozenSinceReport >= HangTiming.Frozen;
        var hangsAgain = seen.Reports > 1 || (seen.Reports == 1 && isFrozen);
        if (hangsAgain && seen.SentBeforeReport)
            return Judgement.DidNotHold;
        var quiet = seen.Reports == 0 ? seen.SinceAction : seen.SinceReport;
        if (quiet >= window && seen is { TxSent: > 0, IsOperational: true })
            return Judgement.Healed;
        if (seen.SinceAction < window)
            return Judgement.Wait;
        if (seen.TxSent == 0)
            return seen is { Reports: <= 0, InflightBytes: 0, IsOperational: true } ? Judgement.Inconclusive
                : Judgement.NotHealed;
        // Packets were sent and a hang was reported: after a second window the hang is not over.
        return seen.SinceAction >= 2 * window ? Judgement.DidNotHold : Judgement.Wait;
    }
}
