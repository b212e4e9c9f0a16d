using System.Text;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

public sealed class NetDeviceTests : IDisposable
{
    private readonly SysfsTree _tree = new();

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void Parent_OfAPciCard_IsKnown()
    {
        _tree.Add("eno1"u8, parent: "pci0000:00/0000:00:1f.6", subsystem: "pci", driver: "e1000e");
        using var device = Open("eno1"u8);
        Assert.Equal("eno1", device.Name.ToString());
        Assert.True(device.IsPhysical);
        Assert.Equal(Some.Address("0000:00:1f.6"), device.BusAddress);
        Assert.Equal("pci", device.Subsystem);
        Assert.Equal("e1000e", device.Driver);
    }

    [Fact]
    public void Parent_OfABridge_IsNone()
    {
        _tree.Add("vmbr0"u8);
        using var device = Open("vmbr0"u8);
        Assert.False(device.IsPhysical);
        Assert.True(device.BusAddress.IsEmpty);
        Assert.Null(device.Subsystem);
        Assert.Null(device.Driver);
    }

    [Fact]
    public void VirtualFunction_IsToldByItsPhysicalFunction()
    {
        _tree.Add("enp59s0f0"u8, parent: "pci0000:3a/0000:3b:00.0", subsystem: "pci", driver: "ixgbe");
        _tree.Add("enp59s0f0v0"u8, parent: "pci0000:3a/0000:3b:02.0", subsystem: "pci", driver: "ixgbevf");
        SysfsTree.Link("../0000:3b:00.0", default, $"{_tree.Root}/devices/pci0000:3a/0000:3b:02.0/physfn", default);
        using var function = Open("enp59s0f0v0"u8);
        using var card = Open("enp59s0f0"u8);
        Assert.True(function is { IsPhysical: true, IsVirtualFunction: true });
        Assert.False(card.IsVirtualFunction);
    }

    [Fact]
    public void Parent_WithoutADriver_IsStillPhysical()
    {
        _tree.Add("wl0"u8, parent: "pci0000:00/not an address");
        using var device = Open("wl0"u8);
        Assert.True(device.IsPhysical);
        Assert.True(device.BusAddress.IsEmpty);
        Assert.Null(device.Driver);
    }

