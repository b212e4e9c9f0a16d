using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace NicHangExporter.Tests.Logging;

public sealed class QueuedSinkTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Target _target = new();
    private readonly QueuedSink _sink;
    private long _dropped;

    public QueuedSinkTests() =>
        _sink = new QueuedSink(_target, new FakeTimeProvider(), () => Interlocked.Increment(ref _dropped));

    public void Dispose()
    {
        _target.Reader.Set();
        _sink.Dispose();
        _target.Dispose();
    }

    [Fact]
    public void Emit_ReaderReads_WritesEverythingInOrder()
    {
        for (var i = 0; i < 500; i++)
            _sink.Emit(Event(i));

        _sink.Dispose();

        // Dispose waits a second. The thread then goes on writing.
        SpinWait.SpinUntil(() => _target.Written.Count == 500, Limit);
        Assert.Equal(Enumerable.Range(0, 500).Select(Text), _target.Written);
        Assert.Equal(0, _dropped);
    }

    [Fact]
    public void Emit_ReaderStandsStill_DropsAndCountsInsteadOfWaiting()
    {
        FillAndOverflowBy(25);

        Assert.Equal(25, _dropped);
        Assert.Empty(_target.Written);
    }

    [Fact]
    public void Gap_ReaderReadsAgain_IsSaidWhereMessagesAreMissing()
    {
        FillAndOverflowBy(25);

        _target.Reader.Set();

        var last = QueuedSink.Capacity;
        Assert.True(
            SpinWait.SpinUntil(() => _target.Written.Count == last + 2, Limit),
            $"{_target.Written.Count} were written");
        _sink.Emit(Event(5000));
        _sink.Dispose();
        Assert.Equal(
            [
                .. Enumerable.Range(0, last + 1).Select(Text),
                "25 log messages were dropped here, because nobody read the log fast enough",
                Text(5000),
            ],
            _target.Written);
        Assert.Equal(EventIds.LogDropped, _target.LastEventId);
        Assert.Equal("dropped, event_id", _target.LastFields);
    }

    [Fact]
    public void Emit_QueueNearlyFullStill_KeepsDroppingUntilHalfIsWritten()
    {
        FillAndOverflowBy(1);
        _target.Step(QueuedSink.Capacity / 4);

        _sink.Emit(Event(1));

        Assert.Equal(2, _dropped);
        _target.Step(QueuedSink.Capacity / 2);
        _sink.Emit(Event(2));
        Assert.Equal(2, _dropped);
    }

    [Fact]
    public async Task Dispose_ReaderStandsStill_EndsAllTheSame()
    {
        FillAndOverflowBy(0);

        await Task.Run(_sink.Dispose, TestContext.Current.CancellationToken)
            .WaitAsync(Limit, TestContext.Current.CancellationToken);

        _sink.Emit(Event(1));
        Assert.Equal(1, _dropped);
    }

    [Fact]
    public void Dispose_WithAGapAtTheEnd_SaysItToo()
    {
        FillAndOverflowBy(3);
        _target.Reader.Set();

        _sink.Dispose();

        SpinWait.SpinUntil(() => _target.Written.Count == QueuedSink.Capacity + 2, Limit);
        Assert.StartsWith("3 log messages were dropped", _target.Written.Last(), StringComparison.Ordinal);
    }

    // One event is being written by the stuck target, the queue is full, and this many events have been dropped.
    private void FillAndOverflowBy(int more)
    {
        _target.Reader.Reset();
        _sink.Emit(Event(0));
        Assert.True(_target.Entered.Wait(Limit), "the target was not called");
        for (var i = 1; i <= QueuedSink.Capacity + more; i++)
            _sink.Emit(Event(i));
    }

    private static string Text(int number) => $"message {number}";

    private static LogEvent Event(int number) =>
        new(
            DateTimeOffset.UnixEpoch, LogEventLevel.Information, null, new MessageTemplateParser().Parse(Text(number)),
            []);

    /// <summary>A reader that can block, or read a given number of messages.</summary>
    private sealed class Target : ILogEventSink, IDisposable
    {
        private readonly SemaphoreSlim _steps = new(0);

        public ManualResetEventSlim Reader { get; } = new(initialState: true);
        public ManualResetEventSlim Entered { get; } = new();
        public ConcurrentQueue<string> Written { get; } = [];
        public int? LastEventId { get; private set; }
        public string? LastFields { get; private set; }

        /// <summary>Reads the given number of messages and waits until it has. Blocks otherwise.</summary>
        public void Step(int count)
        {
            var goal = Written.Count + count;
            _steps.Release(count);
            Assert.True(
                SpinWait.SpinUntil(() => Written.Count == goal, Limit), $"{Written.Count} of {goal} were written");
        }

        public void Emit(LogEvent logEvent)
        {
            Entered.Set();
            while (!Reader.IsSet && !_steps.Wait(TimeSpan.FromMilliseconds(1)))
            {
            }
            Written.Enqueue(logEvent.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
            if (logEvent.Properties.TryGetValue("EventId", out var id))
                (LastEventId, LastFields) = ((int?)((ScalarValue)((StructureValue)id).Properties[0].Value).Value,
                    string.Join(", ", LogFields.Of(logEvent).Select(field => field.Key)));
        }

        public void Dispose()
        {
            Reader.Dispose();
            Entered.Dispose();
            _steps.Dispose();
        }
    }
}
