namespace NicHangExporter.Detection.Patterns;

/// <summary>The kind of a kernel message about a network device.</summary>
internal enum MessageKind
{
    /// <summary>Does not count: a look-alike, or a message that accompanies another one.</summary>
    Ignored,
    /// <summary>The driver reports that its transmitter hangs.</summary>
    Hang,
    /// <summary>The core reports a hang (<c>dev_watchdog()</c>, net/sched/sch_generic.c).</summary>
    Watchdog,
    /// <summary>The driver announces a reset of the adapter. Alone it is no proof of a hang.</summary>
    Reset,
    /// <summary>The driver reports that the previous fault is repaired.</summary>
    Recovered,
    /// <summary>A fault of the firmware or the device that a reset of the adapter may not repair.</summary>
    Fatal,
    /// <summary>The link came up.</summary>
    LinkUp,
    /// <summary>The link went down.</summary>
    LinkDown,
    /// <summary>The interface was renamed.</summary>
    Renamed,
}
