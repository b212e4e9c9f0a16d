using System.Collections.Concurrent;
using Serilog.Core;
using Serilog.Events;

namespace NicHangExporter.Logging;

/// <summary>
/// Passes on so many lines a minute of each kind, whatever writes them: a stranger who connects, or a client that asks, as often as it likes must not fill the
/// disk. A kind is an event of one part of the program, about one device where it names one. What is held back is counted, and the next line of its kind says
/// how many there were, in the field <c>suppressed</c>.
/// </summary>
/// <remarks>
/// The web server and its libraries have one line a minute: what they say, a stranger caused. This program's own events have
/// <see cref="OwnLines"/>, more than an orderly minute brings; debug is asked for by a person, and has no limit.
/// </remarks>
/// <param name="target">Where the lines go; disposed of with this.</param>
/// <param name="clock">The clock.</param>
internal sealed class BudgetedSink(ILogEventSink target, TimeProvider clock) : ILogEventSink, IDisposable
{
    /// <summary>Lines a minute of one of this program's own events.</summary>
    public const int OwnLines = 20;

    // More kinds than there are: should a name in an event be somebody's invention after all, the rest shares one budget.
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
        logEvent.Properties.TryGetValue("EventId", out var value) && value is StructureValue id && id.Properties.FirstOrDefault(property => property.Name == "Id")?.Value is ScalarValue { Value: int number }
            ? number
            : 0;
}
