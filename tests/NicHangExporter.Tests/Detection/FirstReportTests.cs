using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Tests.Detection;

/// <summary>A hang that is confirmed at its first report, because the transmitter froze before it.</summary>
public sealed class FirstReportTests : HangMonitorFixture
{
    // The fake clock rounds.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);

    private const string Confirmed = "nichang_hang_confirmed{device=\"eno1\"}";

    [Theory]
    // For 3 s before the report: as soon as it has lasted a quarter of a second more.
    [InlineData(4, Hang, 0.25)]
    // For 2 s before the report: when 3 s are over.
    [InlineData(3, Hang, 1.0)]
    // Head and tail are equal: three seconds after the report, as for any other.
    [InlineData(4, @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>"
        + @"\x0a  TDT                  <14>", 3.0)]
    public async Task Recheck_TransmitterFroze_ConfirmsInTime(int samples, string report, double seconds)
    {
        Freeze(samples);
        _host.Print(1, report);

        var due = _host.Monitor.RecheckAt!.Value - Now;
        Assert.Equal(seconds, due.TotalSeconds, 3);
        Assert.Equal(0, await _host.ValueAsync(Confirmed));

        _host.Pass((int)seconds - (seconds < 1 ? 0 : 1));
        Assert.Equal(0, await _host.ValueAsync(Confirmed));
        _host.Clock.Advance(TimeSpan.FromSeconds(seconds < 1 ? seconds : 1) + Tick);
        await RecheckAsync(confirmed: 1);
    }

    // The last sample is half a millisecond too early, and the monitor looks at the clock half a millisecond too late.
    [Fact]
    public async Task RecheckAt_BetweenTheLastSampleAndNow_IsKept()
    {
        Freeze(3);
        _host.Print(0, Hang);
        var due = _host.Monitor.RecheckAt!.Value;
        _host.Clock.Advance(due - Now - Tick / 2);
        _host.Monitor.Sample();
        Assert.Equal(0, await _host.ValueAsync(Confirmed));

        _host.Clock.Advance(Tick);
        Assert.Equal(due, _host.Monitor.RecheckAt);
        await RecheckAsync(confirmed: 1);
    }

    // Or the monitor would look again and again until the next sample.
    [Fact]
    public async Task RecheckAt_AfterARecheckThatConfirmsNothing_IsNull()
    {
        Freeze(4);
        // Pause frames may be the reason, so it takes longer than the freeze after the report.
        _host.Print(1, "NETDEV WATCHDOG: eno1 (e1000e): transmit queue 0 timed out", priority: 4, dictionary: null);
        _host.Pass(2);
        _host.Clock.Advance(TimeSpan.FromSeconds(1) + Tick);
        Assert.True(_host.Monitor.RecheckAt <= Now);
        await RecheckAsync(confirmed: 0);
    }

    [Fact]
    public async Task Recheck_PacketsLeaveAfterTheReport_ConfirmsNothing()
    {
        Freeze(4);
        _host.Print(1, Hang);
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "102\n");
        _host.Clock.Advance(TimeSpan.FromMilliseconds(250) + Tick);
        _host.Monitor.Recheck();

        Assert.Equal(0, await _host.ValueAsync(Confirmed));
    }

    [Fact]
    public void Frozen_SamplerWasAway_CountsFromItsReturn()
    {
        var transmitter = new DeviceTransmitter();
        foreach (var second in new[] { 0, 1, 9, 10 })
            transmitter.Sample(
                new TxSample(TimeSpan.FromSeconds(second), true, 100, 60), TimeSpan.FromSeconds(10),
                TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(2));

        Assert.Equal(9, transmitter.Frozen?.Start.TotalSeconds);
    }

    private TimeSpan Now => _host.Clock.GetElapsedTime(0);

    // With any result, the next one is not due before the next sample.
    private async Task RecheckAsync(int confirmed)
    {
        _host.Monitor.Recheck();
        Assert.Equal(confirmed, await _host.ValueAsync(Confirmed));
        Assert.Null(_host.Monitor.RecheckAt);
    }

    // A sample that sees a packet leave, then one each second that sees others wait.
    private void Freeze(int samples)
    {
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "100\n");
        _host.Start();
        _host.Sysfs.Write("eno1", "statistics/tx_packets", "101\n");
        _host.Sysfs.Write("eno1", "queues/tx-0/byte_queue_limits/inflight", "1500\n");
        _host.Pass(samples);
    }
}
