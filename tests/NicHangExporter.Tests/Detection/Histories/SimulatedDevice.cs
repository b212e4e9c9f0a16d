using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection.Histories;

/// <summary>A kernel message of a <see cref="SimulatedDevice"/>.</summary>
/// <param name="Source">What it counts as; null for the end of the link's negotiation.</param>
/// <param name="IsStuck">The driver has looked at its hardware.</param>
/// <param name="IsOwnCheck">The driver has looked by itself, not because of the core's watchdog.</param>
internal readonly record struct SimulatedMessage(HangSource? Source, bool IsStuck = false, bool IsOwnCheck = false);

/// <summary>
/// The truth about one NIC with one queue: what waits, what is sent, and what its driver and the core say. Times are
/// seconds. A packet leaves in the same step unless the link is down, the link partner pauses, or the NIC hangs.
/// </summary>
internal sealed class SimulatedDevice(Random random)
{
    /// <summary>Length of a step in seconds.</summary>
    public const double Step = 0.05;

    private const int RingSize = 256;

    private double _nextCheck = random.NextDouble() * 2;
    private double _nextPacket;
    private double _nextPauseFrame;
    private double _carrierBack;
    private double _operationalChange;
    private double _oldest;
    private double _lastReport;
    private double _lateUntil;
    private bool _isRecheck;
    private ulong _sent = random.Next(8) == 0 ? uint.MaxValue - 500u : (ulong)random.Next(1000);
    private int _waiting;

    public double Now { get; private set; }
    public bool IsHung { get; private set; }
    public bool IsPaused { get; set; }
    public bool Carrier { get; private set; } = true;

    /// <summary>operstate, which follows the carrier up to a second later.</summary>
    public bool IsOperational { get; private set; } = true;

    public ulong CarrierChanges { get; private set; }
    public ulong PauseFrames { get; private set; }
    public ulong Timeouts { get; private set; }

    /// <summary>tx_packets. Some drivers have a counter of 32 bits.</summary>
    public ulong TxPackets => IsNarrow ? (uint)_sent : _sent;

    /// <summary>BQL's inflight: what waits, and for a moment what is sent but not completed. 0 without BQL.</summary>
    public ulong InflightBytes => !HasQueueLimits ? 0 : (ulong)_waiting * 100 + (Now < _lateUntil ? 60u : 0u);

    /// <summary>Only the hang is why packets wait.</summary>
    public bool IsStuck => IsHung && Carrier && !IsPaused && _waiting > 0;

    public bool IsNarrow { get; init; } = random.Next(2) == 0;

    /// <summary>The driver has BQL.</summary>
    public bool HasQueueLimits { get; init; } = random.Next(3) > 0;

    /// <summary>It checks twice before it reports, as e1000e does for the 82574.</summary>
    public bool ChecksTwice { get; init; } = random.Next(2) == 0;

    /// <summary>Seconds between two packets; infinite for none.</summary>
    public double PacketInterval { get; set; } = 0.1;

    /// <summary>The switch sends a pause frame every four seconds, which holds nothing for long.</summary>
    public bool HasFlowControl { get; init; } = random.Next(4) == 0;

    /// <summary>The driver's own report exists. If not, only the core's watchdog sees a hang.</summary>
    public bool Reports { get; init; } = random.Next(8) > 0;

    /// <summary>The driver prints a message of its own when the core's watchdog calls it.</summary>
    public bool ReportsTimeouts { get; init; } = random.Next(3) == 0;

    /// <summary>The driver resets the adapter when the core's watchdog fires and nothing hangs.</summary>
    public bool ResetsAtTimeout { get; init; } = random.Next(8) > 0;

    /// <summary>The driver resets the adapter when the core's watchdog fires, although it has reported.</summary>
    public bool ResetsItself { get; set; }

    public List<SimulatedMessage> Messages { get; } = [];

    public void Hang() => IsHung = true;

    /// <summary>A packet is sent, but completed only later.</summary>
    public void CompleteLate(double seconds)
    {
        if (!Carrier || IsHung || IsPaused)
            return;
        _sent++;
        _lateUntil = Now + seconds;
    }

