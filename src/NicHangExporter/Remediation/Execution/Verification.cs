namespace NicHangExporter.Remediation.Execution;

/// <summary>What has been seen since an action.</summary>
/// <param name="SinceAction">Time since its last step.</param>
/// <param name="WasHung">A hang was under way.</param>
/// <param name="Interrupts">A step of it resets the adapter or the link.</param>
/// <param name="WasOperational">The link worked before.</param>
/// <param name="IsOperational">It works now.</param>
/// <param name="Away">How long it has not worked without a break, since the action.</param>
/// <param name="TxSent">Packets sent since.</param>
/// <param name="InflightBytes">Bytes that wait in the hardware's queues.</param>
/// <param name="Reports">Hang reports since, those of the first second excepted: they were under way.</param>
/// <param name="SinceReport">Time since the last of them.</param>
/// <param name="SentBeforeReport">Something had been sent before the last of them.</param>
/// <param name="FrozenSinceReport">How long nothing has been sent since the last of them.</param>
/// <param name="Mismatches">Settings that do not read back as wished.</param>
internal readonly record struct Observation(
    TimeSpan SinceAction, bool WasHung, bool Interrupts, bool WasOperational, bool IsOperational, TimeSpan Away, ulong TxSent, ulong InflightBytes,
    int Reports, TimeSpan SinceReport, bool SentBeforeReport, TimeSpan FrozenSinceReport, int Mismatches);

/// <summary>What it means.</summary>
internal enum Judgement
{
    /// <summary>Not yet clear.</summary>
    Wait,
    /// <summary>The hang is over.</summary>
    Healed,
    /// <summary>No hang was under way, and the device works.</summary>
    Applied,
    /// <summary>The hang goes on.</summary>
    NotHealed,
    /// <summary>It was over for a moment.</summary>
    DidNotHold,
    /// <summary>Nothing was reported and nothing was to be sent.</summary>
    Inconclusive,
    /// <summary>The link did not come back.</summary>
    LinkLost,
    /// <summary>What was wished is not so.</summary>
    DidNotTake,
    /// <summary>The link is there, packets wait, and none is sent any more.</summary>
    TransmitterFrozen,
}

/// <summary>Judges a change by evidence from after it, never by what the ioctl returned. Pure.</summary>
internal static class Verification
{
    /// <summary>A reset that comes with a change shows in operstate only after a moment: linkwatch gathers events for up to a second.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    /// <summary>How often drivers that apply a feature late are given a look: five, one a second.</summary>
    private static readonly TimeSpan ReadBackPatience = TimeSpan.FromSeconds(5);

    /// <summary>The judgement of now.</summary>
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
            return seen.SinceAction > ReadBackPatience ? Judgement.DidNotTake : Judgement.Wait;
        if (linkIsAway || seen.SinceAction < (seen.Interrupts ? Settling : Settling / 4))
            return Judgement.Wait;
        if (!seen.Interrupts || seen.InflightBytes == 0 || seen.TxSent > 0)
            return Judgement.Applied;
        return seen.SinceAction > carrierGrace ? Judgement.TransmitterFrozen : Judgement.Wait;
    }

    private static Judgement JudgeHung(in Observation seen, TimeSpan window)
    {
        var hangsAgain = seen.Reports > 1
            || (seen.Reports == 1 && seen.InflightBytes > 0 && seen.FrozenSinceReport >= HangTiming.FrozenAfterReport);
        if (hangsAgain && seen.SentBeforeReport)
            return Judgement.DidNotHold;
        var quiet = seen.Reports == 0 ? seen.SinceAction : seen.SinceReport;
        if (quiet >= window && seen is { TxSent: > 0, IsOperational: true })
            return Judgement.Healed;
        if (seen.SinceAction < window)
            return Judgement.Wait;
        if (seen.TxSent == 0)
            return seen.Reports > 0 || seen.InflightBytes > 0 || !seen.IsOperational ? Judgement.NotHealed : Judgement.Inconclusive;
        // Something was sent and something was reported: whatever it is, it is not over by the end of a second window.
        return seen.SinceAction >= 2 * window ? Judgement.DidNotHold : Judgement.Wait;
    }
}
