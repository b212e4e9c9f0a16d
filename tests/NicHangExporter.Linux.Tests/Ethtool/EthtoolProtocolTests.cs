using System.Runtime.InteropServices;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>Special cases of the ethtool protocol, simulated by a kernel that answers in bytes.</summary>
public sealed class EthtoolProtocolTests
{
    private const uint GetStrings = 0x1b, GetStatistics = 0x1d, GetStringSetInfo = 0x37;

    private static readonly InterfaceName Device = InterfaceName.TryParse("eth0", out var name) ? name : default;
    private readonly ScriptedKernel _kernel = new();

    [Fact]
    public void ReadDriverInfo_GarbageAfterTheFirstNul_IsCutOff()
    {
        _kernel.Version = [.. "1.0\08.44-generic"u8, .. new byte[16]];

        Assert.Equal(new DriverInfo("e1000e", "1.0", "0.5-4", "0000:00:1f.6"), Open().ReadDriverInfo(Device));
    }

    [Fact]
    public void ReadDriverInfo_FieldWithoutNul_EndsWithTheField()
    {
        _kernel.Driver = [.. Enumerable.Repeat((byte)'d', 32)];

        Assert.Equal(new string('d', 32), Open().ReadDriverInfo(Device)!.Driver);
    }

    [Fact]
    public void ReadDriverInfo_BytesThatAreNoText_AreEscaped()
    {
        _kernel.Driver = [(byte)'a', (byte)'\n', (byte)'b', 0xff, .. new byte[28]];

        Assert.Equal(@"a\x0ab\xff", Open().ReadDriverInfo(Device)!.Driver);
    }

    [Fact]
    public void ReadStringSet_NamesWithoutNul_AreReadToTheirFullLength()
    {
        _kernel.StringSets[2] =
        [
            ScriptedKernel.Text("first"),
            [.. Enumerable.Repeat((byte)'x', 32)],
            ScriptedKernel.Text("last"),
        ];

        Assert.Equal(["first", new string('x', 32), "last"], Open().ReadStringSet(Device, StringSet.PrivateFlags));
    }

    [Fact]
    public void ReadStringSet_SetThatTheDriverLacks_IsNull() =>
        Assert.Null(Open().ReadStringSet(Device, StringSet.PrivateFlags));

    [Theory]
    [InlineData(StringSet.PrivateFlags)]
    [InlineData(StringSet.Statistics)]
    public void ReadStringSet_EmptySet_IsEmptyAndNeverAskedFor(StringSet set)
    {
        // A length of 0 asks the kernel for any number of strings, and makes it warn if there are none.
        _kernel.StringSets[(int)set] = [];

        Assert.Equal([], Open().ReadStringSet(Device, set));
        Assert.Equal([GetStringSetInfo], _kernel.Commands);
    }

    [Fact]
    public void ReadStringSet_SetGrowsAfterItsCount_IsReadAgain()
    {
        _kernel.After = command =>
        {
            if (command == GetStringSetInfo && _kernel.Commands.Count == 1)
                _kernel.StringSets[1] = [.. _kernel.StringSets[1], ScriptedKernel.Text("new")];
        };

        Assert.Equal(
            ["rx_packets", "tx packets", "tx_timeout_count", "new"],
            Open().ReadStringSet(Device, StringSet.Statistics));
        Assert.Equal([GetStringSetInfo, GetStrings, GetStringSetInfo, GetStrings], _kernel.Commands);
    }

    [Fact]
    public void ReadStringSet_SetThatNeverRests_IsGivenUp()
    {
        _kernel.After = command =>
        {
            if (command == GetStringSetInfo)
                _kernel.StringSets[1] = [.. _kernel.StringSets[1], ScriptedKernel.Text("new")];
        };

        Assert.Equal(
            Errno.Again, Assert.Throws<LinuxException>(() => Open().ReadStringSet(Device, StringSet.Statistics)).Errno);
        Assert.Equal(2 * EthtoolSocket.MaxAttempts, _kernel.Commands.Count);
    }

