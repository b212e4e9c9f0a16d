using NicHangExporter.Hosting;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// Between the report that confirms a hang and the first command to the NIC nothing is logged: a log that blocks, or a
/// console at 9600 baud, must not come before the cure.
/// </summary>
public sealed class HotPathTests : IDisposable
{
    private readonly FixtureHost _host;
    private readonly SimulatedNic _nic;

    public HotPathTests()
    {
        _host = new FixtureHost(LocalLoop.Enforcing, live: true);
        _nic = _host.AddSimulatedNic();
        _nic.Reports = false;
    }

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("wedge")]
    [InlineData("recurrence")]
    [InlineData("budget gone")]
    public void SecondReport_UntilTheFirstChange_LogsNothing(string what)
    {
        if (what == "budget gone")
            _host.Configure(options => options with { Remediation = options.Remediation with { DeviceBudget = 1 } });
        _host.Open();
        _host.Start();
        _host.Live(2);
        if (what != "wedge")
        {
            Hang();
            _host.Live(400);
        }
        var (before, after) = Hang();

        Assert.True(before == after, string.Join("\n",
            _host.Log.Entries.Skip(before).Take(after - before).Select(entry => entry.Message)));
        Assert.False(_nic.IsHung);
        // And everything that was to be said is said after it.
        _host.Live(1);
        Assert.Contains(_host.Log.Entries.Skip(after), entry => entry.Event == EventIds.RemediationStarted);
    }

    private (int Before, int After) Hang()
    {
        int? atTheFirst = null;
        _nic.Before = _ => atTheFirst ??= _host.Log.Entries.Count;
        _nic.Hang();
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.Live(2);
        Assert.Null(atTheFirst);
        var before = _host.Log.Entries.Count;
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        _host.RemediationWorker.RunPending();
        Assert.NotNull(atTheFirst);
        return (before, atTheFirst.Value);
    }
}
