namespace NicHangExporter.Detection.Episodes;

/// <summary>What kind of trouble an episode is. It decides what can help.</summary>
internal enum HangShape
{
    /// <summary>Too little was seen to tell: a single report and no reset.</summary>
    Unknown,
    /// <summary>The report repeats and the driver does not reset itself: nothing leaves the machine until somebody acts.</summary>
    Wedge,
    /// <summary>The driver resets the adapter itself: it comes back within seconds, until the next time.</summary>
    Flap,
    /// <summary>No report at all, but packets are queued and none is sent.</summary>
    SilentStall,
    /// <summary>The link partner pauses the transmitter (flow control). The NIC is not hung; the switch is to be looked at.</summary>
    Paused,
}
