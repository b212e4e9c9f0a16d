using NicHangExporter.Linux.Link;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Linux.Uapi;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Link;

/// <summary>Whether an interface in sysfs is the one of this name in a network namespace.</summary>
public sealed class LinkIdentityTests
{
    [Theory]
    [InlineData("2", "02:00:00:00:00:0a", LinkMatch.Same)]
    [InlineData("3", "02:00:00:00:00:0a", LinkMatch.Different)]
    [InlineData("2", "02:00:00:00:00:0b", LinkMatch.Different)]
    [InlineData("2", "02:00:00:00:00", LinkMatch.Same)] // as far as there is an address
    [InlineData("2", "", LinkMatch.Same)]
    [InlineData("2", "garbage", LinkMatch.Different)]
    [InlineData("2", "0", LinkMatch.Different)]
    [InlineData("2", null, LinkMatch.Absent)]
    [InlineData("2", "02:00:00:00:00:0a:00:00:00:00:00:00:00:00:01:02:03:04:05:06", LinkMatch.Same)]
    public void Interface_WithNumberAndAddress_IsCompared(string index, string? address, LinkMatch expected)
    {
        using var tree = new SysfsTree();
        tree.Add("eth0"u8);
        tree.Write("eth0", "ifindex", index + "\n");
        if (address is not null)
            tree.Write("eth0", "address", address + "\n");
        using var device = new NetClass(tree.Root).Open(Some.Interface("eth0"u8))!;
        using var identity = new LinkIdentity((int request, ref IfReq argument, Span<byte> _) =>
        {
            if (request == Sockios.ReadIndex)
                argument.Index = 2;
            else
                new byte[] { 1, 0, 2, 0, 0, 0, 0, 10 }.CopyTo(argument.Address);
            return 0;
        });

        Assert.Equal(expected, identity.Compare(device));
    }

    [Fact]
    public void Interface_ThatTheNamespaceLacks_IsAbsent()
    {
        using var tree = new SysfsTree();
        tree.Add("eth0"u8);
        tree.Write("eth0", "ifindex", "2\n");
        using var device = new NetClass(tree.Root).Open(Some.Interface("eth0"u8))!;
        using var identity = new LinkIdentity((int _, ref IfReq _, Span<byte> _) => -(int)Errno.NoDevice);

        Assert.Equal(LinkMatch.Absent, identity.Compare(device));
    }

    [Fact]
    public void Kernel_SameAndOtherNamespace_AreToldApart()
    {
        using var network = new NetworkNamespace();
        using var other = new NetworkNamespace();
        using var sysfs = new NamespaceSysfs(network);
        using var device = new NetClass(sysfs.Root).Open(Some.Interface("veth0"u8))!;
        using var own = network.Inside(() => new LinkIdentity());
        using var foreign = other.Inside(() => new LinkIdentity());

        Assert.Equal(LinkMatch.Same, own.Compare(device));
        // Both have a veth0, with different addresses.
        Assert.Equal(LinkMatch.Different, foreign.Compare(device));
    }
}
