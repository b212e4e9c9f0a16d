using System.Globalization;
using System.Text;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Tests.Detection.Patterns;

/// <summary>Checks the table against its fixture lines: each row has a line, and each line has one row.</summary>
public sealed class HangPatternsTests
{
    public static TheoryData<string> Ids => [.. HangPatterns.All.Select(pattern => pattern.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void Row_HasAFixtureLine_ThatMatchesIt(string id)
    {
        var line = Lines().Single(line => line.Row == id);
        var text = Encoding.ASCII.GetBytes(line.Text);

        var detected = HangDetector.TryDetect(text, default, default, DetectionMode.Kernel, out var message);

        if (line.Kind == MessageKind.Ignored)
        {
            Assert.False(detected);
            return;
        }
        Assert.True(detected);
        Assert.Equal(
            (id, line.Kind, line.Driver, line.Bus, line.Device, line.Queue, line.Milliseconds),
            (message.Pattern.Id, message.Kind, message.Driver ?? "", message.Bus.ToString(), message.Device.ToString(),
                message.Queue?.ToString(CultureInfo.InvariantCulture) ?? "",
                message.Milliseconds?.ToString(CultureInfo.InvariantCulture) ?? ""));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void FixtureLine_MatchesExactlyOneRow(string id)
    {
        var line = Lines().Single(line => line.Row == id);

        Assert.Equal([id], NaiveDetector.Matches(line.Text).Select(pattern => pattern.Id));
    }

    [Fact]
    public void FixtureLines_AreOfRowsOfTheTable() =>
        Assert.Equal(
            HangPatterns.All.Select(pattern => pattern.Id).Order(StringComparer.Ordinal),
            Lines().Select(line => line.Row).Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_AreWellFormed()
    {
        Assert.All(HangPatterns.All, pattern =>
        {
            Assert.Matches("^[a-z0-9]+([-.][a-z0-9]+)*$", pattern.Id);
            Assert.NotEmpty(pattern.Source);
            Assert.True(pattern.AnyDriver || pattern.Drivers.Length > 0, pattern.Id);
            Assert.All(
                new[]
                {
                        pattern.QueueAt,
                        pattern.MillisecondsAt,
                        pattern.MicrosecondsAt,
                        pattern.DeviceAt,
                        pattern.DriverAt,
                        pattern.FormerNameAt,
                },
            at => Assert.InRange(at, -1, pattern.Message.Conversions - 1));
            Assert.Equal(pattern.Kind == MessageKind.Fatal, pattern.Trouble != DeviceTrouble.None);
            Assert.True(!pattern.Announces || pattern.Kind == MessageKind.Reset, pattern.Id);
            Assert.True(!pattern.CountsAsHang || pattern.Kind == MessageKind.Fatal, pattern.Id);
            Assert.Subset(pattern.Drivers.ToHashSet(), pattern.ResetBy.ToHashSet());
            // A record that is one short word could be anybody's.
            Assert.False(
                pattern.IsTerse && (pattern.Shapes & (PrefixShapes.Bare | PrefixShapes.Module)) != 0, pattern.Id);
            // A port of a PCI bridge has links too. Without an interface the driver must be in the table.
            Assert.True(!pattern.Shapes.HasFlag(PrefixShapes.Device) || pattern.Drivers.Length > 0, pattern.Id);
        });
        Assert.Equal(
            HangPatterns.All.Length,
            HangPatterns
                .All.Select(pattern => pattern.Format)
                .Zip(HangPatterns.All.Select(pattern => pattern.Shapes))
                .Distinct()
                .Count());
        Assert.Equal(HangPatterns.All.Length, HangPatterns.All.Select(pattern => pattern.Id).Distinct().Count());
    }

    [Theory]
    // The name of every interface in the lines of the table.
    [InlineData(
        "e1000e 0000:00:1f.6 eno1 (uninitialized): Detected Hardware Unit Hang:", "e1000e", "0000:00:1f.6", "eno1")]
    [InlineData(
        "e1000e 0000:00:1f.6 eno1 (unregistering): Detected Hardware Unit Hang:", "e1000e", "0000:00:1f.6", "eno1")]
    [InlineData(
        "e1000e 0000:00:1f.6 (unnamed net_device) (uninitialized): Detected Hardware Unit Hang:", "e1000e",
        "0000:00:1f.6", "")]
    [InlineData("e1000e 0000:00:1f.6: eth0: Detected Hardware Unit Hang:", "e1000e", "0000:00:1f.6", "eth0")]
    [InlineData("0000:00:19.0: eth0: Detected Hardware Unit Hang:", "e1000e", "0000:00:19.0", "eth0")]
    [InlineData("e1000e: eth0: Detected Hardware Unit Hang:", "e1000e", "", "eth0")]
    [InlineData("e1000: eth0: e1000_clean_tx_irq: Detected Tx Unit Hang", "e1000", "", "eth0")]
    [InlineData("ixgbevf: Detected Tx Unit Hang", "ixgbevf", "", "")]
    [InlineData("r8152 4-1:1.0 eth1: Tx timeout", "r8152", "4-1:1.0", "eth1")]
    [InlineData(
        "virtio_net virtio1 ens3: NETDEV WATCHDOG: CPU: 59: transmit queue 0 timed out 10720 ms", "virtio_net",
        "virtio1", "ens3")]
    [InlineData(
        "hv_netvsc 000d3a6b-1234-000d-3a6b-1234000d3a6b eth0: NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out "
        + "5010 ms",
        "hv_netvsc",
        "000d3a6b-1234-000d-3a6b-1234000d3a6b",
        "eth0")]
    [InlineData(
        "netdevsim netdevsim1 eni1np1: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 1769 ms", "netdevsim",
        "netdevsim1", "eni1np1")]
    [InlineData(
        "fsl_dpaa2_eth dpni.1 eth0: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5010 ms", "fsl_dpaa2_eth",
        "dpni.1", "eth0")]
    [InlineData(
        "rk_gmac-dwmac fe1c0000.ethernet end0: NETDEV WATCHDOG: CPU: 2: transmit queue 0 timed out 5000 ms",
        "rk_gmac-dwmac", "fe1c0000.ethernet", "end0")]
    [InlineData(
        "mt7530 mdio-bus:1f lan1: Link is Up - 1Gbps/Full - flow control rx/tx", "mt7530", "mdio-bus:1f", "lan1")]
    [InlineData("eth0.100: NETDEV WATCHDOG: CPU: 0: transmit queue 0 timed out 5010 ms", "", "", "eth0.100")]
    [InlineData(
        "mlx5_core 0000:04:00.0: 0000:04:00.0:poll_health:717:(pid 0): Fatal error 1 detected", "mlx5_core",
        "0000:04:00.0", "")]
    [InlineData(
        "mlx5_core 0000:04:00.0: poll_health:800:(pid 0): device's health compromised - reached miss count",
        "mlx5_core", "0000:04:00.0", "")]
    [InlineData("bnx2x: [bnx2x_panic_dump:917(eth0)]begin crash dump -----------------", "bnx2x", "", "eth0")]
    [InlineData("[bnx2x_panic_dump:917(eth0)]begin crash dump -----------------", "bnx2x", "", "eth0")]
    [InlineData("e1000e: eth1 NIC Link is Down", "e1000e", "", "eth1")]
    [InlineData("igb: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX", "igb", "", "eth0")]
    [InlineData(
        "igb 0000:02:00.0: eth0: igb: eth0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX", "igb",
        "0000:02:00.0", "eth0")]
    [InlineData("vmnic0 NIC Link is Up 1000 Mbps Full Duplex, Flow Control: Rx/Tx", "", "", "vmnic0")]
    [InlineData(
        "atl1c 0000:02:00.0: atl1c: eth0 NIC Link is Up<1000 Mbps Full Duplex>", "atl1c", "0000:02:00.0", "eth0")]
    [InlineData("igbvf 0000:01:10.0: Link is Up 1000 Mbps Full Duplex", "igbvf", "0000:01:10.0", "")]
    [InlineData("ixgbevf 0000:01:10.0: NIC Link is Up 10 Gbps", "ixgbevf", "0000:01:10.0", "")]
    [InlineData(
        "atlantic 0000:01:00.0 enp1s0: atlantic: link change old 1000 new 0", "atlantic", "0000:01:00.0", "enp1s0")]
    [InlineData("net ens160: ens160: tq[0] error 0x80000000", "vmxnet3", "", "ens160")]
    [InlineData("NETDEV WATCHDOG: eth0 (): transmit queue 0 timed out", "", "", "eth0")]
    public void Prefix_OfAnyShape_NamesDriverBusAndInterface(string text, string driver, string bus, string device)
    {
        Assert.True(
            HangDetector.TryDetect(
                Encoding.ASCII.GetBytes(text), default, default, DetectionMode.Kernel, out var message));
        Assert.Equal((driver, bus, device), (message.Driver ?? "", message.Bus.ToString(), message.Device.ToString()));
    }

    [Theory]
    // Quotations, texts of other subsystems, wrong drivers, and incomplete messages.
    [InlineData("audit: type=1400 msg=\"e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:\"")]
    [InlineData("systemd-journald[312]: e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:")]
    [InlineData("foo: e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:")]
    [InlineData("usb 1-1: e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang:")]
    [InlineData("Detected Hardware Unit Hang:")]
    [InlineData("i915 0000:00:02.0: Detected Hardware Unit Hang:")]
    [InlineData("r8169 0000:02:00.0 eth0: Detected Hardware Unit Hang:")]
    [InlineData("e1000e 0000:00:1f.6 eno1: Detected Hardware Unit Hang: matched rule 3")]
    [InlineData("e1000e 0000:00:1f.6 eno1: clearing Tx timestamp hang")]
    [InlineData("nic-watchdog: NETDEV WATCHDOG: eno1 (e1000e): transmit queue 0 timed out")]
    [InlineData("pcieport 0000:00:1c.0: pciehp: Slot(0): Link Up")]
    [InlineData("imx6q-pcie 33800000.pcie: Link up, Gen2")]
    [InlineData("dw-pcie 1ffc000.pcie: Link up")]
    [InlineData("ata1: SATA link up 1.5 Gbps (SStatus 113 SControl 310)")]
    [InlineData("bond0: (slave eth0): link status definitely down, disabling slave")]
    [InlineData("IPv6: ADDRCONF(NETDEV_CHANGE): eth0: link becomes ready")]
    [InlineData("br0: port 1(eth0) entered disabled state")]
    [InlineData("Bluetooth: hci0: command 0x0c03 tx timeout")]
    [InlineData("Bluetooth: hci0: link tx timeout")]
    [InlineData("watchdog: watchdog0: watchdog did not stop!")]
    [InlineData("ena 0000:00:05.0 eth0: tx_timeout: 1")]
    [InlineData("ena 0000:00:05.0 eth0: wd_expired: 1")]
    [InlineData("tg3: tg3_stop_block timed out, ofs=3400 enable_bit=2")]
    [InlineData("i2c_designware i2c_designware.0: tx timeout")]
    [InlineData("WARNING: CPU: 2 PID: 0 at net/sched/sch_generic.c:467 dev_watchdog+0x1bd/0x1d0")]
    [InlineData("nvme nvme2: I/O 0 QID 0 timeout, reset controller")]
    [InlineData("usb 4-1: reset SuperSpeed USB device number 2 using xhci-hcd")]
    [InlineData("iwlwifi 0000:02:00.0: Queue 3 is stuck 16 73")]
    [InlineData("cdc_ncm 1-1:2.0 wwan0: network connection: connected")]
    [InlineData("mlx5_core 0000:08:00.0: Port module event: module 0, Cable plugged")]
    [InlineData("e1000e 0000:00:1f.6 a/b: Detected Hardware Unit Hang:")]
    [InlineData("e1000e 0000:00:1f.6 : Detected Hardware Unit Hang:")]
    [InlineData("NETDEV WATCHDOG: eth0 (e1000e): transmit queue x timed out")]
    public void LookAlike_InTheKernelsLog_IsNothing(string text) =>
        Assert.False(
            HangDetector.TryDetect(Encoding.ASCII.GetBytes(text), default, default, DetectionMode.Kernel, out _));

    private static IEnumerable<Line> Lines() =>
        from line in File.ReadLines(Fixtures.PathOf("patterns.tsv")).Skip(1)
        let field = line.Split('\t')
        select new Line(
            field[0], Enum.Parse<MessageKind>(field[1]), field[2], field[3], field[4], field[5], field[6], field[7]);

    private sealed record Line(
        string Row, MessageKind Kind, string Driver, string Bus, string Device, string Queue, string Milliseconds,
        string Text);
}
