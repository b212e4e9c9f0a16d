using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;

namespace NicHangExporter.Detection;

/// <summary>
/// Counts hang reports for which no device was found. Names from the log are not used as labels: the driver's name
/// comes from the pattern table.
/// </summary>
internal sealed partial class UnattributedHangs(ExporterMetrics metrics, TimeProvider clock, ILogger logger)
{
    private readonly Dictionary<(string Driver, string Origin), long> _counts = [];
    private readonly LogThrottle _throttle = new(clock);

    public IReadOnlyList<UnattributedState> ToState() =>
        [.. _counts.Select(pair => new UnattributedState(pair.Key.Driver, pair.Key.Origin, pair.Value))];

    public void Restore(IEnumerable<UnattributedState> states)
    {
        foreach (var (driver, origin, count) in states)
            Add(driver, origin, count);
    }

    public void Add(in KernelLogEvent item)
    {
        var driver = item.Message.Pattern.Drivers is [var only] ? only : "other";
        Add(driver, item.IsHistory ? MetricLabels.History : MetricLabels.Live, 1);
        if (!item.IsReplay && _throttle.IsDue(1, out _))
            LogUnattributed(item.Message.Device.ToString(), item.Message.Bus.ToString(), item.Message.Driver ?? "");
    }

    private void Add(string driver, string origin, long count)
    {
        _counts[(driver, origin)] = _counts.GetValueOrDefault((driver, origin)) + count;
        metrics.HangEventsUnattributed.WithLabels(driver, origin).Inc(count);
    }

    [LoggerMessage(EventIds.HangUnattributed, LogLevel.Warning,
        "A hang was reported for a device that is not watched")]
    private partial void LogUnattributed(string device, string busAddress, string driver);
}
