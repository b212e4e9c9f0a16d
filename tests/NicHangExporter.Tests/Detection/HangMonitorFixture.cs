namespace NicHangExporter.Tests.Detection;

/// <summary>A monitor of one e1000e.</summary>
public abstract class HangMonitorFixture : IDisposable
{
    private protected const string Hang =
        @"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\x0a  TDH                  <14>"
        + @"\x0a  TDT                  <1a>";
    private protected const string DriverLive =
        "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"live\"}";
    private protected const string DriverHistory =
        "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"history\"}";
    private protected const string Active = "nichang_hang_active{device=\"eno1\"}";

    private protected readonly FixtureHost _host = new();

    private protected HangMonitorFixture() => _host.AddNic();

    public void Dispose()
    {
        _host.Dispose();
        GC.SuppressFinalize(this);
    }
}