    [Theory]
    [InlineData(EthtoolSocket.MaxStrings + 1u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void ReadStringSet_CountBeyondReason_SizesNoBuffer(uint count)
    {
        var exception = Assert.Throws<LinuxException>(() =>
            Answering(payload => WriteU32(payload, 16, count)).ReadStringSet(Device, StringSet.Statistics));

        Assert.Equal((Errno.Overflow, "SIOCETHTOOL ETHTOOL_GSSET_INFO"), (exception.Errno, exception.Operation));
    }

    [Fact]
    public void ReadStatistics_NamesAndValues_GoTogetherInTheDriversOrder() => Assert.Equal(
            [new("rx_packets", 11), new("tx packets", 22), new Statistic("tx_timeout_count", 33)],
            Open().ReadStatistics(Device));

    [Fact]
    public void ReadStatistics_QueueAddedBetweenNamesAndValues_IsReadAgain()
    {
        _kernel.After = command =>
        {
            if (command == GetStrings && _kernel.Values.Count == 3)
            {
                _kernel.StringSets[1] = [ScriptedKernel.Text("queue"), .. _kernel.StringSets[1]];
                _kernel.Values.Insert(0, ulong.MaxValue);
            }
        };

        Assert.Equal(
            [
                new("queue", ulong.MaxValue),
                new("rx_packets", 11),
                new("tx packets", 22),
                new Statistic("tx_timeout_count", 33),
            ],
            Open().ReadStatistics(Device));
    }

    [Fact]
    public void ReadStatistics_OlderKernelThatIgnoresCounts_HasRoomForAQueueAddedMeanwhile()
    {
        _kernel.IgnoresCounts = true;
        _kernel.After = command =>
        {
            if (command != GetStringSetInfo || _kernel.Values.Count > 3)
                return;
            _kernel.StringSets[1] = [.. _kernel.StringSets[1], .. Enumerable.Repeat(ScriptedKernel.Text("queue"), 100)];
            _kernel.Values.AddRange(Enumerable.Repeat(7ul, 100));
        };

        Assert.Equal(103, Open().ReadStatistics(Device)!.Count);
    }

    [Fact]
    public void ReadStatistics_ValuesThatNeverMatchTheNames_AreGivenUp()
    {
        _kernel.Values.Add(44);

        var exception = Assert.Throws<LinuxException>(() => Open().ReadStatistics(Device));

        Assert.Equal((Errno.Again, "SIOCETHTOOL ETHTOOL_GSTATS"), (exception.Errno, exception.Operation));
        Assert.Equal(EthtoolSocket.MaxAttempts, _kernel.Commands.Count(command => command == GetStatistics));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(127)]
    public void ReadLinkSettings_KernelNamesItsNumberOfWords_IsAskedAgainWithIt(sbyte words)
    {
        _kernel.LinkModeWords = words;

        Assert.Equal(new LinkSettings(1000, Duplex.Full, Autonegotiation: true), Open().ReadLinkSettings(Device));
        Assert.Equal(2, _kernel.Commands.Count);
    }

    [Theory]
    [InlineData(uint.MaxValue)]
    [InlineData(0)]
    [InlineData(ushort.MaxValue)]
    public void ReadLinkSettings_SpeedOfALinkThatIsDown_IsUnknown(uint speed)
    {
        _kernel.Speed = speed;
        _kernel.Duplex = 0xff;

        Assert.Equal(new LinkSettings(null, Duplex.Unknown, Autonegotiation: true), Open().ReadLinkSettings(Device));
    }

    [Fact]
    public void ReadLinkSettings_SpeedBeyondSixteenBits_IsKept()
    {
        _kernel.Speed = 400_000;

        Assert.Equal(400_000, Open().ReadLinkSettings(Device)!.SpeedMegabits);
    }

    [Theory]
    [InlineData(sbyte.MinValue)]
    [InlineData(5)]
    public void ReadLinkSettings_NumberOfWordsThatIsNone_IsRefused(sbyte words) => Assert.Equal(
        Errno.Overflow,
            Assert
                .Throws<LinuxException>(() => Answering(payload => payload[15] = (byte)words).ReadLinkSettings(Device))
                .Errno);

    [Fact]
    public void ReadLinkSettings_HandshakeWithoutEnd_IsGivenUp()
    {
        sbyte words = 0;

        Assert.Equal(
            Errno.Again,
            Assert
                .Throws<LinuxException>(() =>
                    Answering(payload => payload[15] = (byte)--words).ReadLinkSettings(Device))
                .Errno);
        Assert.Equal(-EthtoolSocket.MaxAttempts, words);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(20)] // InfiniBand
    [InlineData(255)] // the longest that the kernel can have
    public void ReadPermanentAddress_AnyLength_FitsWithoutTooSmall(int length)
    {
        _kernel.Address = [.. Enumerable.Range(1, length).Select(i => (byte)i)];

        Assert.Equal(_kernel.Address, Open().ReadPermanentAddress(Device));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public void ReadPermanentAddress_AllZeros_IsNull(int length)
    {
        _kernel.Address = new byte[length];

        Assert.Null(Open().ReadPermanentAddress(Device));
    }

    [Fact]
    public void ReadPermanentAddress_SizeBeyondTheBuffer_IsRefused() => Assert.Equal(
        Errno.Overflow,
            Assert
                .Throws<LinuxException>(() =>
                    Answering(payload => WriteU32(payload, 4, 256)).ReadPermanentAddress(Device))
                .Errno);

    [Fact]
    public void FixedStructures_EachField_IsWhereTheKernelPutsIt()
    {
        var ethtool = Open();

        Assert.Equal(new RingParameters(Rx: 256, RxMax: 4096, Tx: 512, TxMax: 4096), ethtool.ReadRings(Device));
        Assert.Equal(new PauseParameters(Autonegotiation: true, Rx: false, Tx: true), ethtool.ReadPause(Device));
        Assert.Equal(
            new EnergyEfficientEthernet(
                Enabled: true, Active: false, TxLpiEnabled: true, TxLpiTimerMicroseconds: 17, Supported: 0x28,
                Advertised: 0x20),
            ethtool.ReadEnergyEfficientEthernet(Device));
        Assert.True(ethtool.ReadLink(Device));
        Assert.True(ethtool.Renegotiate(Device));
    }

    private static EthtoolSocket Answering(PayloadAction answer) => new((int _, ref IfReq _, Span<byte> payload) =>
    {
        answer(payload);
        return 0;
    });

    private static void WriteU32(Span<byte> payload, int offset, uint value) =>
        MemoryMarshal.Write(payload[offset..], value);

    private EthtoolSocket Open() => new(_kernel.Ioctl);

    private delegate void PayloadAction(Span<byte> payload);
}
