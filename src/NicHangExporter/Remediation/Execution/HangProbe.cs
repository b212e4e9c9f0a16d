using NicHangExporter.Linux;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Execution;

/// <summary>Answers questions about a device from reports, counters and the journal. It changes nothing.</summary>
internal sealed class HangProbe(DeviceControl control, HangSignals signals, RemediationStore store, TimeProvider clock)
{
    /// <summary>
    /// True while the device hangs: the last report is fresh, no remediation has healed it since, and the only transmit
    /// queue, if there is one only, has sent nothing since.
    /// </summary>
    public bool IsHung(DeviceFacts facts)
    {
        var state = signals.Of(facts.Name, facts.Bus);
        if (state.Reports == 0 || clock.GetElapsedTime(0) - state.Last > HangTiming.Fresh
            || state.Last <= state.HealedAt)
            return false;
        return TryObserve(facts) is not { TxQueues: 1 } reading || state.TxPackets is not { } then
            || reading.TxPackets == then;
    }

    /// <summary>
    /// True if the device hangs although the stage in force was applied to the end. A stage without proof may never
    /// have been applied to the end: it is repeated.
    /// </summary>
    public bool HasHungSince(DeviceFacts facts, DeviceRecord record)
    {
        if (record is not { Stage: not null, Recurred: false, Last: { } last }
            || last.Verdict is not (RemediationVerdict.Healed or RemediationVerdict.Applied
                or RemediationVerdict.Inconclusive)
            || signals.Of(facts.Name, facts.Bus) is not { Reports: > 0 } state)
            return false;
        // A stage that was applied during a hang without a recovery action could not end that hang: only a hang that
        // begins later counts against it.
        var since = last is { Hung: true, RecoveryAction: null } ? state.Since : state.Last;
        return store.AgeAt(since) > last.Age;
    }

    /// <summary>The transmitter's counters; null if the device is gone or can't be read.</summary>
    public TransmitReading? TryObserve(DeviceFacts facts)
    {
        try
        {
            return control.Observe(facts);
        }
        catch (LinuxException)
        {
            // The callers then decide by the hang reports alone.
            return null;
        }
    }

    /// <summary>True also if that can't be read: it is the safe assumption.</summary>
    public bool IsOnlyPortOfBond(DeviceFacts facts)
    {
        try
        {
            return control.IsOnlyPortOfBond(facts.Name);
        }
        catch (LinuxException)
        {
            return true;
        }
    }
}
