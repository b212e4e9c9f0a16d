using System.Collections.Immutable;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Metrics;
using NicHangExporter.Options;

namespace NicHangExporter.Remediation.Reporting;

/// <summary>
/// Reports entries of <c>remediation.devices</c> that match no device: a host whose NIC is not the listed one is not
/// protected, and its operator believes that it is. On the worker thread.
/// </summary>
internal sealed partial class UnmatchedEntries(
    ExporterOptions options, NetClass netClass, ExporterMetrics metrics, ILogger logger)
{
    /// <summary>The entries without a device, as of the last <see cref="Update"/>.</summary>
    public ImmutableArray<string> Current { get; private set; } = [];

    public void Update()
    {
        ImmutableArray<string> now;
        try
        {
            now = AllowList.Unmatched(options.Remediation.Devices, netClass);
            foreach (var entry in now.Except(Current))
                LogUnmatched(AllowList.Describe(entry, netClass), entry);
        }
        catch (LinuxException)
        {
            // Unknown now: nichang_collector_success shows that the devices can't be listed.
            return;
        }
        foreach (var entry in Current.Except(now))
            LogMatched(entry);
        Current = now;
        metrics.RemediationUnmatchedEntries.Set(now.Length);
    }

    [LoggerMessage(EventIds.EntryUnmatched, LogLevel.Warning, "{Problem}")]
    private partial void LogUnmatched(string problem, string entry);

    [LoggerMessage(EventIds.EntryMatched, LogLevel.Information,
        "'{Entry}' of remediation.devices matches a network device now")]
    private partial void LogMatched(string entry);
}
