namespace NicHangExporter.Tests.Exposition;

public sealed class EthtoolPollerTests : IDisposable
{
    private readonly FixtureHost _host = new();

    public EthtoolPollerTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Answer_ThatNobodyForesaw_FailsThePollAndNotTheProcess()
    {
        _host.Poller.Poll();
        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
        _host.Ethtool.Features = _ => throw new InvalidOperationException("a fault made by the test");

        await _host.Poller.StartAsync(CancellationToken.None);

        Assert.True(SpinWait.SpinUntil(() => _host.Log.Count(EventIds.PollFailed) == 1, TimeSpan.FromSeconds(30)), "the fault was not logged");
        Assert.Equal(0, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
        Assert.Equal(0, await _host.ValueAsync("nichang_ethtool_poll_wait_seconds"));

        _host.Ethtool.Features = _ => null;
        var failed = _host.Poller.Current;
        Assert.True(SpinWait.SpinUntil(() =>
        {
            _host.Clock.Advance(TimeSpan.FromSeconds(1));
            return _host.Poller.Current != failed;
        }, TimeSpan.FromSeconds(30)), "it did not poll again");
        await _host.Poller.StopAsync(CancellationToken.None);

        Assert.Equal(1, await _host.ValueAsync("nichang_collector_success{collector=\"features\"}"));
    }
}
