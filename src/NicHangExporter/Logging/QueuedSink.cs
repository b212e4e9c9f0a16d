using NicHangExporter.Hosting;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace NicHangExporter.Logging;

/// <summary>
/// Hands log events to another sink on a thread of its own, so that whoever logs never waits for whoever reads the log: a pipe to a stuck
/// journald is full after 64 KiB, and a write to it would stop the watch and the healing of a NIC with it. Where the queue is full, events are
/// dropped and counted, and the log says so at the place where they are missing.
/// </summary>
/// <remarks>
/// Not Serilog.Sinks.Async: its Dispose waits without a limit for a write that may never return, and it tells of drops only when asked.
/// </remarks>
internal sealed class QueuedSink : ILogEventSink, IDisposable
{
    /// <summary>Events that wait for the reader of the log; more than any orderly burst, and a few MiB at most.</summary>
    public const int Capacity = 1024;

    private static readonly MessageTemplate GapTemplate = new MessageTemplateParser().Parse(
        "{Dropped} log messages were dropped here, because nobody read the log fast enough");

    // How long the end of the program waits for a reader. A write that is stuck now is stuck for good; an orderly one takes microseconds.
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly Queue<(LogEvent Event, long MissingBefore)> _queue = new(Capacity);
    private readonly object _gate = new();
    private readonly ILogEventSink _target;
    private readonly TimeProvider _clock;
    private readonly Action _onDropped;
    private readonly Thread _thread;
    private long _missing;
    private bool _overflowing;
    private bool _ending;

    /// <summary>Starts the thread.</summary>
    /// <param name="target">Where events go. It may block; it must not throw, which a Serilog logger never does.</param>
    /// <param name="clock">Dates what this sink itself says.</param>
    /// <param name="onDropped">Called for each event that is dropped, on the thread that logs it.</param>
    public QueuedSink(ILogEventSink target, TimeProvider clock, Action onDropped)
    {
        _target = target;
        _clock = clock;
        _onDropped = onDropped;
        _thread = new Thread(Run) { IsBackground = true, Name = "log" };
        _thread.Start();
    }

    /// <summary>Takes the event or drops it; never waits for the target.</summary>
    public void Emit(LogEvent logEvent)
    {
        lock (_gate)
            if (HasRoom())
            {
                _queue.Enqueue((logEvent, _missing));
                _missing = 0;
                Monitor.Pulse(_gate);
                return;
            }
            else
            {
                _missing++;
            }
        _onDropped();
    }

    /// <summary>Ends the thread when everything that was logged is written, or the target has stood still for too long. Later events are dropped.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _ending = true;
            Monitor.Pulse(_gate);
        }
        _thread.Join(EndPatience);
    }

    // Once full, it is full until half of it is written: else a slow reader would get one message and one gap in turn.
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

    // False at the end. An event that is null: there is only a gap to tell of, with nothing behind it yet.
    private bool TryTake(out LogEvent? logEvent, out long missingBefore)
    {
        lock (_gate)
        {
            while (_queue.Count == 0 && _missing == 0 && !_ending)
                Monitor.Wait(_gate);
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
        new LogEventProperty("EventId", new StructureValue([new LogEventProperty("Id", new ScalarValue(EventIds.LogDropped))])),
    ]);
}
