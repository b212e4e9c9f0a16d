namespace NicHangExporter.Detection.Episodes;

/// <summary>The kind of trouble in an episode. It decides which recovery actions can help.</summary>
internal enum HangShape
{
    /// <summary>Too little was seen to tell: a single report and no reset.</summary>
    Unknown,
    /// <summary>The report repeats and the driver does not reset itself. No packet is sent until somebody
    /// acts.</summary>
    Wedge,
    /// <summary>The driver resets the adapter itself and recovers within seconds, until the next hang.</summary>
    Flap,
    /// <summary>No report, but packets are queued and none is sent.</summary>
    SilentStall,
    /// <summary>The link partner pauses the transmitter (flow control). The NIC is not hung; the fault is in the switch
    /// or behind it.</summary>
    Paused,
}
