using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Linux.Uapi;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Link;

/// <summary>Whether an interface in sysfs is the one of this name in a network namespace.</summary>
public sealed class LinkIdentityTests
{
    [Theory]
    [InlineData("2", 0, LinkMatch.Same)]
    [InlineData("3", 0, LinkMatch.Different)]
    [InlineData(null, 0, LinkMatch.Absent)]
    [InlineData("2", Errno.NoDevice, LinkMatch.Absent)]
    public void Interface_OfThatName_IsComparedByNumberOnly(string? index, Errno errno, LinkMatch expected)
    {
        using var tree = new SysfsTree();
        tree.Add("eth0"u8);
        if (index is not null)
            tree.Write("eth0", "ifindex", index + "\n");
        using var device = new NetClass(tree.Root).Open(Some.Interface("eth0"u8))!;
        var requests = new List<int>();
        using var identity = new LinkIdentity(
            (int request, ref IfReq argument, Span<byte> _) =>
            {
                requests.Add(request);
                argument.Index = 2;
                return -(int)errno;
            }, new NetDevFile("/dev/null"));

        Assert.Equal(expected, identity.Compare(device));
        // Every other request may wait for a driver.
        Assert.Equal([Sockios.ReadIndex], requests);
    }

    [Fact]
    public void Names_OfAFileThatIsNotAsTheKernelWritesIt_AreUnknown()
    {
        using var identity = new LinkIdentity(
            (int _, ref IfReq _, Span<byte> _) => 0, new NetDevFile("/dev/null"));

        Assert.Null(identity.ReadNames());
    }

    [Fact]
    public void Kernel_SameAndOtherNamespace_AreToldApart()
    {
        using var network = new NetworkNamespace();
        using var other = new NetworkNamespace("other0", "other1");
        other.AddPair("veth0", "veth1");
        using var sysfs = new NamespaceSysfs(network);
        using var device = new NetClass(sysfs.Root).Open(Some.Interface("veth0"u8))!;
        using var own = network.Inside(() => new LinkIdentity());
        using var foreign = other.Inside(() => new LinkIdentity());

        Assert.Equal(LinkMatch.Same, own.Compare(device));
        // Both have a veth0, with different numbers.
        Assert.Equal(LinkMatch.Different, foreign.Compare(device));
        // The test's own thread is in a third namespace.
        Assert.Equal(["lo", "veth0", "veth1"], own.ReadNames()!.Select(name => name.ToString()).Order());
        Assert.Equal(
            ["lo", "other0", "other1", "veth0", "veth1"], foreign.ReadNames()!.Select(name => name.ToString()).Order());
    }
}
