using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Remediation.Execution;

/// <summary>
/// Collects what a device shows after the action of a run: packets, carrier, hang reports. Times are since boot.
/// </summary>
internal sealed class RunObserver(HangSignals signals, TimeSpan started)
{
    /// <summary>
    /// Reports within this time after the action belong to the hang before it: no driver reports a hang within a second
    /// of a reset, because it first waits for packets.
    /// </summary>
    private static readonly TimeSpan InFlight = TimeSpan.FromSeconds(1);

    private bool _wasOperational;
    private TimeSpan _acted;
    private bool _hasBaseline;
    private ulong _txBase;
    private ulong _txLast;
    private TimeSpan _txMoved;
    private TimeSpan? _operational;
    private TimeSpan? _awaySince;
    private int _reportsBase;

    /// <summary>When the first packet was sent after the action; null if none was.</summary>
    public TimeSpan? TxFirst { get; private set; }

    /// <summary>Notes the link before the action.</summary>
    public void NoteBefore(in TransmitReading reading) => _wasOperational = reading.IsOperational;

    /// <summary>The last step has been executed. What counts as evidence begins with the next reading.</summary>
    public void NoteActed(TimeSpan now) => (_acted, _hasBaseline) = (now, false);

    /// <summary>Takes in a reading.</summary>
    /// <param name="device">The device.</param>
    /// <param name="reading">The reading.</param>
    /// <param name="now">The present.</param>
    /// <returns>True if the link has come back since the last reading.</returns>
    public bool Take(DeviceFacts device, in TransmitReading reading, TimeSpan now)
    {
        if (!_hasBaseline)
            TakeBaseline(device, reading);
        // A driver that counts from zero again after a reset has sent what it shows now.
        _txBase = Math.Min(_txBase, reading.TxPackets);
        if (reading.TxPackets != _txLast)
        {
            _txMoved = now;
            if (reading.TxPackets > _txBase)
                TxFirst ??= now;
        }
        _txLast = reading.TxPackets;
        var isBack = reading.IsOperational && _awaySince is not null;
        if (reading.IsOperational)
            (_operational, _awaySince) = (_operational ?? now, null);
        else
            (_operational, _awaySince) = (null, _awaySince ?? now);
        return isBack;
    }

    /// <summary>Counts from this reading on.</summary>
    public void TakeBaseline(DeviceFacts device, in TransmitReading reading)
    {
        _hasBaseline = true;
        _txBase = _txLast = reading.TxPackets;
        _txMoved = _acted;
        _reportsBase = signals.Of(device.Name, device.Bus).Reports;
    }

    /// <summary>
    /// Takes in the hang reports, by the time of the report: syslog(2) may deliver it up to a second later.
    /// </summary>
    public void TakeReports(DeviceFacts device)
    {
        var state = signals.Of(device.Name, device.Bus);
        if (state.Last - _acted <= InFlight)
            _reportsBase = state.Reports;
    }

    /// <summary>What <see cref="Verification"/> judges.</summary>
    public Observation Observe(
        DeviceFacts device, in TransmitReading reading, TimeSpan now, bool wasHung, bool interrupts, int mismatches)
    {
        var state = signals.Of(device.Name, device.Bus);
        return new Observation(
            SinceAction: now - _acted, WasHung: wasHung, Interrupts: interrupts, WasOperational: _wasOperational,
            IsOperational: reading.IsOperational, Away: now - (_awaySince ?? now), TxSent: _txLast - _txBase,
            InflightBytes: reading.InflightBytes, Reports: state.Reports - _reportsBase, SinceReport: now - state.Last,
            SentBeforeReport: TxFirst < state.Last,
            FrozenSinceReport: now - (_txMoved > state.Last ? _txMoved : state.Last),
            Mismatches: mismatches);
    }

    /// <summary>The evidence for journal and answers.</summary>
    public RemediationEvidence Evidence(DeviceFacts device, TimeSpan now, IReadOnlyList<string> errors) => new(
        Seconds(now - started),
        TxPackets: _txLast - _txBase,
        TxAdvancedSeconds: TxFirst - _acted is { } advanced ? Seconds(advanced) : null,
        HangReports: Math.Max(signals.Of(device.Name, device.Bus).Reports - _reportsBase, 0),
        CarrierSeconds: _operational is { } operational && _acted != default ? Seconds(operational - _acted) : null,
        Error: errors.Count > 0 ? string.Join("; ", errors) : null);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);
}
