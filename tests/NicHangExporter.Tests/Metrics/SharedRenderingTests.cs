using System.Text;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

/// <summary>
/// Concurrent scrapes share a rendering that begins after they arrived, and at most two bodies are in memory.
/// </summary>
public sealed class SharedRenderingTests : IDisposable
{
    private static readonly Representation Plain = new(ExpositionFormat.Text);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly SemaphoreSlim _begun = new(0);
    private readonly SemaphoreSlim _held = new(0);
    private readonly HashSet<ExpositionBody> _bodies = [];
    private int _renderings;

    public void Dispose()
    {
        _begun.Dispose();
        _held.Dispose();
    }

    [Fact]
    public async Task Scrapes_ThatComeDuringARendering_ShareTheNextOne()
    {
        var rendering = new SharedRendering(Held, _clock);
        var first = Task.Run(() => rendering.ReadAsync(Plain).AsTask());
        Assert.True(await _begun.WaitAsync(Limit, TestContext.Current.CancellationToken));
        var later = Enumerable.Range(0, 100).Select(_ => rendering.ReadAsync(Plain).AsTask()).ToList();
        _held.Release(2);

        using (var reading = await first.WaitAsync(Limit, TestContext.Current.CancellationToken))
            Assert.Equal("rendering 1", Text(reading.Body));
        foreach (var reading in await Task.WhenAll(later).WaitAsync(Limit, TestContext.Current.CancellationToken))
            using (reading)
                Assert.Equal("rendering 2", Text(reading.Body));
        Assert.Equal(2, _renderings);
    }

    [Fact]
    public async Task Scrapes_OneAfterTheOther_HaveARenderingEach_InTheSameRoom()
    {
        var rendering = new SharedRendering(Render, _clock);
        for (var number = 1; number <= 100; number++)
            using (var reading = await rendering.ReadAsync(Plain))
                Assert.Equal($"rendering {number}", Text(reading.Body));

        Assert.Single(_bodies);
    }

    [Fact]
    public async Task Body_ThatIsRead_IsTakenAwayAfterItsTurn_AndOnlyWhereItsRoomIsNeeded()
    {
        var rendering = new SharedRendering(Render, _clock);
        using var slow = await rendering.ReadAsync(Plain);
        _clock.Advance(TimeSpan.FromHours(1));
        using var other = await rendering.ReadAsync(Plain);
        Assert.False(slow.Dropped.IsCancellationRequested);

        // The older body has had its turn. It is free after its reader has stopped.
        var third = rendering.ReadAsync(Plain).AsTask();
        Assert.True(SpinWait.SpinUntil(() => slow.Dropped.IsCancellationRequested, Limit));
        Assert.False(third.IsCompleted);
        slow.Dispose();
        slow.Dispose();
        using var reading = await third.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal("rendering 2", Text(other.Body));
        Assert.Equal("rendering 3", Text(reading.Body));

        // Now both bodies are new, so the next request waits for the end of the turn.
        var fourth = rendering.ReadAsync(Plain).AsTask();
        Assert.False(SpinWait.SpinUntil(() => other.Dropped.IsCancellationRequested, TimeSpan.FromMilliseconds(100)));
        Assert.True(SpinWait.SpinUntil(() =>
        {
            _clock.Advance(SharedRendering.Turn / 4);
            return other.Dropped.IsCancellationRequested;
        }, Limit));
        other.Dispose();
        using var last = await fourth.WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal("rendering 4", Text(last.Body));
        Assert.Equal(SharedRendering.MaxBodies, _bodies.Count);
    }

    [Fact]
    public async Task Rendering_ThatFails_FailsThoseWhoWaited_AndNoOther()
    {
        var fails = true;
        var rendering = new SharedRendering(
            (body, representation) =>
            {
                if (fails)
                    throw new InvalidOperationException("a fault made by the test");
                Render(body, representation);
            },
            _clock);
        await Assert.ThrowsAsync<InvalidOperationException>(() => rendering.ReadAsync(Plain).AsTask());
        fails = false;

        using var reading = await rendering.ReadAsync(Plain).AsTask()
            .WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal("rendering 1", Text(reading.Body));
    }

    [Fact]
    public async Task Fault_OutsideTheRendering_FailsThoseWhoWait_AndNoLaterScrape()
    {
        var rendering = new SharedRendering(Render, _clock);
        using var slow = await rendering.ReadAsync(Plain);
        using var other = await rendering.ReadAsync(Plain);
        using var fault = slow.Dropped.Register(() => throw new InvalidOperationException("a fault made by the test"));
        _clock.Advance(SharedRendering.Turn);

        await Assert.ThrowsAsync<AggregateException>(() =>
            rendering.ReadAsync(Plain).AsTask().WaitAsync(Limit, TestContext.Current.CancellationToken));
        slow.Dispose();

        using var reading = await rendering.ReadAsync(Plain).AsTask()
            .WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.Equal("rendering 3", Text(reading.Body));
    }

    [Fact]
    public async Task Storm_OfReadersFastAndSlow_AllHaveAWholeBodyOfTheirOwnTime()
    {
        const int Readers = 2000;
        var rendering = new SharedRendering(Render, _clock);
        var torn = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Readers),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = 16,
                CancellationToken = TestContext.Current.CancellationToken,
            },
            async (number, _) =>
        {
            var before = Volatile.Read(ref _renderings);
            using var reading = await rendering.ReadAsync(Plain);
            var text = Text(reading.Body);
            if (number % 7 == 0)
                await Task.Yield();
            if (Text(reading.Body) != text
                || int.Parse(text["rendering ".Length..], System.Globalization.CultureInfo.InvariantCulture)
                    <= before)
                Interlocked.Increment(ref torn);
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        });

        Assert.Equal(0, torn);
        Assert.InRange(_bodies.Count, 1, SharedRendering.MaxBodies);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(ExpositionBody.BlockLength - 1)]
    [InlineData(ExpositionBody.BlockLength)]
    [InlineData(ExpositionBody.BlockLength + 1)]
    [InlineData(3 * ExpositionBody.BlockLength)]
    public void Body_OfPiecesOfAnyLength_HoldsThemInOrder(int length)
    {
        var body = new ExpositionBody();
        var random = new Random(length);
        for (var round = 0; round < 3; round++)
        {
            var expected = new List<byte>();
            for (var piece = 0; piece < 5; piece++)
            {
                var bytes = new byte[length];
                random.NextBytes(bytes);
                expected.AddRange(bytes);
                if (piece % 2 == 0)
                    body.Write(bytes);
                else
                {
                    bytes.CopyTo(body.GetSpan(length));
                    body.Advance(length);
                }
            }
            Assert.Equal(expected.Count, body.Length);
            Assert.Equal(expected, body.Pieces.SelectMany(piece => piece.ToArray()));
            body.Clear();
            Assert.Equal(0, body.Length);
        }
    }

    private void Held(ExpositionBody body, Representation representation)
    {
        _begun.Release();
        _held.Wait(TestContext.Current.CancellationToken);
        Render(body, representation);
    }

    private void Render(ExpositionBody body, Representation representation)
    {
        Assert.Equal(0, body.Length);
        _bodies.Add(body);
        body.Write(Encoding.ASCII.GetBytes($"rendering {Interlocked.Increment(ref _renderings)}"));
    }

    private static string Text(ExpositionBody body) =>
        Encoding.ASCII.GetString([.. body.Pieces.SelectMany(piece => piece.ToArray())]);
}