    [Theory]
    [InlineData("0\n", 0)]
    [InlineData("0", 0)]
    [InlineData("18446744073709551615\n", ulong.MaxValue)]
    [InlineData("007\n", 7)]
    public void TryReadUInt64_Number_IsRead(string content, ulong expected)
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "statistics/rx_bytes", content);
        using var device = Open("eth0"u8);
        Assert.Equal(Errno.None, device.TryReadUInt64("statistics/rx_bytes\0"u8, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("-1\n")]
    [InlineData("+1\n")]
    [InlineData(" 1\n")]
    [InlineData("1 \n")]
    [InlineData("1\n\n")]
    [InlineData("1\n2\n")]
    [InlineData("1\0")]
    [InlineData("0x1\n")]
    [InlineData("1,000\n")]
    [InlineData("1e3\n")]
    [InlineData("up\n")]
    [InlineData("5 apples\n")]
    [InlineData("18446744073709551616\n")]
    [InlineData("00000000000000000000000000000001\n")]
    [InlineData("1111111111111111111111111111111111111111111111111111\n")]
    public void TryReadUInt64_Garbage_IsInvalidAndZero(string content)
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "mtu", content);
        _tree.Write("eth0", "queues/tx-0/tx_timeout", content);
        using var device = Open("eth0"u8);
        // 32 digits and no more are still a number.
        var expected = content.StartsWith("0000", StringComparison.Ordinal) ? (Errno.None, 1ul) : (Errno.Invalid, 0ul);
        Assert.Equal(expected, (device.TryReadUInt64("mtu\0"u8, out var value), value));
        Assert.Equal(expected, (device.TryReadQueueUInt64(0, "tx_timeout\0"u8, out var queueValue), queueValue));
    }

    [Theory]
    [InlineData("-1\n", -1)]
    [InlineData("1000\n", 1000)]
    [InlineData("-9223372036854775808\n", long.MinValue)]
    [InlineData("9223372036854775807", long.MaxValue)]
    public void TryReadInt64_Number_IsRead(string content, long expected)
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "speed", content);
        using var device = Open("eth0"u8);
        Assert.Equal(Errno.None, device.TryReadInt64("speed\0"u8, out var value));
        Assert.Equal(expected, value);
    }

    [Theory]
    [InlineData("9223372036854775808\n")]
    [InlineData("--1\n")]
    [InlineData("-\n")]
    [InlineData("1 2\n")]
    [InlineData("")]
    public void TryReadInt64_Garbage_IsInvalidAndZero(string content)
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "speed", content);
        using var device = Open("eth0"u8);
        Assert.Equal(Errno.Invalid, device.TryReadInt64("speed\0"u8, out var value));
        Assert.Equal(0, value);
    }

    [Fact]
    public void TryRead_AttributeThatIsNotThere_IsNoEntry()
    {
        _tree.Add("eth0"u8);
        using var device = Open("eth0"u8);
        Assert.Equal(Errno.NoEntry, device.TryReadUInt64("mtu\0"u8, out _));
        Assert.Equal(Errno.NoEntry, device.TryReadInt64("speed\0"u8, out _));
        Assert.Equal(Errno.NoEntry, device.TryReadText("operstate\0"u8, new byte[8], out var length));
        Assert.Equal(0, length);
        Assert.Equal(Errno.NoEntry, device.TryReadQueueUInt64(3, "tx_timeout\0"u8, out _));
    }

    [Fact]
    public void TryRead_WhatIsNoFile_IsTheKernelsError()
    {
        _tree.Add("eth0"u8);
        Directory.CreateDirectory(Path.Combine(_tree.Root, "class/net/eth0/statistics"));
        using var fifo = TestSupport.PacketPipe.Stream(Path.Combine(_tree.Root, "class/net/eth0/mtu"));
        fifo.CloseWriter();
        using var device = Open("eth0"u8);
        Assert.Equal(Errno.IsDirectory, device.TryReadUInt64("statistics\0"u8, out _));
        // A FIFO must not stop a scrape.
        Assert.Equal(Errno.Invalid, device.TryReadUInt64("mtu\0"u8, out _));
    }

    [Theory]
    [InlineData("up\n", "up")]
    [InlineData("up", "up")]
    [InlineData("", "")]
    [InlineData("\n", "")]
    [InlineData("a\n\n", "a\n")]
    [InlineData("12345678\n", "12345678")]
    [InlineData("12345678", "12345678")]
    [InlineData("1234567\n", "1234567")]
    public void TryReadText_ThatFits_IsCutOfOneNewline(string content, string expected)
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "operstate", content);
        using var device = Open("eth0"u8);
        var buffer = new byte[8];
        Assert.Equal(Errno.None, device.TryReadText("operstate\0"u8, buffer, out var length));
        Assert.Equal(expected, Encoding.UTF8.GetString(buffer, 0, length));
    }

    [Theory]
    [InlineData("123456789")]
    [InlineData("12345678\n\n")]
    [InlineData("12345678\n9")]
    [InlineData("1234567\n9\n")]
    public void TryReadText_ThatDoesNotFit_IsTooSmall(string content)
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "ifalias", content);
        using var device = Open("eth0"u8);
        Assert.Equal(Errno.TooSmall, device.TryReadText("ifalias\0"u8, new byte[8], out _));
    }

    [Fact]
    public void TryReadQueueUInt64_QueuesAndTheirLimits_AreRead()
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "queues/tx-0/tx_timeout", "0\n");
        _tree.Write("eth0", "queues/tx-12/tx_timeout", "3\n");
        _tree.Write("eth0", "queues/tx-12/byte_queue_limits/inflight", "1514\n");
        _tree.Write("eth0", "queues/rx-0/rps_cpus", "0\n");
        using var device = Open("eth0"u8);
        Assert.Equal((Errno.None, 2), (device.TryCountTxQueues(out var count), count));
        Assert.Equal((Errno.None, 3ul), (device.TryReadQueueUInt64(12, "tx_timeout\0"u8, out var timeouts), timeouts));
        Assert.Equal(
            (Errno.None, 1514ul),
            (device.TryReadQueueUInt64(12, "byte_queue_limits/inflight\0"u8, out var inflight), inflight));
        Assert.Equal(Errno.NoEntry, device.TryReadQueueUInt64(int.MaxValue, "tx_timeout\0"u8, out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => device.TryReadQueueUInt64(-1, "tx_timeout\0"u8, out _));
    }

    [Fact]
    public void TryCountTxQueues_WithoutQueues_IsZero()
    {
        _tree.Add("eth0"u8);
        using var device = Open("eth0"u8);
        Assert.Equal((Errno.None, 0), (device.TryCountTxQueues(out var count), count));
    }

    [Fact]
    public void TryCountTxQueues_ThatFails_HasTheReason()
    {
        _tree.Add("eth0"u8);
        using var device = Open("eth0"u8);
        // ELOOP, in place of EMFILE.
        File.CreateSymbolicLink(Path.Combine(_tree.Root, "class/net/eth0/queues"), "queues");
        Assert.Equal(((Errno)40, 0), (device.TryCountTxQueues(out var count), count));
    }

    [Fact]
    public void TryRead_AttributeWithoutItsNul_IsRefused()
    {
        _tree.Add("eth0"u8);
        using var device = Open("eth0"u8);
        Assert.Throws<ArgumentException>(() => device.TryReadUInt64("mtu"u8, out _));
        Assert.Throws<ArgumentException>(() => device.TryReadUInt64(default, out _));
        Assert.Throws<ArgumentException>(() => device.TryReadUInt64("a\0b\0"u8, out _));
        Assert.Throws<ArgumentException>(() => device.TryReadQueueUInt64(0, "tx_timeout"u8, out _));
    }

    // The descriptor holds the directory, not the name: a new device of the old name is another one.
    [Fact]
    public void TryRead_NameTakenByAnotherDevice_DoesNotReadThatOne()
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "ifindex", "2\n");
        using var device = Open("eth0"u8);
        Directory.Delete(Path.Combine(_tree.Root, "devices/virtual/net/eth0"), recursive: true);
        File.Delete(Path.Combine(_tree.Root, "class/net/eth0"));
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "ifindex", "3\n");
        Assert.Equal(Errno.NoEntry, device.TryReadUInt64("ifindex\0"u8, out _));
    }

    [Fact]
    public void AnyRead_AfterDispose_SaysThatTheDeviceIsGone()
    {
        _tree.Add("eth0"u8);
        var device = Open("eth0"u8);
        device.Dispose();
        device.Dispose();
        Assert.Equal(Errno.NoDevice, device.TryReadUInt64("mtu\0"u8, out _));
        Assert.Equal(Errno.NoDevice, device.TryReadText("operstate\0"u8, new byte[8], out _));
        Assert.Equal(Errno.NoDevice, device.TryReadQueueUInt64(0, "tx_timeout\0"u8, out _));
        Assert.Equal((Errno.None, 0), (device.TryCountTxQueues(out var count), count));
        Assert.Equal(0, device.Index);
        Assert.Null(device.Driver);
        Assert.False(device.IsUpper);
        Assert.False(device.IsBondSlave);
    }

    [Fact]
    public void TryRead_Attributes_AllocatesNothing()
    {
        _tree.Add("eth0"u8);
        _tree.Write("eth0", "mtu", "1500\n");
        _tree.Write("eth0", "operstate", "up\n");
        _tree.Write("eth0", "queues/tx-0/tx_timeout", "0\n");
        using var device = Open("eth0"u8);
        var buffer = new byte[16];
        Scrape();
        Assert.Equal(0, Allocations.Of(() =>
        {
            for (var i = 0; i < 100; i++)
                Scrape();
        }));

        void Scrape()
        {
            Assert.True(device.TryReadUInt64("mtu\0"u8, out _) == Errno.None);
            Assert.True(device.TryReadInt64("mtu\0"u8, out _) == Errno.None);
            Assert.True(device.TryReadText("operstate\0"u8, buffer, out _) == Errno.None);
            Assert.True(device.TryReadQueueUInt64(0, "tx_timeout\0"u8, out _) == Errno.None);
            Assert.True(device.TryReadUInt64("missing\0"u8, out _) == Errno.NoEntry);
        }
    }

    private NetDevice Open(ReadOnlySpan<byte> name) =>
        new NetClass(_tree.Root).Open(Some.Interface(name)) ?? throw new InvalidOperationException("no such interface");
}
