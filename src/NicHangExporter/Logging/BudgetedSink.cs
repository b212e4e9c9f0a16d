using System.Collections.Concurrent;
using NicHangExporter.Linux;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Logging;

/// <summary>
/// Limits the log lines per minute of each kind, so that neither a client nor an unknown sender can fill the disk. A
/// kind is an event of one logger, per device if the event names one. Suppressed lines are counted. The next line of
/// the kind has their number in the field <c>suppressed</c>.
/// </summary>
/// <remarks>
/// The web server and its libraries have one line per minute, because clients cause their events. This program's own
/// events have <see cref="OwnLines"/>, more than a normal minute needs. Debug events have no limit.
/// </remarks>
/// <param name="target">Receives the lines. Disposed of with this object.</param>
/// <param name="clock">The clock.</param>
internal sealed class BudgetedSink(ILogEventSink target, TimeProvider clock) : ILogEventSink, IDisposable
{
    /// <summary>Lines per minute of each of this program's own events.</summary>
    public const int OwnLines = 20;

    // More than the existing kinds. If a client can influence a name in an event, all further kinds share one limit.
    private const int MaxKinds = 4096;

    private static readonly string[] Foreign = ["Microsoft.", "System."];

    private readonly ConcurrentDictionary<(string Source, long Event, string Device), LogThrottle> _kinds = new();

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        if (logEvent.Level >= LogEventLevel.Information)
        {
            var source = Text(logEvent, "SourceContext");
            var kind = (source, EventId(logEvent), Text(logEvent, "Device"));
            if (_kinds.Count >= MaxKinds && !_kinds.ContainsKey(kind))
                kind = default;
            var isForeign = Array.Exists(Foreign, prefix => source.StartsWith(prefix, StringComparison.Ordinal));
            if (!_kinds.GetOrAdd(kind, _ => new LogThrottle(clock, isForeign ? 1 : OwnLines)).IsDue(1, out var sum))
                return;
            if (sum > 1)
                logEvent.AddOrUpdateProperty(new LogEventProperty("Suppressed", new ScalarValue((long)sum - 1)));
        }
        target.Emit(logEvent);
    }

    /// <inheritdoc/>
    public void Dispose() => (target as IDisposable)?.Dispose();

    private static string Text(LogEvent logEvent, string property) =>
        logEvent.Properties.TryGetValue(property, out var value) ? (value as ScalarValue)?.Value?.ToString() ?? "" : "";

    private static long EventId(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue("EventId", out var value)
        && value is StructureValue id
        && id.Properties.FirstOrDefault(property => property.Name == "Id")?.Value is ScalarValue { Value: int number }
            ? number
            : 0;
}
