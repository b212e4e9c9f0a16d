using NicHangExporter.Options;

namespace NicHangExporter.Tests.Remediation;

/// <summary>nichang_hang_confirmed: what people are called for.</summary>
public sealed class ConfirmedMetricTests : IDisposable
{
    private const string Confirmed = "nichang_hang_confirmed{device=\"eno1\"}";

    private readonly FixtureHost _host = new(LocalLoop.Enforcing, live: true);
    private readonly SimulatedNic _nic;

    public ConfirmedMetricTests() => _nic = _host.AddSimulatedNic();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData("off")]
    [InlineData("observe")]
    public async Task Wedge_IsConfirmedByAReportWithinThreeFrozenSeconds_AndForAsLongAsItLasts(string mode)
    {
        _host.Configure(options => options with
        {
            Remediation = options.Remediation with { Local = Enum.Parse<RemediationMode>(mode, ignoreCase: true) },
        });
        Begin();
        Assert.Equal(0, await _host.ValueAsync(Confirmed));
        _nic.Hang();
        _host.Live(2);
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));
        Assert.Equal(0, await _host.ValueAsync(Confirmed));
        _host.Live(2);
        Assert.Equal(1, await _host.ValueAsync(Confirmed));
        _host.Live(120);
        Assert.Equal(1, await _host.ValueAsync(Confirmed));

        _nic.IsHung = false;
        _host.Live(70);

        Assert.Equal(0, await _host.ValueAsync(Confirmed));
    }

    [Fact]
    public async Task Wedge_ThatIsProvenToBeHealed_IsConfirmedNoMore_ThoughItsEpisodeGoesOn()
    {
        Begin();
        _nic.Hang();
        _host.Live(20);
        Assert.Equal(1, await _host.ValueAsync(Confirmed));

        _host.Live(20);

        Assert.Equal(0, await _host.ValueAsync(Confirmed));
        Assert.Equal(1, await _host.ValueAsync("nichang_hang_active{device=\"eno1\"}"));

        // Another one, in the same episode.
        _nic.Hang();
        _host.Live(5);
        Assert.Equal(1, await _host.ValueAsync(Confirmed));
    }

    [Fact]
    public async Task SingleReport_IsNeverConfirmed()
    {
        Begin();
        _host.Print(_host.NextSequence(), SimulatedNic.RecordedHang);
        for (var second = 0; second < 90; second++)
        {
            _host.Live(1);
            Assert.Equal(0, await _host.ValueAsync(Confirmed));
        }
    }

    [Fact]
    public async Task TransmitterThatStallsWithoutAReport_IsConfirmedWhenItsWindowIsOver()
    {
        Begin();
        _nic.Reports = false;
        _nic.Hang();
        _host.Live(8);
        Assert.Equal(0, await _host.ValueAsync(Confirmed));
        _host.Live(5);
        Assert.Equal(1, await _host.ValueAsync(Confirmed));

        _nic.IsHung = false;
        _host.Live(70);

        Assert.Equal(0, await _host.ValueAsync(Confirmed));
    }

    private void Begin()
    {
        _host.Open();
        _host.Start();
        _host.Live(2);
    }
}
