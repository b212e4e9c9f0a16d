using NicHangExporter.Detection;

namespace NicHangExporter.Tests.Detection;

public sealed class KernelLogQueueTests
{
    private static readonly TimeSpan TestTimeout = TimeSpan.FromSeconds(30);

    private readonly KernelLogQueue _queue = new(capacity: 2);

    [Fact]
    public void Events_KeepTheirOrderAndNeverExceedTheCapacity()
    {
        Assert.Equal([true, true, false], [_queue.TryWrite(At(1)), _queue.TryWrite(At(2)), _queue.TryWrite(At(3))]);
        Assert.Equal([1, 2], [Read(), Read()]);
        Assert.False(_queue.TryRead(out _));
    }

    [Fact]
    public void Writer_WaitsUntilAnEventIsTaken()
    {
        Fill();
        var writer = StartWaiting(() => _queue.WaitForRoom(TestContext.Current.CancellationToken));

        Read();

        AssertEnds(writer);
    }

    [Fact]
    public void Writer_ThatIsStopped_StopsWaiting()
    {
        Fill();
        using var stop = new CancellationTokenSource();
        var isCancelled = false;
        var writer = StartWaiting(() =>
        {
            try
            {
                _queue.WaitForRoom(stop.Token);
            }
            catch (OperationCanceledException)
            {
                isCancelled = true;
            }
        });

        stop.Cancel();

        AssertEnds(writer);
        Assert.True(isCancelled);
    }

    [Fact]
    public void Reader_IsWokenByAnEventAWakeAndTheEnd()
    {
        foreach (var news in new Action[] { () => _queue.TryWrite(At(1)), _queue.Wake, _queue.Complete })
        {
            var reader = StartWaiting(() => _queue.WaitForNews(null));
            news();
            AssertEnds(reader);
            _queue.TryRead(out _);
        }
        Assert.True(_queue.IsCompleted);
    }

    [Fact]
    public void Wake_BeforeTheReaderWaits_IsNotLost()
    {
        _queue.Wake();
        AssertEnds(Start(() => _queue.WaitForNews(null)));
    }

    // -1 millisecond is how the runtime writes an infinite timeout.
    [Theory]
    [InlineData(-3600_000)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.01)]
    public void Reader_WaitsNoLongerThanItsTimeout(double milliseconds) =>
        AssertEnds(Start(() => _queue.WaitForNews(TimeSpan.FromMilliseconds(milliseconds))));

    private static KernelLogEvent At(int second) => new(default, TimeSpan.FromSeconds(second), false, false, default);

    private void Fill()
    {
        _queue.TryWrite(At(1));
        _queue.TryWrite(At(2));
    }

    private int Read()
    {
        Assert.True(_queue.TryRead(out var item));
        return (int)item.At.TotalSeconds;
    }

    private static Thread StartWaiting(Action work)
    {
        var thread = Start(work);
        Assert.True(
            SpinWait.SpinUntil(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TestTimeout),
            "the thread does not wait");
        return thread;
    }

    private static Thread Start(Action work)
    {
        var thread = new Thread(() => work()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void AssertEnds(Thread thread) => Assert.True(thread.Join(TestTimeout), "the thread still waits");
}
