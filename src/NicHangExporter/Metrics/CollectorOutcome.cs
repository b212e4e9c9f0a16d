using NicHangExporter.Linux;
using NicHangExporter.Options;

namespace NicHangExporter.Metrics;

/// <summary>The outcome of a collector.</summary>
/// <param name="Collector">The collector.</param>
/// <param name="Success">The collector read all its values.</param>
/// <param name="Duration">The duration in this scrape; null for a collector that only writes the ethtool
/// snapshot.</param>
internal readonly record struct CollectorOutcome(Collector Collector, bool Success, TimeSpan? Duration = null)
{
    /// <summary>
    /// Whether an error of sysfs is a failure of the collector. ENOENT: this kernel has no such file. ENODEV: the
    /// device was removed. EINVAL: no value while the link is down. None of these is a failure.
    /// </summary>
    public static bool IsFailure(Errno errno) =>
        errno is not (Errno.None or Errno.NoEntry or Errno.NoDevice or Errno.Invalid);

    /// <summary>The failure of a collector whose devices may be incomplete, or null.</summary>
    public static string? Incomplete(OpenDevices devices) =>
        devices.Failed ? "some devices could not be opened" : null;
}
