using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Procfs;

/// <summary>The net/dev of the live kernel.</summary>
[Collection(LiveKernel.Name)]
public sealed class LiveNetDevTests
{
    [Fact]
    public void Read_OfManyDevices_AgreesWithSysfs()
    {
        using var network = new NetworkNamespace();
        for (var pair = 0; pair < 60; pair++)
            network.AddPair($"a{pair}", $"b{pair}");
        using var mounts = new NamespaceSysfs(network);
        using var file = new NetDevFile(mounts.NetDev);

        // More than one page, so more than one read of the kernel.
        Assert.Equal(Errno.None, file.TryRead());

        var listed = new List<InterfaceName>();
        var netClass = new NetClass(mounts.Root);
        Assert.Equal(Errno.None, netClass.TryList(listed));
        Assert.Equal(123, listed.Count);
        Assert.Equal(listed, file.Table.Rows.ToArray().Select(row => row.Name).Order());
    }

    // The reader takes a short read for the end of the file. Every number of devices ends a page at another place.
    [Fact]
    public void Read_OfAnyNumberOfDevices_HasThemAll()
    {
        using var network = new NetworkNamespace();
        using var mounts = new NamespaceSysfs(network);
        using var file = new NetDevFile(mounts.NetDev);
        for (var pair = 0; pair < 150; pair += 5)
        {
            Execution.OfInput(
                string.Concat(Enumerable.Range(pair, 5).Select(number =>
                    $"link add name {new string('a', number % 11 + 1)}{number} type veth peer name b{number}\n")),
                "ip", "-n", network.Name, "-batch", "-").Succeeded();

            Assert.Equal(Errno.None, file.TryRead());

            Assert.Equal(File.ReadAllLines(mounts.NetDev).Length - 2, file.Table.Count);
            Assert.Equal(2 * pair + 13, file.Table.Count);
        }
    }

    [Fact]
    public void Read_AfterTraffic_HasTheCountersOfSysfs()
    {
        using var network = new NetworkNamespace();
        using var mounts = new NamespaceSysfs(network);
        using var file = new NetDevFile(mounts.NetDev);
        Assert.Equal(Errno.None, file.TryRead());
        foreach (var device in new[] { "veth0", "veth1" })
            network.Execute("ip", "link", "set", device, "up").Succeeded();
        network.Execute("ip", "address", "add", "192.0.2.1/24", "dev", "veth0").Succeeded();
        network.Execute("ip", "neighbour", "add", "192.0.2.2", "lladdr", "02:00:00:00:00:02", "dev", "veth0")
            .Succeeded();
        network.Send("192.0.2.2");
        // No packet of IPv6 moves a counter from here on.
        network.Execute("ip", "link", "set", "veth0", "down").Succeeded();

        Assert.Equal(Errno.None, file.TryRead());

        using var opened = new NetClass(mounts.Root).Open(Some.Interface("veth0"u8));
        var row = file.Table.Rows[file.Table.Find(opened!.Name, 0)];
        Assert.NotEqual(0UL, row[NetDevColumn.TxPackets]);
        foreach (var (column, attribute) in new[]
            {
                (NetDevColumn.RxBytes, "rx_bytes"), (NetDevColumn.RxPackets, "rx_packets"),
                (NetDevColumn.TxBytes, "tx_bytes"), (NetDevColumn.TxPackets, "tx_packets"),
                (NetDevColumn.TxDrop, "tx_dropped"), (NetDevColumn.RxDrop, "rx_dropped"),
            })
        {
            Assert.Equal(
                Errno.None,
                opened.TryReadUInt64(System.Text.Encoding.ASCII.GetBytes($"statistics/{attribute}\0"), out var value));
            Assert.Equal((attribute, value), (attribute, row[column]));
        }
    }

    // The open file keeps its namespace, so nothing shows that the process in its path has ended.
    [Fact]
    public void Read_AfterTheProcessInThePathHasEnded_StillShowsItsNamespace()
    {
        using var network = new NetworkNamespace();
        using var mounts = new NamespaceSysfs(network);
        using var file = new NetDevFile(mounts.NetDev);
        Assert.Equal(Errno.None, file.TryRead());
        mounts.Dispose();

        Assert.Equal(Errno.None, file.TryRead());

        Assert.InRange(file.Table.Find(Some.Interface("veth0"u8), 0), 0, int.MaxValue);
    }
}
