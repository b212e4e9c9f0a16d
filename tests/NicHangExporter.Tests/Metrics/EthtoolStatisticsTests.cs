using NicHangExporter.Metrics;

namespace NicHangExporter.Tests.Metrics;

public sealed class EthtoolStatisticsTests
{
    [Theory]
    [InlineData("tx_timeout_count")]
    [InlineData("rx_flow_control_xoff")]
    [InlineData("tx timeout count")]
    public void Includes_TheBuiltInChoice_IsTrue(string name) => Assert.True(new EthtoolStatistics([]).Includes(name));

    [Theory]
    [InlineData("tx_hwtstamp_timeouts")]
    [InlineData("adminq_timeouts")]
    [InlineData("rx_bytes")]
    [InlineData("rx_missed_errors")]
    [InlineData("tx0_tx_timeouts")]
    [InlineData("")]
    public void Includes_ATrapOrSomethingElse_IsFalse(string name) =>
        Assert.False(new EthtoolStatistics([]).Includes(name));

    [Theory]
    [InlineData("rx_queue_*", "rx_queue_0_packets", true)]
    [InlineData("rx_queue_*", "tx_queue_0_packets", false)]
    [InlineData("*_drops", "rx0_drops", true)]
    [InlineData("*_drops", "rx0_drops_x", false)]
    [InlineData("*_xdp_*", "rx0_xdp_tx", true)]
    [InlineData("rx_bytes", "rx_bytes", true)]
    [InlineData("rx_bytes", "rx_bytes_nic", false)]
    public void Includes_WithAPattern_MatchesAsWritten(string pattern, string name, bool expected) =>
        Assert.Equal(expected, new EthtoolStatistics([pattern]).Includes(name));
}
