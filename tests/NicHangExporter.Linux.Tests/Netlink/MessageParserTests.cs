using System.Runtime.InteropServices;
using NicHangExporter.Linux.Netlink;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Tests.Netlink;

/// <summary>The parsers, with datagrams that Linux 6.18 sent, and with damaged ones.</summary>
public sealed class MessageParserTests
{
    private const ushort Family = 21;

    [Fact]
    public void Links_TwoMessagesInOneBuffer_AreTwoNotices() => Assert.Equal(
        [Changed(2, "veth1"), Changed(3, "veth0")], Links(Recorded("create")));

    [Fact]
    public void Links_Rename_HasTheNewName() => Assert.Equal([Changed(3, "up0")], Links(Recorded("rename")));

    [Fact]
    public void Links_Deletion_IsARemoval() => Assert.Equal(
        [Changed(3, "up0") with { Kind = LinkNoticeKind.Removed },
            Changed(2, "veth1") with { Kind = LinkNoticeKind.Removed }],
        Links(Recorded("delete")));

    [Fact]
    public void Links_PortThatLeavesItsBridge_IsNoRemoval()
    {
        var notices = Links(Recorded("nomaster"));

        Assert.NotEmpty(notices);
        Assert.All(notices, notice => Assert.Equal(LinkNoticeKind.Changed, notice.Kind));
    }

    [Fact]
    public void Links_Overrun_IsSaid()
    {
        var datagram = Header(16, NetlinkNumbers.Overrun);

        Assert.False(LinkMessageParser.Parse(datagram, []));
        Assert.False(EthtoolMessageParser.Parse(datagram, Family, []));
    }

    [Theory]
    [InlineData(NetlinkNumbers.Error)]
    [InlineData(3)] // NLMSG_DONE
    [InlineData(1)] // NLMSG_NOOP
    public void Links_ControlMessage_IsSkipped(ushort type) =>
        Assert.Equal([Changed(3, "up0")], Links([.. Header(16, type), .. Recorded("rename")]));

    [Fact]
    public void Links_MessageWithoutName_OrWithAnIllegalOne_IsLeftOut()
    {
        var message = Recorded("rename");
        var name = message.AsSpan().IndexOf("up0\0"u8);
        message[name] = (byte)'/';

        Assert.Empty(Links(message));
        Assert.Empty(Links(Header(32, RouteNumbers.NewLink, 16)));
    }

    [Fact]
    public void Settings_Features_NameTheDevice() => Assert.Equal(
        [new LinkNotice(LinkNoticeKind.Settings, 3, Name("up0"))], Settings(Recorded("feature")));

    [Fact]
    public void Settings_Channels_AreQueues()
    {
        var message = Recorded("feature");
        message[16] = EthtoolNetlinkNumbers.Channels;

        Assert.Equal(LinkNoticeKind.Queues, Assert.Single(Settings(message)).Kind);
    }

    [Fact]
    public void Settings_OtherCommandOrFamily_IsLeftOut()
    {
        var message = Recorded("feature");
        message[16] = 2; // ETHTOOL_MSG_LINKINFO_GET_REPLY
        var notices = new List<LinkNotice>();

        Assert.Empty(Settings(message));
        Assert.True(EthtoolMessageParser.Parse(Recorded("feature"), Family + 1, notices));
        Assert.Empty(notices);
    }

    [Fact]
    public void Family_AnswerOfTheKernel_HasIdAndGroup()
    {
        Assert.Equal(new GenericFamily(Family, 6), GenericFamily.Parse(Recorded("getfamily"), 7, "monitor"u8));
        Assert.Null(GenericFamily.Parse(Recorded("getfamily"), 7, "other"u8));
        Assert.Null(GenericFamily.Parse(Recorded("getfamily"), 8, "monitor"u8));
        Assert.Null(GenericFamily.Parse(Recorded("nofamily"), 8, "monitor"u8));
    }

    [Theory]
    [InlineData("create")]
    [InlineData("delete")]
    [InlineData("feature")]
    [InlineData("getfamily")]
    public void Datagram_CutAnywhere_IsReadAsFarAsItIsWhole(string name)
    {
        var datagram = Recorded(name);
        var (links, settings) = (Links(datagram).Count, Settings(datagram).Count);
        for (var length = 0; length < datagram.Length; length++)
        {
            // A copy, so that a read behind its end is found.
            var cut = datagram[..length];
            Assert.InRange(Links(cut).Count, 0, links);
            Assert.InRange(Settings(cut).Count, 0, settings);
            Assert.Null(GenericFamily.Parse(cut, 7, "monitor"u8));
        }
    }

    [Fact]
    public void Datagram_WithRandomDamage_NeverThrows()
    {
        string[] names = ["create", "rename", "delete", "nomaster", "feature", "getfamily", "nofamily"];
        var recorded = names.Select(Recorded).ToArray();
        var random = new Random(20);
        for (var run = 0; run < 100_000; run++)
        {
            var datagram = (byte[])recorded[random.Next(recorded.Length)].Clone();
            for (var damage = random.Next(1, 20); damage > 0; damage--)
                datagram[random.Next(Math.Min(datagram.Length, 200))] = (byte)random.Next(256);
            Settings(datagram);
            Links(datagram);
            _ = GenericFamily.Parse(datagram, 7, "monitor"u8);
        }
    }

    [Fact]
    public void RandomBytes_NeverThrow()
    {
        var random = new Random(21);
        for (var run = 0; run < 100_000; run++)
        {
            var datagram = new byte[random.Next(120)];
            random.NextBytes(datagram);
            // Small lengths and known types, so that the bytes behind them are read at all.
            if (datagram.Length >= 16 && run % 2 == 0)
                Header((uint)random.Next(datagram.Length + 2), (ushort)random.Next(15, 22)).CopyTo(datagram, 0);
            Settings(datagram);
            Links(datagram);
            _ = GenericFamily.Parse(datagram, 7, "monitor"u8);
        }
    }

    private static byte[] Recorded(string name) => File.ReadAllBytes(
        Path.Combine(AppContext.BaseDirectory, "fixtures", $"netlink-{name}.raw"));

    private static byte[] Header(uint length, ushort type, int more = 0)
    {
        var bytes = new byte[16 + more];
        MemoryMarshal.Write(bytes, new NlMsgHdr { Length = length, Type = type });
        return bytes;
    }

    private static List<LinkNotice> Links(byte[] datagram)
    {
        var notices = new List<LinkNotice>();
        LinkMessageParser.Parse(datagram, notices);
        return notices;
    }

    private static List<LinkNotice> Settings(byte[] datagram)
    {
        var notices = new List<LinkNotice>();
        EthtoolMessageParser.Parse(datagram, Family, notices);
        return notices;
    }

    private static LinkNotice Changed(int index, string name) => new(LinkNoticeKind.Changed, index, Name(name));

    private static InterfaceName Name(string name) =>
        InterfaceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);
}
