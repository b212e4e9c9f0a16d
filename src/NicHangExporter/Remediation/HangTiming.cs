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
    /// A report and then no packet sent for this long, while packets wait, is a hang. A report alone is not: drivers
    /// print one at link-up.
    /// </summary>
    public static readonly TimeSpan FrozenAfterReport = TimeSpan.FromSeconds(3);

    /// <summary>An older report says nothing about now. Drivers repeat a report every two to five seconds.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);
}
