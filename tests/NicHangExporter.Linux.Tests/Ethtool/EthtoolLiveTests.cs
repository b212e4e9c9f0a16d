using System.Globalization;
using System.Text.Json;
using NicHangExporter.Linux.Ethtool;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Linux.Tests.Ethtool;

/// <summary>
/// The running kernel, against what ethtool(8) says of the same device. Changes are made to veth pairs of the test's
/// own only.
/// </summary>
public sealed class EthtoolLiveTests : IDisposable
{
    private static readonly InterfaceName Veth = Name("veth0");

    // What ethtool -k calls features that it knew before the kernel named them.
    private static readonly Dictionary<string, string> OldNames = new()
    {
        ["rx-checksumming"] = "rx-checksum",
        ["generic-segmentation-offload"] = "tx-generic-segmentation",
        ["generic-receive-offload"] = "rx-gro",
        ["large-receive-offload"] = "rx-lro",
        ["rx-vlan-offload"] = "rx-vlan-hw-parse",
        ["tx-vlan-offload"] = "tx-vlan-hw-insert",
        ["ntuple-filters"] = "rx-ntuple-filter",
        ["receive-hashing"] = "rx-hashing",
    };

    private readonly NetworkNamespace _namespace;
    private readonly EthtoolSocket _ethtool;

    public EthtoolLiveTests()
    {
        Requires.Program("ethtool"); // first, because nobody disposes of what a constructor leaves behind
        _namespace = new NetworkNamespace();
        _ethtool = _namespace.Inside(() => new EthtoolSocket());
    }

    public void Dispose()
    {
        _ethtool.Dispose();
        _namespace.Dispose();
    }

    [Fact]
    public void Socket_UsedFromAnotherNamespace_StaysInItsOwn()
    {
        using var outside = new EthtoolSocket();

        Assert.Equal("veth", _ethtool.ReadDriverInfo(Veth)!.Driver);
        Assert.Equal(Errno.NoDevice, Assert.Throws<LinuxException>(() => outside.ReadDriverInfo(Veth)).Errno);
    }

    [Fact]
    public void Socket_Disposed_IsNotUsed()
    {
        _ethtool.Dispose();

        Assert.Throws<ObjectDisposedException>(() => _ethtool.ReadLink(Veth));
    }

