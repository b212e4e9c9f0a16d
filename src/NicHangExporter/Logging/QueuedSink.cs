using NicHangExporter.Hosting;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace NicHangExporter.Logging;

/// <summary>
/// Passes log events to another sink on a dedicated thread, so that logging never waits for the reader of the log. A
/// pipe to a stuck journald is full after 64 KiB, and a blocking write would stop detection and remediation. If the
/// queue is full, events are dropped and counted, and a message in the log marks the gap.
/// </summary>
/// <remarks>
/// Not Serilog.Sinks.Async: its Dispose waits without a limit for a blocked write, and it reports drops only on
/// request.
/// </remarks>
internal sealed class QueuedSink : ILogEventSink, IDisposable
{
    /// <summary>The maximum number of queued events: more than a normal burst, and at most a few MiB.</summary>
    public const int Capacity = 1024;

    private static readonly MessageTemplate GapTemplate = new MessageTemplateParser().Parse(
        "{Dropped} log messages were dropped here, because nobody read the log fast enough");

    // The time that shutdown waits for the reader. A normal write takes microseconds.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(1);

    private readonly Queue<(LogEvent Event, long MissingBefore)> _queue = new(Capacity);
    private readonly object _lock = new();
    private readonly ILogEventSink _target;
    private readonly TimeProvider _clock;
    private readonly Action _onDropped;
    private readonly Thread _thread;
    private long _missing;
    private bool _overflowing;
    private bool _ending;

    /// <param name="target">Receives the events. It may block. It must not throw, as no Serilog logger does.</param>
    /// <param name="clock">Dates the sink's own messages.</param>
    /// <param name="onDropped">Called for each dropped event, on the thread that logs it.</param>
    public QueuedSink(ILogEventSink target, TimeProvider clock, Action onDropped)
    {
        _target = target;
        _clock = clock;
        _onDropped = onDropped;
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Queues or drops the event. Never waits for the target.</summary>
    public void Emit(LogEvent logEvent)
    {
        lock (_lock)
            if (HasRoom())
            {
                _queue.Enqueue((logEvent, _missing));
                _missing = 0;
                Monitor.Pulse(_lock);
                return;
            }
            else
            {
                _missing++;
            }
        _onDropped();
    }

    /// <summary>
    /// Ends the thread after all queued events are written, or after a timeout if the target is blocked. Later events
    /// are dropped.
    /// </summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _ending = true;
            Monitor.Pulse(_lock);
        }
        _thread.Join(ShutdownTimeout);
    }

    // After an overflow, events are dropped until half of the queue is written. Otherwise a slow reader would get
    // single messages and gaps in turn.
    private bool HasRoom()
    {
        _overflowing = _overflowing ? _queue.Count > Capacity / 2 : _queue.Count == Capacity;
        return !_overflowing && !_ending;
    }

    private void Run()
    {
        while (TryTake(out var logEvent, out var missingBefore))
        {
            if (missingBefore > 0)
                _target.Emit(Gap(missingBefore));
            if (logEvent is not null)
                _target.Emit(logEvent);
        }
    }

    // False at the end. A null event means that only a gap is to be reported.
    private bool TryTake(out LogEvent? logEvent, out long missingBefore)
    {
        lock (_lock)
        {
            while (_queue.Count == 0 && _missing == 0 && !_ending)
                Monitor.Wait(_lock);
            if (_queue.TryDequeue(out var next))
            {
                (logEvent, missingBefore) = next;
                return true;
            }
            (logEvent, missingBefore) = (null, _missing);
            _missing = 0;
            return missingBefore > 0;
        }
    }

    private LogEvent Gap(long dropped) => new(_clock.GetUtcNow(), LogEventLevel.Warning, exception: null, GapTemplate,
    [
        new LogEventProperty("Dropped", new ScalarValue(dropped)),
        new LogEventProperty(
            "EventId", new StructureValue([new LogEventProperty("Id", new ScalarValue(EventIds.LogDropped))])),
    ]);
}
