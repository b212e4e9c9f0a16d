using NicHangExporter.Detection;

namespace NicHangExporter.Tests.Detection;

public sealed class KernelLogQueueTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly KernelLogQueue _queue = new(capacity: 2);

    [Fact]
    public void Events_ComeInTheirOrderAndNoMoreThanThereIsRoomFor()
    {
        Assert.Equal([true, true, false], [_queue.TryWrite(At(1)), _queue.TryWrite(At(2)), _queue.TryWrite(At(3))]);
        Assert.Equal(2, _queue.Count);
        Assert.Equal([1, 2], [Read(), Read()]);
        Assert.False(_queue.TryRead(out _));
    }

    [Fact]
    public async Task Writer_WaitsForRoomUntilOneIsTaken()
    {
        _queue.TryWrite(At(1));
        _queue.TryWrite(At(2));
        var waiting = OnAThread(() => _queue.WaitForRoom(TestContext.Current.CancellationToken));
        Assert.False(waiting.IsCompleted);
        Read();
        await waiting;
    }

    [Fact]
    public async Task Writer_ThatIsStopped_WaitsNoLonger()
    {
        _queue.TryWrite(At(1));
        _queue.TryWrite(At(2));
        using var stop = new CancellationTokenSource();
        var waiting = OnAThread(() => _queue.WaitForRoom(stop.Token));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Reader_WaitsForNewsOfAnyKind()
    {
        foreach (var news in new Action[] { () => _queue.TryWrite(At(1)), _queue.Wake, _queue.Complete })
        {
            var waiting = OnAThread(() => _queue.WaitForNews(null));
            news();
            await waiting;
            _queue.TryRead(out _);
        }
        Assert.True(_queue.IsCompleted);
    }

    [Fact]
    public async Task Wake_BeforeTheReaderWaits_IsNotLost()
    {
        _queue.Wake();
        await OnAThread(() => _queue.WaitForNews(null));
    }

    // One millisecond ago is what an infinite time looks like.
    [Theory]
    [InlineData(-3600_000)]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(0.01)]
    public Task Reader_WaitsNoLongerThanItsTime(double milliseconds) => OnAThread(() => _queue.WaitForNews(TimeSpan.FromMilliseconds(milliseconds)));

    private static KernelLogEvent At(int second) => new(default, TimeSpan.FromSeconds(second), false, false, default);

    private int Read()
    {
        Assert.True(_queue.TryRead(out var item));
        return (int)item.At.TotalSeconds;
    }

    private static Task OnAThread(Action work) =>
        Task.Factory.StartNew(work, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).WaitAsync(Patience, TestContext.Current.CancellationToken);
}
