using NicHangExporter.Linux.Kmsg;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests;

/// <summary>
/// Every opened descriptor is closed, also after a failure. Only descriptors of a test's own files are counted.
/// </summary>
[Collection(LiveKernel.Name)]
public sealed class DescriptorLeakTests
{
    [Fact]
    public void Sysfs_AThousandOpens_LeaveNoDescriptor()
    {
        using var tree = new SysfsTree();
        tree.Add("eth0"u8, parent: "pci0000:00/0000:00:1f.6", subsystem: "pci", driver: "e1000e");
        tree.Write("eth0", "mtu", "1500\n");
        tree.Write("eth0", "queues/tx-0/tx_timeout", "garbage\n");
        var (netClass, devices) = (new NetClass(tree.Root), new List<InterfaceName>());
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(Errno.None, netClass.TryList(devices));
            using var device = netClass.Open(devices[0]);
            Assert.NotNull(device);
            Assert.Equal(Errno.None, device.TryReadUInt64("mtu\0"u8, out _));
            Assert.Equal(Errno.Invalid, device.TryReadQueueUInt64(0, "tx_timeout\0"u8, out _));
            Assert.Equal(Errno.IsDirectory, device.TryReadUInt64("queues\0"u8, out _));
            Assert.Equal((Errno.None, 1), (device.TryCountTxQueues(out var queues), queues));
            Assert.Equal("e1000e", device.Driver);
            Assert.Single(netClass.FindByBusAddress(device.BusAddress));
            Assert.Empty(netClass.ListUppers(device.Name));
            Assert.Empty(netClass.ListLowers(device.Name));
            Assert.Empty(netClass.ListBondPorts(device.Name));
            Assert.Null(netClass.FindBond(device.Name));
            Assert.False(device.IsUpper);
            Assert.Null(BootId.Read(tree.Root));
        }
        Assert.Equal(0, CountOpen(target => target.StartsWith(tree.Root, StringComparison.Ordinal)));
    }

    [Fact]
    public void KmsgReader_AThousandOpens_LeaveNoDescriptor()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("kmsg.raw");
        File.WriteAllText(path, "6,1,2,-;x\n");
        var before = CountOpen(target => target.Contains("eventfd", StringComparison.Ordinal));
        for (var i = 0; i < 1000; i++)
        {
            using var reader = new KmsgReader(path);
            Assert.Equal(KmsgReadStatus.Record, reader.Read(out _));
            Assert.Throws<LinuxException>(() => new KmsgReader(directory.Path));
        }
        Assert.Equal(0, CountOpen(target => target.StartsWith(directory.Path, StringComparison.Ordinal)));
        Assert.Equal(before, CountOpen(target => target.Contains("eventfd", StringComparison.Ordinal)));
    }

    private static int CountOpen(Func<string, bool> matches) =>
        // Not GetFiles, which leaves out links to directories.
        Directory.GetFileSystemEntries("/proc/self/fd").Count(link =>
            new FileInfo(link).LinkTarget is { } target && matches(target));
}
