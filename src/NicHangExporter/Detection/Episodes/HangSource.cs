namespace NicHangExporter.Detection.Episodes;

/// <summary>Where an observation comes from. Each source counts by itself: several often report one hang.</summary>
internal enum HangSource
{
    /// <summary>A hang report of the driver in the kernel log.</summary>
    Driver,
    /// <summary>The core's NETDEV WATCHDOG report in the kernel log.</summary>
    Watchdog,
    /// <summary>The driver says that it resets the adapter.</summary>
    Reset,
    /// <summary>queues/tx-N/tx_timeout has increased.</summary>
    TxTimeout,
    /// <summary>Packets are queued and none was sent for the whole window.</summary>
    TxStall,
    /// <summary>As <see cref="TxStall"/>, while pause frames keep arriving.</summary>
    Paused,
}