    /// <summary>A report without a hang. It is the driver's look at its hardware only if a packet waits that no pause
    /// frame holds.</summary>
    public void ReportFalsely() => Messages.Add(new(HangSource.Driver, _waiting > 0 && !IsPaused, IsOwnCheck: true));

    /// <summary>The core's watchdog fires for one packet that was late, and the driver resets the adapter.</summary>
    public void TimeOutFalsely()
    {
        if (IsHung || IsPaused || !Carrier)
            return;
        Timeouts++;
        Messages.Add(new(HangSource.Watchdog));
        Messages.Add(new(HangSource.Reset));
        Reset(0.5 + random.NextDouble() * 2);
    }

    /// <summary>The link goes away. What waits is dropped, as by a reset, and more is queued only when it is
    /// back.</summary>
    public void LoseCarrier(double seconds)
    {
        if (!Carrier)
            return;
        (Carrier, CarrierChanges, _carrierBack) = (false, CarrierChanges + 1, Now + seconds);
        (_waiting, _isRecheck) = (0, false);
        _operationalChange = Now + random.NextDouble();
    }

    /// <summary>A reset by the driver: the ring is empty, the link negotiates again, and a hang ends.</summary>
    public void Reset(double seconds)
    {
        IsHung = false;
        LoseCarrier(seconds);
    }

    /// <summary>The driver was reloaded: all counters begin at zero.</summary>
    public void Recreate()
    {
        Reset(2);
        (_sent, CarrierChanges, PauseFrames, Timeouts) = (0, 1, 0, 0);
    }

    public void Advance()
    {
        Now += Step;
        if (!Carrier && Now >= _carrierBack)
        {
            (Carrier, CarrierChanges, _operationalChange) = (true, CarrierChanges + 1, Now);
            Messages.Add(new(null));
        }
        if (IsOperational != Carrier && Now >= _operationalChange)
            IsOperational = Carrier;
        if (IsPaused && Carrier)
            PauseFrames += 2;
        else if (HasFlowControl && Carrier && Now >= _nextPauseFrame)
            (PauseFrames, _nextPauseFrame) = (PauseFrames + 1, Now + 3 + random.NextDouble() * 2);
        for (; _nextPacket <= Now;
            _nextPacket += Math.Max(Step, -Math.Log(1 - random.NextDouble()) * PacketInterval))
            if (Carrier && _waiting < RingSize)
                _oldest = _waiting++ == 0 ? Now : _oldest;
        if (Carrier && !IsHung && !IsPaused)
        {
            _sent += (ulong)_waiting;
            _waiting = 0;
        }
        if (Now >= _nextCheck)
        {
            _nextCheck = Now + 1.5 + random.NextDouble() * 0.75;
            Check();
        }
        if (_waiting > 0 && Carrier && Now - Math.Max(_oldest, _lastReport) > 5)
            TimeOut();
    }

    // e1000_clean_tx_irq(): the oldest packet is older than a second, and STATUS.TXOFF is clear.
    private void Check()
    {
        var isStuck = _waiting > 0 && Carrier && !IsPaused && Now - _oldest > 1;
        if (!isStuck || !Reports || (ChecksTwice && !_isRecheck))
        {
            _isRecheck = isStuck;
            return;
        }
        _isRecheck = false;
        if (!ResetsItself)
            _lastReport = Now;
        Messages.Add(new(HangSource.Driver, IsStuck: true, IsOwnCheck: true));
    }

    // dev_watchdog(), and the driver's reset.
    private void TimeOut()
    {
        _lastReport = Now;
        Timeouts++;
        Messages.Add(new(HangSource.Watchdog));
        if (ReportsTimeouts)
            Messages.Add(new(HangSource.Driver));
        if (IsHung ? !ResetsItself : !ResetsAtTimeout)
            return;
        Messages.Add(new(HangSource.Reset));
        Reset(0.5 + random.NextDouble() * 2);
    }
}
