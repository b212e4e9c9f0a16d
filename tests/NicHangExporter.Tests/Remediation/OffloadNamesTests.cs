using NicHangExporter.Remediation.Planning;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Remediation;

public sealed class OffloadNamesTests
{
    [Theory]
    [InlineData("tso",
        "tx-tcp-segmentation tx-tcp-ecn-segmentation tx-tcp-accecn-segmentation tx-tcp-mangleid-segmentation"
        + " tx-tcp6-segmentation")]
    [InlineData("tcp-segmentation-offload",
        "tx-tcp-segmentation tx-tcp-ecn-segmentation tx-tcp-accecn-segmentation tx-tcp-mangleid-segmentation"
        + " tx-tcp6-segmentation")]
    [InlineData("tx", "tx-checksum-ipv4 tx-checksum-ip-generic tx-checksum-ipv6 tx-checksum-fcoe-crc tx-checksum-sctp")]
    [InlineData("rx", "rx-checksum")]
    [InlineData("rx-checksumming", "rx-checksum")]
    [InlineData("gso", "tx-generic-segmentation")]
    [InlineData("ufo", "tx-udp-fragmentation")]
    [InlineData("tx-tcp-segmentation", "tx-tcp-segmentation")]
    [InlineData("tx-udp_tnl-csum-segmentation", "tx-udp_tnl-csum-segmentation")]
    [InlineData("rx-feature-of-linux-9", "rx-feature-of-linux-9")]
    [InlineData("highdma", "highdma")]
    public void Expand_AName_IsTheKernelsNames(string name, string expected) =>
        Assert.Equal(expected.Split(' '), OffloadNames.Expand(name)!.Value);

    [Theory]
    [InlineData("")]
    [InlineData("TSO")]
    [InlineData("tso ")]
    [InlineData("tos")]
    [InlineData("segmentation")]
    [InlineData("eee")]
    [InlineData("-tso")]
    [InlineData("tx-")]
    [InlineData("tx-tcp segmentation")]
    [InlineData("tx-tcp\0segmentation")]
    [InlineData("../tx-checksum")]
    [InlineData("tx-é")]
    [InlineData("tx-a-name-that-no-kernel-could-hold")]
    public void Expand_AnythingElse_IsNothing(string name) => Assert.Null(OffloadNames.Expand(name));

    [Fact]
    public void Short_OfEveryExpandedFeature_IsTheNameAgain()
    {
        foreach (var offload in OffloadNames.All)
            foreach (var feature in offload.Features)
                Assert.Equal(offload.Short, OffloadNames.Short(feature));
        Assert.Equal("tx-udp-segmentation", OffloadNames.Short("tx-udp-segmentation"));
    }

    [Fact]
    public void Table_Names_AreUniqueAndNoFeatureHasTwoRows()
    {
        Assert.Distinct(OffloadNames.All.SelectMany(offload => new[] { offload.Short, offload.Long }));
        Assert.Distinct(OffloadNames.All.SelectMany(offload => offload.Features));
        Assert.Superset(KernelFeatures.Known.ToHashSet(),
            OffloadNames.All.SelectMany(offload => offload.Features).Concat(KernelFeatures.Known).ToHashSet());
    }

    [Fact]
    public void Fold_OfExpandedNames_IsTheShortNameAgain() =>
        Assert.Equal(["tso", "rx-gro"], OffloadNames.Fold([.. OffloadNames.Expand("tso")!.Value, "rx-gro"]));

    [Fact]
    public void Fold_OfSomeMembers_KeepsThem() =>
        Assert.Equal(["tx-tcp-segmentation", "tx-tcp6-segmentation"],
            OffloadNames.Fold(["tx-tcp-segmentation", "tx-tcp6-segmentation", "tx-tcp-segmentation"]));

    [Fact]
    public void KnownFeatures_AreThoseOfTheRunningKernel_ButForWhatIsNewer()
    {
        TestSupport.Requires.Program("ethtool");
        // Every device shows all features that its kernel has; lo is everywhere. A kernel newer than the list may have
        // a few more, which the output names.
        var features = FeatureFixture.Parse(TestSupport.Execution.Of("ethtool", "-k", "lo").Succeeded());

        var unknown = features.All.Select(feature => feature.Name).Except(KernelFeatures.Known).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"not in the list yet: {string.Join(", ", unknown)}");
        Assert.True(features.All.Length >= 50, $"only {features.All.Length} features");
        Assert.True(unknown.Count <= 8, $"{unknown.Count} unknown features: {string.Join(", ", unknown)}");
    }
}
