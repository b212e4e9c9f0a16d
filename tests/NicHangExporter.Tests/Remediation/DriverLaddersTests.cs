using System.Collections.Immutable;
using NicHangExporter.Remediation.Planning;

namespace NicHangExporter.Tests.Remediation;

public sealed class DriverLaddersTests
{
    [Fact]
    public void Profiles_EverySetting_IsKnown()
    {
        Assert.Distinct(OffloadProfiles.All.Select(profile => profile.Name));
        foreach (var setting in OffloadProfiles.All.SelectMany(profile => profile.Settings))
            Assert.True(setting is DeviceSettings.Eee or DeviceSettings.Pause || OffloadNames.Find(setting) is not null,
                setting);
    }

    [Fact]
    public void Classic_IsSegmentationAndChecksum() =>
        Assert.Equal(Settings("segmentation").Concat(Settings("checksum")), Settings("classic"));

    [Fact]
    public void Ladders_EveryRow_HasStagesThatExistAndAReason()
    {
        Assert.Distinct(DriverLadders.All.Select(ladder => ladder.Driver));
        foreach (var ladder in DriverLadders.All)
        {
            Assert.NotEmpty(ladder.Stages);
            Assert.Distinct(ladder.Stages);
            Assert.NotEmpty(ladder.Evidence);
            Assert.All(ladder.Stages, stage => Assert.Contains(OffloadProfiles.All, profile => profile.Name == stage));
            Assert.All(ladder.Resetting.Concat(ladder.AllResetBut),
                feature => Assert.Contains(feature, KernelFeatures.Known));
        }
    }

    [Fact]
    public void Ladders_EveryDriver_HasAFixture() =>
        Assert.Empty(DriverLadders.All.Select(ladder => ladder.Driver)
            .Except(FeatureFixture.All.Select(fixture => fixture.Driver)));

    [Theory]
    [InlineData("virtio_net")]
    [InlineData("vmxnet3")]
    [InlineData("hv_netvsc")]
    [InlineData("ena")]
    [InlineData("gve")]
    [InlineData("xen_netfront")]
    public void Paravirtual_Drivers_HaveNoLadderButAdvice(string driver)
    {
        Assert.Null(DriverLadders.Find(driver));
        Assert.Contains(driver, DriverAdvice.Drivers);
        Assert.Contains("decide", DriverAdvice.ForFixed(driver), StringComparison.Ordinal);
    }

    [Fact]
    public void Advice_OfVirtio_NamesTheCommandOnTheHost() =>
        Assert.Contains("ethtool -K", DriverAdvice.ForFixed("virtio_net"), StringComparison.Ordinal);

    [Fact]
    public void Advice_OfADriverThatNobodyHasLookedAt_IsStillAWayOut() =>
        Assert.Contains("next stage", DriverAdvice.ForFixed("brand_new"), StringComparison.Ordinal);

    // Each as observed or as the driver's source says; e1000e's were measured by carrier_changes.
    [Theory]
    [InlineData("e1000e", "tx-tcp-segmentation", false)]
    [InlineData("e1000e", "tx-generic-segmentation", false)]
    [InlineData("e1000e", "tx-checksum-ip-generic", false)]
    [InlineData("e1000e", "tx-scatter-gather", false)]
    [InlineData("e1000e", "rx-gro", false)]
    [InlineData("e1000e", "rx-checksum", true)]
    [InlineData("e1000e", "rx-vlan-hw-parse", true)]
    [InlineData("e1000e", "rx-hashing", true)]
    [InlineData("e1000", "rx-vlan-hw-parse", false)]
    [InlineData("e1000", "rx-checksum", true)]
    [InlineData("igb", "rx-checksum", false)]
    [InlineData("igc", "rx-ntuple-filter", true)]
    [InlineData("r8169", "rx-checksum", false)]
    [InlineData("bnx2x", "tx-tcp-segmentation", true)]
    [InlineData("bnx2x", "rx-gro", false)]
    [InlineData("", "rx-checksum", true)]
    [InlineData("", "tx-tcp-segmentation", false)]
    public void Resets_OfADriver_AreTheOnesOfItsSource(string driver, string feature, bool resets) =>
        Assert.Equal(resets, (DriverLadders.Find(driver) ?? DriverLadder.Unknown).Resets(feature));

    private static ImmutableArray<string> Settings(string profile) =>
        OffloadProfiles.All.Single(row => row.Name == profile).Settings;
}
