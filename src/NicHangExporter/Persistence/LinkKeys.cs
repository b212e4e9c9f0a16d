using System.Collections.Immutable;
using NicHangExporter.Linux.Ethtool;

namespace NicHangExporter.Persistence;

/// <summary>How a <c>.link</c> file turns a setting off.</summary>
/// <param name="Setting">A feature by the kernel's name, or <c>pause</c>.</param>
/// <param name="Since">The systemd version that added the keys (systemd.link(5)).</param>
/// <param name="Keys">The keys. All get the value <c>no</c>.</param>
internal sealed record LinkKey(string Setting, int Since, ImmutableArray<string> Keys);

/// <summary>
/// The keys of systemd.link(5) for settings that can be turned off. EEE, scatter-gather and
/// private flags have no key.
/// </summary>
internal static class LinkKeys
{
    /// <summary>The key for all transmit checksums together.</summary>
    public const string TransmitChecksum = "TransmitChecksumOffload";

    /// <summary>How the kernel's names of transmit checksums begin.</summary>
    public const string TransmitChecksumPrefix = "tx-checksum-";

    public static ImmutableArray<LinkKey> All { get; } =
    [
        new("tx-tcp-segmentation", 232, ["TCPSegmentationOffload"]),
        new("tx-tcp6-segmentation", 235, ["TCP6SegmentationOffload"]),
        new("tx-generic-segmentation", 232, ["GenericSegmentationOffload"]),
        new("rx-gro", 232, ["GenericReceiveOffload"]),
        new("rx-lro", 232, ["LargeReceiveOffload"]),
        new("rx-gro-hw", 250, ["GenericReceiveOffloadHardware"]),
        new("rx-checksum", 245, ["ReceiveChecksumOffload"]),
        new("rx-vlan-hw-parse", 250, ["ReceiveVLANCTAGHardwareAcceleration"]),
        new("tx-vlan-hw-insert", 250, ["TransmitVLANCTAGHardwareAcceleration"]),
        new("pause", 246, ["AutoNegotiationFlowControl", "RxFlowControl", "TxFlowControl"]),
        .. Checksums("ipv4", "ip-generic", "ipv6", "fcoe-crc", "sctp"),
    ];

    /// <summary>
    /// Features that the kernel drops together with others (netdev_fix_features(), net/core/dev.c). They need no key if
    /// those are off.
    /// </summary>
    public static ImmutableDictionary<string, ImmutableArray<string>> Implied { get; } =
        new Dictionary<string, ImmutableArray<string>>
        {
            ["tx-tcp-mangleid-segmentation"] = ["tx-tcp-segmentation"],
            ["tx-tcp-ecn-segmentation"] = ["tx-tcp-segmentation", "tx-tcp6-segmentation"],
        }.ToImmutableDictionary();

    /// <summary>The keys that turn exactly these settings off.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="systemd">The version of systemd; null if unknown.</param>
    /// <param name="features">The features of the device; null if unknown.</param>
    /// <param name="reason">Why no set of keys does it; null on success.</param>
    /// <returns>The keys in the order of <see cref="All"/>; empty on failure.</returns>
    public static ImmutableArray<string> Find(
        ImmutableArray<string> settings, int? systemd, DeviceFeatures? features, out string? reason)
    {
        var version = systemd ?? SystemdVersion.Assumed;
        reason = settings.Select(setting => Missing(setting, settings, version, features)).FirstOrDefault(
            text => text is not null);
        return reason is not null ? []
            : [.. All.Where(row => settings.Contains(row.Setting)).SelectMany(row => row.Keys).Distinct()];
    }

    private static string? Missing(
        string setting, ImmutableArray<string> settings, int version, DeviceFeatures? features)
    {
        if (Implied.TryGetValue(setting, out var causes) && causes.All(settings.Contains))
            return null;
        if (All.FirstOrDefault(row => row.Setting == setting) is not { } found)
            return $"systemd has no key for {setting}";
        if (found.Since > version)
            return $"systemd has a key for {setting} since version {found.Since}, and this is {version}";
        if (!found.Keys.Contains(TransmitChecksum))
            return null;
        if (features is null)
            return "systemd has one key for all transmit checksums, and the features of the device are unknown";
        foreach (var feature in features.All)
            if (feature is { Changeable: true } and ({ Requested: true } or { Active: true })
                && feature.Name.StartsWith(TransmitChecksumPrefix, StringComparison.Ordinal)
                && !settings.Contains(feature.Name))
                return $"systemd has one key for all transmit checksums, and {feature.Name} stays on";
        return null;
    }

    private static IEnumerable<LinkKey> Checksums(params string[] names) =>
        names.Select(name => new LinkKey(TransmitChecksumPrefix + name, 245, [TransmitChecksum]));
}
