using System.Globalization;

namespace NicHangExporter.Tests.Detection;

/// <summary>A driver has several messages for one event, and one message that means more than it says.</summary>
public sealed class DriverEventTests : IDisposable
{
    private const string Resets = "nichang_driver_resets_total{device=\"eno1\",origin=\"live\"}";
    private const string Reports = "nichang_hang_events_total{device=\"eno1\",source=\"driver\",origin=\"live\"}";
    private const string Episodes = "nichang_hang_episodes_total{device=\"eno1\",origin=\"live\"}";
    private const string Flaps = "nichang_hang_episodes_ended_total{device=\"eno1\",shape=\"flap\"}";

    private readonly FixtureHost _host = new();

    public DriverEventTests() => _host.AddNic();

    public void Dispose() => _host.Dispose();

    [Theory]
    [InlineData(1, "ixgbe {0}: Detected Tx Unit Hang \\x0a  Tx Queue             <4>",
        "ixgbe {0}: tx hang 19 detected on queue 4, resetting adapter", "ixgbe {0}: initiating reset due to tx timeout",
        "ixgbe {0}: Reset adapter")]
    [InlineData(0, "ixgbe {0}: initiating reset to clear Tx work after link loss", "ixgbe {0}: Reset adapter")]
    [InlineData(0, "be2net 0000:00:1f.6: Initiating reset due to tx timeout", "be2net 0000:00:1f.6: Resetting adapter")]
    [InlineData(0, "gve 0000:00:1f.6: Device requested reset.", "gve 0000:00:1f.6: Performing reset")]
    [InlineData(1, "hns3 {0}: tx_timeout count: 1, queue id: 3, SW_NTU: 0x1f, SW_NTC: 0x1a, napi state: 16",
        "hns3 0000:00:1f.6: received reset event, reset type is 5", "hns3 0000:00:1f.6: PF reset requested")]
    [InlineData(1,
        "txgbe 0000:00:1f.6: Detected Tx Unit Hang: Queue 4, TDH 1f, TDT 2c, ntu 2c, ntc 1f, ntc.time_stamp 10025c1ab, "
        + "jiffies 10025c380", "txgbe 0000:00:1f.6: initiating reset due to tx timeout",
        "txgbe 0000:00:1f.6: Reset adapter.")]
    [InlineData(1, "fm10k {0}: Detected Tx Unit Hang", "fm10k {0}: tx hang 1 detected on queue 2, resetting interface",
        "fm10k {0}: Reset interface")]
    public async Task Reset_OfWhichTheDriverHasSeveralMessages_IsOne(int reports, params string[] messages)
    {
        _host.Start();
        Print(messages);

        Assert.Equal(1, await _host.ValueAsync(Resets));
        Assert.Equal(reports, await _host.ValueAsync(Reports));
        Assert.Equal(reports, await _host.ValueAsync(Episodes));
    }

    [Fact]
    public async Task Reset_ThatIsOnlyAnnounced_IsNone()
    {
        _host.Start();
        Print("ixgbe {0}: initiating reset due to tx timeout");

        Assert.Equal(0, await _host.ValueAsync(Resets));
    }

    [Theory]
    // The driver says that it has repaired it; it resets each time without a word.
    [InlineData("mlx5_core {0}: TX timeout detected",
        "mlx5_core {0}: TX timeout on queue: 0, SQ: 0x1164, CQ: 0x41f, SQ Cons: 0x1 SQ Prod: 0x1, usecs since last "
        + "trans: 21085000", "mlx5_core {0}: Recovered 1 eqes on EQ 0xa")]
    [InlineData("r8152 {0}: Tx timeout")]
    [InlineData("fec {0}: TX ring dump")]
    public async Task Hang_ThatTheDriverRepairs_EndsAsAFlap(params string[] messages)
    {
        _host.Start();
        Print(messages);
        _host.Pass(61);

        Assert.Equal(1, await _host.ValueAsync(Flaps));
        Assert.Equal(0, await _host.ValueAsync(Resets));
    }

    [Fact]
    public async Task KeepAlive_OfEna_IsAReportOfTheDriver()
    {
        _host.Start();
        Print("ena {0}: Keep alive watchdog timeout.", "ena {0}: Trigger reset is on");

        Assert.Equal(1, await _host.ValueAsync(Reports));
        Assert.Equal(1, await _host.ValueAsync(Resets));
        Assert.Equal(1, await _host.ValueAsync(Episodes));
    }

    private void Print(params string[] messages)
    {
        for (var at = 0; at < messages.Length; at++)
            _host.Print((ulong)at + 1, string.Format(CultureInfo.InvariantCulture, messages[at], "0000:00:1f.6 eno1"));
    }
}
