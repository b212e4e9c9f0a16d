namespace NicHangExporter.Detection.Patterns;

/// <summary>What a kernel message says of a network device.</summary>
internal enum MessageKind
{
    /// <summary>Says nothing that counts: a look-alike, or a symptom that accompanies another message.</summary>
    Ignored,
    /// <summary>The driver reports that its transmitter hangs.</summary>
    Hang,
    /// <summary>The core reports it (<c>dev_watchdog()</c>, net/sched/sch_generic.c).</summary>
    Watchdog,
    /// <summary>The driver announces that it resets the adapter; by itself no proof of a hang.</summary>
    Reset,
    /// <summary>The driver says that it has repaired what it reported before.</summary>
    Recovered,
    /// <summary>The firmware or the device is in trouble that a reset of the adapter may not cure.</summary>
    Fatal,
    /// <summary>The link came up.</summary>
    LinkUp,
    /// <summary>The link went down.</summary>
    LinkDown,
    /// <summary>The interface has another name from now on.</summary>
    Renamed,
}
