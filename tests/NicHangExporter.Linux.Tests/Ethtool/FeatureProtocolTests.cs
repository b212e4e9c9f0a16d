using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>Special cases of reading and changing features, simulated by a kernel that answers in bytes.</summary>
public sealed class FeatureProtocolTests
{
    private const uint SetFeaturesCommand = 0x3b;

    private static readonly InterfaceName Device = InterfaceName.TryParse("eth0", out var name) ? name : default;
    private readonly ScriptedKernel _kernel = new();

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
        Assert.Equal(
            "",
            string.Join(
                ',',
                features.All.Where(feature => feature.Requested && !feature.Active).Select(feature => feature.Name)));
        Open().SetFeatures(Device, [new("tx-tcp-segmentation", false)]);
        Assert.Equal(new Dictionary<int, bool> { [4] = false }, _kernel.Requests);
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

        Assert.Equal(new Dictionary<int, bool> { [0] = true, [last] = false }, _kernel.Requests);
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
        Assert.Equal(new Dictionary<int, bool> { [3] = true }, _kernel.Requests);
    }

    [Fact]
    public void SetFeatures_NeverChangingFeature_IsTheKernelsInvalid() => Assert.Equal(
            Errno.Invalid,
            Assert.Throws<LinuxException>(() => Open().SetFeatures(Device, [new("tx-checksum-ipv4", true)])).Errno);

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
    public void SetFeatures_MeaninglessRequest_IsRefusedBeforeAnyChange(FeatureChange[] changes)
    {
        Assert.Throws<ArgumentException>(() => Open().SetFeatures(Device, changes));
        Assert.DoesNotContain(SetFeaturesCommand, _kernel.Commands);
    }

    [Fact]
    public void SetFeatures_SameWishTwice_IsOneWish()
    {
        Open().SetFeatures(Device, [new("rx-gro", true), new("rx-gro", true)]);

        Assert.Equal(new Dictionary<int, bool> { [4] = true }, _kernel.Requests);
    }

    private EthtoolSocket Open() => new(_kernel.Ioctl);

    private void Features(int count, int words)
    {
        _kernel.StringSets[4] = [.. Enumerable.Range(0, count).Select(i => ScriptedKernel.Text($"feature-{i}"))];
        _kernel.FeatureWords = words;
        _kernel.NeverChanged.Clear();
    }
}
