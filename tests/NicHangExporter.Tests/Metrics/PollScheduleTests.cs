using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Linux;
using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

public sealed class PollScheduleTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly PollSchedule _schedule;

    public PollScheduleTests()
    {
        _schedule = new PollSchedule(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(10), _clock) { IsNotified = true };
        _clock.Advance(TimeSpan.FromHours(1));
    }

    [Fact]
    public void WithoutScrapes_EverythingIsReadOnceAMinute() => Assert.Equal(
        [(60, PollScope.Everything), (120, PollScope.Everything)], Polls(120));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhileSomethingScrapes_EachIntervalReadsWhatIsNotReported(bool isNotified)
    {
        _schedule.IsNotified = isNotified;
        var scope = isNotified ? PollScope.Statistics : PollScope.Everything;
        // As a Prometheus without a configured interval.
        Assert.Equal(
            [(15, scope), (30, scope), (45, scope), (60, PollScope.Everything), (75, scope), (90, scope)],
            Polls(90, second =>
            {
                if (second % 60 == 1)
                    _schedule.NoteScrape();
            }));
    }

    [Fact]
    public void AfterTheLastScrape_ItIsRareAgain()
    {
        _schedule.NoteScrape();
        Polls(75);
        Assert.All(Polls(600), poll => Assert.Equal(PollScope.Everything, poll.Scope));
    }

    [Fact]
    public void StallInDoubt_HasTwoReadingsInItsWindow() => Assert.Equal(
        [(3, PollScope.Statistics), (8, PollScope.Statistics), (13, PollScope.Statistics)],
        Polls(14, second =>
        {
            if (second >= 3)
                _schedule.WantStatistics();
        }, after: 20));

    [Fact]
    public void Request_ReadsEverythingNow()
    {
        Polls(10);
        Assert.Null(_schedule.Due(out _));
        _schedule.Request();
        Assert.Equal(PollScope.Everything, _schedule.Due(out _));
    }

    [Fact]
    public void RequestedDevices_AreReadNow_ButNotFasterThanALinkFlaps()
    {
        _schedule.Begin(PollScope.Everything);
        _schedule.Request(Name("eno1"));
        _schedule.Request(Name("eno1"));
        Assert.Equal(PollScope.Requested, _schedule.Due(out _));
        Assert.Equal([Name("eno1")], _schedule.TakeRequested(out _));
        Assert.Null(_schedule.Due(out _));

        _schedule.Request(Name("eno1"));
        Assert.Null(_schedule.Due(out var left));
        Assert.Equal(TimeSpan.FromMilliseconds(250), left);
        _clock.Advance(left);
        Assert.Equal(PollScope.Requested, _schedule.Due(out _));

        // A poll of everything is one of the requested devices, too.
        _schedule.Begin(PollScope.Everything);
        Assert.Null(_schedule.Due(out _));
    }

    [Fact]
    public void RequestedDevices_BeyondALimit_AreARequestForEverything()
    {
        _schedule.Begin(PollScope.Everything);
        for (var i = 0; i < 1000; i++)
            _schedule.Request(Name($"veth{i}"));

        Assert.Equal(PollScope.Everything, _schedule.Due(out _));
        Assert.Empty(_schedule.TakeRequested(out _));
    }

    [Theory]
    [InlineData(1, 4)]
    [InlineData(30, 60)]
    [InlineData(3600, 3600)]
    public void Everything_IsReadEachMinuteOrFourIntervals_ButNotMoreOftenThanConfigured(int interval, int seconds)
    {
        var schedule = new PollSchedule(TimeSpan.FromSeconds(interval), TimeSpan.FromSeconds(10), _clock);
        schedule.Begin(PollScope.Everything);
        Assert.Null(schedule.Due(out var left));
        Assert.Equal(seconds, left.TotalSeconds);
    }

    [Fact]
    public async Task Scrape_AndStop_EndTheWait()
    {
        _schedule.Begin(PollScope.Everything);
        _clock.Advance(TimeSpan.FromSeconds(20));
        var wait = Task.Run(_schedule.Wait, TestContext.Current.CancellationToken);
        _schedule.NoteScrape();
        Assert.Equal(
            PollScope.Statistics,
            await wait.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        _schedule.Begin(PollScope.Statistics);
        wait = Task.Run(_schedule.Wait, TestContext.Current.CancellationToken);
        _schedule.Stop();
        Assert.Null(await wait.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    private static InterfaceName Name(string name) =>
        InterfaceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);

    // The second and the scope of each poll after one that reads everything.
    private List<(int Second, PollScope Scope)> Polls(int seconds, Action<int>? each = null, int after = 0)
    {
        var polls = new List<(int, PollScope)>();
        _schedule.Begin(PollScope.Everything);
        _clock.Advance(TimeSpan.FromSeconds(after));
        for (var second = 1; second <= seconds; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            each?.Invoke(second);
            if (_schedule.Due(out _) is not { } scope)
                continue;
            polls.Add((second, scope));
            _schedule.Begin(scope);
        }
        return polls;
    }
}