    [Fact]
    public void Sockets_UsedAndDisposed_LeaveNoDescriptorBehind()
    {
        const int Many = 2000;
        var before = Directory.GetFileSystemEntries("/proc/self/fd").Length;

        for (var i = 0; i < Many; i++)
        {
            using var ethtool = new EthtoolSocket();
            ethtool.ReadLink(Name("lo"));
        }

        // Other tests open and close files concurrently, but not thousands.
        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + Many / 2);
    }

    [Fact]
    public void ReadDriverInfo_OfVeth_IsWhatEthtoolPrints()
    {
        var printed = Pairs(_namespace.Execute("ethtool", "-i", "veth0").Succeeded());

        Assert.Equal(
            new DriverInfo(printed["driver"], printed["version"], printed["firmware-version"], printed["bus-info"]),
            _ethtool.ReadDriverInfo(Veth));
    }

    [Fact]
    public void ReadFeatures_OfVeth_AreWhatEthtoolPrints() => Assert.Equal(
        PrintedFeatures(_namespace.Execute("ethtool", "--json", "-k", "veth0"), "veth0"),
        InNameOrder(_ethtool.ReadFeatures(Veth)!));

    [Fact]
    public void ReadStatistics_OfVeth_AreWhatEthtoolPrints()
    {
        var printed = _namespace
            .Execute("ethtool", "-S", "veth0")
            .Succeeded()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1);

        var statistics = _ethtool.ReadStatistics(Veth)!;

        Assert.Equal(printed, statistics.Select(statistic => $"     {statistic.Name}: {statistic.Value}"));
        Assert.Contains(statistics, statistic => statistic is { Name: "peer_ifindex", Value: > 0 });
    }

    [Fact]
    public void WhatVethLacks_IsNull()
    {
        Assert.Null(_ethtool.ReadRings(Veth));
        Assert.Null(_ethtool.ReadPause(Veth));
        Assert.Null(_ethtool.ReadEnergyEfficientEthernet(Veth));
        Assert.Null(_ethtool.ReadPermanentAddress(Veth));
        Assert.Null(_ethtool.ReadStringSet(Veth, StringSet.PrivateFlags));
        Assert.False(_ethtool.Renegotiate(Veth));
        Assert.False(_ethtool.SetEnergyEfficientEthernet(Veth, enabled: false));
        Assert.False(_ethtool.SetPause(Veth, new PauseParameters(false, false, false)));
        Assert.NotEqual(0, _namespace.Execute("ethtool", "-g", "veth0").ExitCode);
        Assert.NotEqual(0, _namespace.Execute("ethtool", "-a", "veth0").ExitCode);
    }

    [Fact]
    public void ReadLink_OfVeth_FollowsTheLink()
    {
        Assert.False(_ethtool.ReadLink(Veth));

        _namespace.Execute("ip", "link", "set", "veth0", "up").Succeeded();
        _namespace.Execute("ip", "link", "set", "veth1", "up").Succeeded();

        Assert.True(_ethtool.ReadLink(Veth));
        Assert.Equal(new LinkSettings(10_000, Duplex.Full, Autonegotiation: false), _ethtool.ReadLinkSettings(Veth));
        Assert.Contains(
            "Speed: 10000Mb/s", _namespace.Execute("ethtool", "veth0").Succeeded(), StringComparison.Ordinal);
    }

    [Fact]
    public void SetFeatures_TcpSegmentationOff_IsOffForEthtoolToo()
    {
        Assert.Equal(
            SetFeaturesResult.Accepted,
            _ethtool.SetFeatures(Veth, [new("tx-tcp-segmentation", false), new("rx-gro", true)]));

        var printed = PrintedFeatures(_namespace.Execute("ethtool", "--json", "-k", "veth0"), "veth0");
        Assert.Contains(new Printed("tx-tcp-segmentation", Changeable: true, Requested: false, Active: false), printed);
        Assert.Contains(new Printed("rx-gro", Changeable: true, Requested: true, Active: true), printed);
        Assert.Contains(printed, feature => feature is { Name: "tx-tcp6-segmentation", Active: true });
    }

    [Fact]
    public void SetFeatures_FixedFeatureAmongOthers_IsUnsupportedAndTheOthersAreApplied()
    {
        var result = _ethtool.SetFeatures(Veth, [new("tx-checksum-ipv4", true), new("tx-tcp-segmentation", false)]);

        Assert.Equal(SetFeaturesResult.Unsupported, result);
        Assert.False(_ethtool.ReadFeatures(Veth)!.Find("tx-tcp-segmentation")!.Value.Active);
        Assert.False(_ethtool.ReadFeatures(Veth)!.Find("tx-checksum-ipv4")!.Value.Active);
    }

    [Fact]
    public void SetFeatures_WithoutWhatItDependsOn_IsAWishThatComesTrueLater()
    {
        Assert.Equal(
            SetFeaturesResult.Accepted,
            _ethtool.SetFeatures(Veth, [new("tx-checksum-ip-generic", false), new("tx-tcp-segmentation", false)]));

        Assert.Equal(SetFeaturesResult.Wish, _ethtool.SetFeatures(Veth, [new("tx-tcp-segmentation", true)]));
        Assert.Equal(
            new Feature("tx-tcp-segmentation", Available: true, Requested: true, Active: false, NeverChanged: false),
            _ethtool.ReadFeatures(Veth)!.Find("tx-tcp-segmentation"));

        Assert.Equal(SetFeaturesResult.Accepted, _ethtool.SetFeatures(Veth, [new("tx-checksum-ip-generic", true)]));
        Assert.True(_ethtool.ReadFeatures(Veth)!.Find("tx-tcp-segmentation")!.Value.Active);
    }

    [Fact]
    public void SetFeatures_NeverChanging_IsInvalidAndChangesNothing()
    {
        var before = InNameOrder(_ethtool.ReadFeatures(Veth)!);

        Assert.True(_ethtool.ReadFeatures(Veth)!.Find("vlan-challenged")!.Value.NeverChanged);
        Assert.Equal(
            Errno.Invalid,
            Assert
                .Throws<LinuxException>(() =>
                    _ethtool.SetFeatures(Veth, [new("vlan-challenged", true), new("rx-gro", true)]))
                .Errno);
        Assert.Equal(before, InNameOrder(_ethtool.ReadFeatures(Veth)!));
    }

    [Theory]
    [InlineData("$(id)")]
    [InlineData("-rf")]
    [InlineData("a;rm")]
    [InlineData("\u0001bell\u0007")]
    [InlineData("..x")]
    [InlineData("fifteen-bytes-x")]
    [InlineData("näme")]
    public void HostileName_OfARealInterface_IsJustAName(string hostile)
    {
        _namespace.AddPair(hostile, "peer");
        Assert.True(InterfaceName.TryParse(hostile, out var name));

        Assert.Equal("veth", _ethtool.ReadDriverInfo(name)!.Driver);
        Assert.Equal(SetFeaturesResult.Accepted, _ethtool.SetFeatures(name, [new("tx-tcp-segmentation", false)]));
        Assert.False(_ethtool.ReadFeatures(name)!.Find("tx-tcp-segmentation")!.Value.Active);
        Assert.True(_ethtool.ReadFeatures(Veth)!.Find("tx-tcp-segmentation")!.Value.Active);
    }

    [Theory]
    [InlineData("nosuch0")]
    [InlineData("veth")]
    [InlineData("veth00")]
    [InlineData("VETH0")]
    public void UnknownDevice_IsNoDevice(string unknown) => Assert.Equal(
        (Errno.NoDevice, unknown),
            Assert.Throws<LinuxException>(() => _ethtool.ReadFeatures(Name(unknown))) is var exception
                ? (exception.Errno, exception.Subject)
                : default);

    [Fact]
    public void EmptyName_IsNoDevice() =>
        Assert.Equal(Errno.NoDevice, Assert.Throws<LinuxException>(() => _ethtool.ReadDriverInfo(default)).Errno);

    /// <summary>
    /// The machine's own interface has hardware, or what passes for it, where veth has none. It is read and never
    /// changed.
    /// </summary>
    [Fact]
    public void RealInterface_Read_IsWhatEthtoolPrints()
    {
        Requires.File("/sys/class/net/eth0/address");
        using var ethtool = new EthtoolSocket();
        var eth0 = Name("eth0");

        Assert.Equal(
            PrintedFeatures(Execution.Of("ethtool", "--json", "-k", "eth0"), "eth0"),
            InNameOrder(ethtool.ReadFeatures(eth0)!));
        Assert.Equal(
            Pairs(Execution.Of("ethtool", "-i", "eth0").Succeeded())["driver"], ethtool.ReadDriverInfo(eth0)!.Driver);
        Assert.Equal(
            Execution.Of("ethtool", "-P", "eth0").Succeeded().Trim(),
            "Permanent address: "
                + (
                    ethtool.ReadPermanentAddress(eth0) is { } address
                        ? string.Join(':', address.Select(octet => octet.ToString("x2", null)))
                        : "not set"));

        var settings = ethtool.ReadLinkSettings(eth0);
        var printed = Pairs(Execution.Of("ethtool", "eth0").Output);
        Assert.Equal(printed["Speed"], settings?.SpeedMegabits is { } speed ? $"{speed}Mb/s" : "Unknown!");
        Assert.Equal(printed["Auto-negotiation"], settings!.Autonegotiation ? "on" : "off");
        Assert.Equal(printed["Link detected"], ethtool.ReadLink(eth0) == true ? "yes" : "no");

        var rings = Execution.Of("ethtool", "-g", "eth0");
        Assert.Equal(rings.ExitCode == 0, ethtool.ReadRings(eth0) is not null);
        if (ethtool.ReadRings(eth0) is { } ring)
        {
            Assert.Equal([ring.RxMax, ring.Rx], Numbers(rings, "RX:"));
            Assert.Equal([ring.TxMax, ring.Tx], Numbers(rings, "TX:"));
        }
    }

    private static InterfaceName Name(string text) =>
        InterfaceName.TryParse(text, out var name) ? name : throw new ArgumentException(text, nameof(text));

    private static Dictionary<string, string> Pairs(string printed) => printed.Split('\n')
        .Select(line => line.Split(':', 2)).Where(pair => pair.Length == 2)
        .DistinctBy(pair => pair[0].Trim()).ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim());

    private static IEnumerable<uint> Numbers(Execution ethtool, string label) => ethtool.Output.Split('\n')
            .Where(line => line.StartsWith(label, StringComparison.Ordinal))
            .Select(line => uint.Parse(line[label.Length..], CultureInfo.InvariantCulture));

    private static List<Printed> InNameOrder(DeviceFeatures features) => features.All
        .Select(feature => new Printed(feature.Name, feature.Changeable, feature.Requested, feature.Active))
        .OrderBy(feature => feature.Name, StringComparer.Ordinal).ToList();

    private static List<Printed> PrintedFeatures(Execution ethtool, string device)
    {
        using var json = JsonDocument.Parse(ethtool.Succeeded());
        Assert.Equal(device, json.RootElement[0].GetProperty("ifname").GetString());
        return json.RootElement[0].EnumerateObject()
            // The state of a group is the sum of its members.
            .Where(entry =>
                entry.Value.ValueKind == JsonValueKind.Object
                && entry.Value.GetProperty("fixed").ValueKind != JsonValueKind.Null)
            .Select(entry => new Printed(
                OldNames.GetValueOrDefault(entry.Name, entry.Name),
                Changeable: !entry.Value.GetProperty("fixed").GetBoolean(),
                Requested: entry.Value.GetProperty("requested").GetBoolean(),
                Active: entry.Value.GetProperty("active").GetBoolean()))
            .OrderBy(feature => feature.Name, StringComparer.Ordinal).ToList();
    }

    private sealed record Printed(string Name, bool Changeable, bool Requested, bool Active);
}
