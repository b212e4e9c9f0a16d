namespace NicHangExporter.Remediation;

/// <summary>
/// The times by which detection confirms a hang and verification finds that it goes on. Both must use the same values,
/// or a remediation answers a hang that its own verification does not see.
/// </summary>
internal static class HangTiming
{
    /// <summary>Reports closer together may be one hang that several queues or several parts of the kernel
    /// report.</summary>
    public static readonly TimeSpan SameMoment = TimeSpan.FromSeconds(1);

    /// <summary>
    /// One report, and no packet sent for this long while packets wait, is a hang. A report alone is not: drivers print
    /// one at link-up. The time counts from the report, or from the freeze if the driver has looked at its hardware.
    /// </summary>
    public static readonly TimeSpan Frozen = TimeSpan.FromSeconds(3);

    /// <summary>A freeze counts from its begin only if it is at least this much older than the report. A report at
    /// link-up comes with the first packets that wait.</summary>
    public static readonly TimeSpan FrozenBeforeReport = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A freeze counts from its begin only if it lasts this long after the report. A pause that ends while the driver
    /// looks, or a driver that repairs the hang itself, shows within milliseconds.
    /// </summary>
    public static readonly TimeSpan StillFrozen = TimeSpan.FromMilliseconds(250);

    /// <summary>A reset by the driver within this time after its report is because of it. The core's watchdog calls
    /// the driver up to ten seconds after the last packet.</summary>
    public static readonly TimeSpan Answered = TimeSpan.FromSeconds(10);

    /// <summary>An older report says nothing about now. Drivers repeat a report every two to five seconds.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
}
