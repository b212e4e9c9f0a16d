using System.Diagnostics;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Sysfs;

/// <summary>The live /sys.</summary>
[Collection(LiveKernel.Name)]
public sealed class LiveSysfsTests
{
    private readonly NetClass _class = new("/sys");

    [Fact]
    public void TryList_LiveKernel_AgreesWithTheDirectory()
    {
        var devices = new List<InterfaceName>();
        Assert.Equal(Errno.None, _class.TryList(devices));
        Assert.Equal(Directory.GetDirectories("/sys/class/net").Select(Path.GetFileName).Order(StringComparer.Ordinal),
            devices.Select(name => name.ToString()));
    }

    [Fact]
    public void Open_EveryLiveInterface_HasItsAttributes()
    {
        var devices = new List<InterfaceName>();
        Assert.Equal(Errno.None, _class.TryList(devices));
        Assert.NotEmpty(devices);
        foreach (var name in devices)
        {
            using var device = _class.Open(name);
            Assert.NotNull(device);
            Assert.Equal(Errno.None, device.TryReadUInt64("ifindex\0"u8, out var index));
            Assert.True(index > 0);
            Assert.Equal(Errno.None, device.TryReadUInt64("statistics/rx_bytes\0"u8, out _));
            Assert.Equal(Errno.None, device.TryReadText("operstate\0"u8, new byte[16], out var length));
            Assert.True(length > 0);
            Assert.Equal(Errno.None, device.TryCountTxQueues(out var queues));
            Assert.InRange(queues, 1, 4096);
            Assert.Equal(Errno.None, device.TryReadQueueUInt64(0, "tx_timeout\0"u8, out _));
            if (device.IsPhysical)
            {
                Assert.Contains(name, _class.FindByBusAddress(device.BusAddress));
                Assert.NotNull(device.Subsystem);
                Assert.NotNull(device.Driver);
            }
        }
    }

    // carrier of an interface that is down is EINVAL; of one that is gone, the attributes are.
    [Fact]
    public void TryRead_InterfaceThatIsDownThenGone_SaysSo()
    {
        Requires.Root();
        Requires.Program("ip");
        var name = $"nh{Environment.ProcessId}"[..Math.Min(15, $"nh{Environment.ProcessId}".Length)];
        Ip("link", "add", name, "type", "veth", "peer", "name", name + "p");
        var removed = false;
        try
        {
            using var device = _class.Open(Some.Interface(System.Text.Encoding.ASCII.GetBytes(name)));
            Assert.NotNull(device);
            Assert.False(device.IsPhysical);
            Assert.Equal(Errno.Invalid, device.TryReadUInt64("carrier\0"u8, out _));
            Assert.Equal(Errno.None, device.TryReadUInt64("statistics/tx_bytes\0"u8, out _));

            Ip("link", "del", name);
            removed = true;
            Assert.Equal(Errno.NoEntry, device.TryReadUInt64("statistics/tx_bytes\0"u8, out _));
            Assert.Equal((Errno.None, 0), (device.TryCountTxQueues(out var queues), queues));
            Assert.Null(_class.Open(device.Name));
        }
        finally
        {
            if (!removed)
                Ip("link", "del", name);
        }
    }

    private static void Ip(params string[] arguments)
    {
        using var process = Process.Start(Requires.Find("ip")!, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
