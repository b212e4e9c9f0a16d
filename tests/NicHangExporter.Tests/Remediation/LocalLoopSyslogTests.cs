using NicHangExporter.Linux;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Hangs that syslog(2) reports are acted on only where a transmit counter shows them too.</summary>
public sealed class LocalLoopSyslogTests : IDisposable
{
    private const string Confirmed = "nichang_hang_confirmed{device=\"eno1\"}";

    private readonly FakeSyslog _log = new();
    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;

    public LocalLoopSyslogTests()
    {
        _host = new FixtureHost(LocalLoop.Enforcing, syslog: _log);
        File.Delete(_host.Options.Paths.Kmsg);
        _nic = _host.AddSimulatedNic();
        _nic.IsQuiet = true;
        _host.Open();
        _host.Start();
        _host.Live(2);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Reports_OfANicThatSends_AreNoReasonToAct()
    {
        Report(times: 10);

        Assert.Empty(_nic.Operations);
        Assert.Equal(0, await _host.ValueAsync(Confirmed));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));
    }

    // The driver's own reset is a line of the log as well.
    [Fact]
    public async Task ReportAndReset_OfANicThatSends_AreNoReasonToAct()
    {
        Report(times: 3, then: "e1000e 0000:00:1f.6 eno1: Reset adapter unexpectedly");

        Assert.Empty(_nic.Operations);
        Assert.Equal(0, await _host.ValueAsync(Confirmed));
    }

    [Fact]
    public void Reports_WithAFrozenTransmitter_AreReasonEnough()
    {
        _nic.Hang();
        Report(times: 5);

        Assert.Contains(_nic.Operations, operation => operation.What == "reinit");
    }

    [Fact]
    public async Task Reports_WithTxTimeout_AreReasonEnough()
    {
        Report(times: 1);
        _host.Sysfs.Write("eno1", "queues/tx-0/tx_timeout", "1\n");
        Report(times: 4);

        Assert.NotEmpty(_nic.Operations);
        Assert.Contains("driver", await _host.ScrapeAsync(), StringComparison.Ordinal);
    }

    // What the counters showed of the hang that is healed says nothing of what is reported later.
    [Fact]
    public void Reports_AfterTheHangIsHealed_NeedTheCountersAgain()
    {
        _nic.Hang();
        Report(times: 5);
        _host.Live(60);
        Assert.False(_nic.IsHung);
        var operations = _nic.Operations.Count;

        Report(times: 20);
        _host.Live(600);
        Report(times: 20);

        Assert.Equal(operations, _nic.Operations.Count);
    }

    private void Report(int times, string? then = null)
    {
        for (; times > 0; times--)
        {
            Print(SimulatedNic.RecordedHang.Replace("\\x0a", "\n", StringComparison.Ordinal));
            if (then is not null)
                Print(then);
            _host.Live(2);
        }
    }

    private void Print(string text)
    {
        _host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var at = _host.Uptime;
        _log.Print(at, text);
        Assert.True(SpinWait.SpinUntil(() => Math.Abs((_host.Watcher.Time ?? default).TotalSeconds - at) < 1e-4,
            TimeSpan.FromSeconds(30)), $"the record of {at} was not read");
        _host.Monitor.TakeEvents();
    }
}
