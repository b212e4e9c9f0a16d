using System.Runtime.InteropServices;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>The traps of the ethtool protocol, each set by a kernel that answers in bytes.</summary>
public sealed class EthtoolProtocolTests
{
    private const uint GetStrings = 0x1b, GetStatistics = 0x1d, GetStringSetInfo = 0x37, SetFeaturesCommand = 0x3b;

    private static readonly InterfaceName Device = Name("eth0");
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
        _kernel.StringSets[2] = [ScriptedKernel.Text("first"), [.. Enumerable.Repeat((byte)'x', 32)], ScriptedKernel.Text("last")];

        Assert.Equal(["first", new string('x', 32), "last"], Open().ReadStringSet(Device, StringSet.PrivateFlags));
    }

    [Fact]
    public void ReadStringSet_SetThatTheDriverLacks_IsNull() => Assert.Null(Open().ReadStringSet(Device, StringSet.PrivateFlags));

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

        Assert.Equal(["rx_packets", "tx packets", "tx_timeout_count", "new"], Open().ReadStringSet(Device, StringSet.Statistics));
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

        Assert.Equal(Errno.Again, Assert.Throws<LinuxException>(() => Open().ReadStringSet(Device, StringSet.Statistics)).Errno);
        Assert.Equal(2 * EthtoolSocket.MaxAttempts, _kernel.Commands.Count);
    }

    [Theory]
    [InlineData(EthtoolSocket.MaxStrings + 1u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void ReadStringSet_CountBeyondReason_SizesNoBuffer(uint count)
    {
        var exception = Assert.Throws<LinuxException>(() => Answering(payload => WriteU32(payload, 16, count)).ReadStringSet(Device, StringSet.Statistics));

        Assert.Equal((Errno.Overflow, "SIOCETHTOOL ETHTOOL_GSSET_INFO"), (exception.Errno, exception.Operation));
    }

    [Fact]
    public void ReadStatistics_NamesAndValues_GoTogetherInTheDriversOrder() => Assert.Equal(
        [new("rx_packets", 11), new("tx packets", 22), new Statistic("tx_timeout_count", 33)], Open().ReadStatistics(Device));

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
            [new("queue", ulong.MaxValue), new("rx_packets", 11), new("tx packets", 22), new Statistic("tx_timeout_count", 33)],
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

    [Fact]
    public void ReadFeatures_HolesWithoutName_AreLeftOutAndShiftNothing()
    {
        var features = Open().ReadFeatures(Device)!;

        Assert.Equal(
            [
                new("tx-scatter-gather", Available: true, Requested: true, Active: true, NeverChanged: false),
                new("tx-checksum-ipv4", false, false, false, true),
                new("tx-tcp-segmentation", true, true, false, false),
                new Feature("rx-gro", true, false, false, false),
            ],
            features.All);
        Assert.Null(features.Find(""));
    }

    [Fact]
    public void Features_KernelWithOneInserted_FollowTheNames()
    {
        _kernel.StringSets[4] = [ScriptedKernel.Text("tx-brand-new"), .. _kernel.StringSets[4]];
        var features = Open().ReadFeatures(Device)!;

        // Bit 0 is active. Bit 3, requested, is the hole now.
        Assert.Equal("tx-brand-new", features.All.Single(feature => feature.Active).Name);
        Assert.Equal("", string.Join(',', features.All.Where(feature => feature.Requested && !feature.Active).Select(feature => feature.Name)));
        Open().SetFeatures(Device, [new("tx-tcp-segmentation", false)]);
        Assert.Equal(new Dictionary<int, bool> { [4] = false }, _kernel.Wishes);
    }

    [Fact]
    public void ReadFeatures_ThirdWordOfFeatures_IsRead()
    {
        Features(70, words: 3);
        _kernel.Active.Add(69);

        var features = Open().ReadFeatures(Device)!;

        Assert.Equal(70, features.All.Length);
        Assert.Equal(new Feature("feature-69", false, false, true, false), features.All[69]);
    }

    [Fact]
    public void ReadFeatures_NamesBeyondTheWords_HaveNoStateAndAreLeftOut()
    {
        Features(70, words: 2);

        Assert.Equal("feature-63", Open().ReadFeatures(Device)!.All[^1].Name);
    }

    [Theory]
    [InlineData(EthtoolSocket.MaxFeatureWords + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    public void ReadFeatures_MoreWordsThanReason_AreRefused(int words)
    {
        _kernel.FeatureWords = words;

        Assert.Equal(Errno.Overflow, Assert.Throws<LinuxException>(() => Open().ReadFeatures(Device)).Errno);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void SetFeatures_AnyNumberOfWords_SendsExactlyThatMany(int words)
    {
        Features(32 * words, words);
        var last = 32 * words - 1;

        Open().SetFeatures(Device, [new("feature-0", true), new($"feature-{last}", false)]);

        Assert.Equal(new Dictionary<int, bool> { [0] = true, [last] = false }, _kernel.Wishes);
    }

    [Theory]
    [InlineData(0, SetFeaturesResult.Accepted)]
    [InlineData(1, SetFeaturesResult.Unsupported)]
    [InlineData(3, SetFeaturesResult.Unsupported | SetFeaturesResult.Wish)]
    [InlineData(4, SetFeaturesResult.Compatibility)]
    public void SetFeatures_PositiveResultOfTheIoctl_IsItsAnswer(int result, SetFeaturesResult expected)
    {
        _kernel.SetFeaturesResult = result;

        Assert.Equal(expected, Open().SetFeatures(Device, [new("tx-tcp-segmentation", true)]));
        Assert.Equal(new Dictionary<int, bool> { [3] = true }, _kernel.Wishes);
    }

    [Fact]
    public void SetFeatures_NeverChangingFeature_IsTheKernelsInvalid() => Assert.Equal(
        Errno.Invalid, Assert.Throws<LinuxException>(() => Open().SetFeatures(Device, [new("tx-checksum-ipv4", true)])).Errno);

    [Fact]
    public void SetFeatures_NothingToChange_IsRefusedBeforeAnyCall()
    {
        Assert.Throws<ArgumentException>(() => Open().SetFeatures(Device, []));
        Assert.Throws<ArgumentNullException>(() => Open().SetFeatures(Device, null!));
        Assert.Empty(_kernel.Commands);
    }

    public static TheoryData<FeatureChange[]> ImpossibleWishes() =>
    [
        (FeatureChange[])[new("no-such-feature", true)],
        (FeatureChange[])[new("tx-tcp-segmentation", false), new("no-such-feature", true)],
        (FeatureChange[])[new("", false)], // what holes are called
        (FeatureChange[])[default],
        (FeatureChange[])[new("TX-TCP-SEGMENTATION", true)],
        (FeatureChange[])[new("tx-tcp-segmentation", true), new("tx-tcp-segmentation", false)],
    ];

    [Theory]
    [MemberData(nameof(ImpossibleWishes))]
    public void SetFeatures_WishThatMeansNothing_IsRefusedBeforeAnyChange(FeatureChange[] wishes)
    {
        Assert.Throws<ArgumentException>(() => Open().SetFeatures(Device, wishes));
        Assert.DoesNotContain(SetFeaturesCommand, _kernel.Commands);
    }

    [Fact]
    public void SetFeatures_SameWishTwice_IsOneWish()
    {
        Open().SetFeatures(Device, [new("rx-gro", true), new("rx-gro", true)]);

        Assert.Equal(new Dictionary<int, bool> { [4] = true }, _kernel.Wishes);
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
        Assert.Throws<LinuxException>(() => Answering(payload => payload[15] = (byte)words).ReadLinkSettings(Device)).Errno);

    [Fact]
    public void ReadLinkSettings_HandshakeWithoutEnd_IsGivenUp()
    {
        sbyte words = 0;

        Assert.Equal(
            Errno.Again,
            Assert.Throws<LinuxException>(() => Answering(payload => payload[15] = (byte)--words).ReadLinkSettings(Device)).Errno);
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
        Assert.Throws<LinuxException>(() => Answering(payload => WriteU32(payload, 4, 256)).ReadPermanentAddress(Device)).Errno);

    [Fact]
    public void FixedStructures_EachField_IsWhereTheKernelPutsIt()
    {
        var ethtool = Open();

        Assert.Equal(new RingParameters(Rx: 256, RxMax: 4096, Tx: 512, TxMax: 4096), ethtool.ReadRings(Device));
        Assert.Equal(new PauseParameters(Autonegotiation: true, Rx: false, Tx: true), ethtool.ReadPause(Device));
        Assert.Equal(
            new EnergyEfficientEthernet(Enabled: true, Active: false, TxLpiEnabled: true, TxLpiTimerMicroseconds: 17, Supported: 0x28, Advertised: 0x20),
            ethtool.ReadEnergyEfficientEthernet(Device));
        Assert.True(ethtool.ReadLink(Device));
        Assert.True(ethtool.Renegotiate(Device));
    }

    private static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    private static EthtoolSocket Answering(PayloadAction answer) => new((int _, ref IfReq _, Span<byte> payload) =>
    {
        answer(payload);
        return 0;
    });

    private static void WriteU32(Span<byte> payload, int offset, uint value) =>
        MemoryMarshal.Write(payload[offset..], value);

    private EthtoolSocket Open() => new(_kernel.Ioctl);

    private void Features(int count, int words)
    {
        _kernel.StringSets[4] = [.. Enumerable.Range(0, count).Select(i => ScriptedKernel.Text($"feature-{i}"))];
        _kernel.FeatureWords = words;
        _kernel.NeverChanged.Clear();
    }

    private delegate void PayloadAction(Span<byte> payload);
}
