namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// Reads and changes a device through <c>ioctl(SIOCETHTOOL)</c> (include/uapi/linux/ethtool.h). Tests replace this
/// interface to simulate failures that the live kernel can't produce on demand.
/// </summary>
/// <remarks>
/// <para>Every call takes the kernel's RTNL lock. It has no timeout and can't be cancelled. A driver that is stuck in a
/// reset can hold that lock forever. Never make these calls in a scrape or on the thread of a request.</para>
/// <para>A <c>null</c> or <c>false</c> result means that the driver does not implement the command (EOPNOTSUPP). Every
/// other failure is a <see cref="LinuxException"/>. Its <see cref="Errno.NoDevice"/> means an unknown name, or a device
/// that the driver has detached ("PCIe link lost"). The interface may still exist.</para>
/// </remarks>
public interface IEthtool
{
    /// <summary>ETHTOOL_GDRVINFO: driver, versions, bus.</summary>
    DriverInfo? ReadDriverInfo(InterfaceName device);

    /// <summary>ETHTOOL_GFEATURES with the names of ETH_SS_FEATURES; empty names are left out.</summary>
    DeviceFeatures? ReadFeatures(InterfaceName device);

    /// <summary>
    /// ETHTOOL_SFEATURES: requests the given features to be on or off. The kernel can grant less than requested without
    /// an error, so read the features back.
    /// </summary>
    /// <exception cref="ArgumentException">A feature that this kernel does not know, an empty list (it does not mean
    /// all features), or a feature that is requested both on and off. Nothing was changed.</exception>
    /// <exception cref="LinuxException">Also <see cref="Errno.Invalid"/> for a feature that can never change, and
    /// <see cref="Errno.NotSupported"/>, which the result can't express. Nothing was changed.</exception>
    SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes);

    /// <summary>
    /// ETHTOOL_GSTATS with the names of ETH_SS_STATS: the driver-specific counters in the driver's order.
    /// </summary>
    IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device);

    /// <summary>
    /// As <see cref="ReadStatistics"/>, but only some of the counters, for repeated calls. If none of them is wanted,
    /// the driver is asked for their number only.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="filter">Chooses them. The same object in each call.</param>
    /// <param name="last">The last result for this device; null for none.</param>
    /// <param name="readsNames">
    /// Reads the names again in any case; otherwise only if the driver has another number of counters than before.
    /// </param>
    /// <returns><paramref name="last"/> itself if nothing has changed.</returns>
    ChosenStatistics? ReadChosenStatistics(
        InterfaceName device, StatisticFilter filter, ChosenStatistics? last, bool readsNames);

    /// <summary>ETHTOOL_GSTRINGS: one string set, in the order of its bits or values, empty names included.</summary>
    IReadOnlyList<string>? ReadStringSet(InterfaceName device, StringSet stringSet);

    /// <summary>ETHTOOL_GLINK: true while the driver sees a link.</summary>
    bool? ReadLink(InterfaceName device);

    /// <summary>ETHTOOL_GLINKSETTINGS: speed, duplex, autonegotiation.</summary>
    LinkSettings? ReadLinkSettings(InterfaceName device);

    /// <summary>ETHTOOL_GEEE: energy-efficient Ethernet.</summary>
    EnergyEfficientEthernet? ReadEnergyEfficientEthernet(InterfaceName device);

    /// <summary>ETHTOOL_GPAUSEPARAM: flow control by pause frames.</summary>
    PauseParameters? ReadPause(InterfaceName device);

    /// <summary>ETHTOOL_GRINGPARAM: descriptor ring sizes.</summary>
    RingParameters? ReadRings(InterfaceName device);

    /// <summary>ETHTOOL_GPERMADDR: the address in the hardware, as bytes; null also if the device has none.</summary>
    byte[]? ReadPermanentAddress(InterfaceName device);

    /// <summary>
    /// ETHTOOL_NWAY_RST: restarts autonegotiation. Some drivers (e1000, e1000e, igb, igc, ixgbe) reinitialise the whole
    /// adapter. Needs CAP_NET_ADMIN.
    /// </summary>
    /// <returns>
    /// False if the driver does not implement it. A <see cref="LinuxException"/> is <see cref="Errno.Again"/> for a
    /// device that is down and <see cref="Errno.Invalid"/> for a device without autonegotiation.
    /// </returns>
    bool Renegotiate(InterfaceName device);

    /// <summary>
    /// ETHTOOL_SEEE: turns energy-efficient Ethernet on or off and leaves its other settings unchanged. The driver
    /// renegotiates the link, and e1000e reinitialises the adapter even if nothing changes, so nothing is sent if the
    /// setting is already as requested. Read it back: link modes may stay advertised. Needs CAP_NET_ADMIN.
    /// </summary>
    /// <returns>
    /// False if the driver does not implement it or the hardware has no EEE. A driver can refuse to turn it on again
    /// (igb: <see cref="Errno.Invalid"/>), as a <see cref="LinuxException"/>.
    /// </returns>
    bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled);

    /// <summary>
    /// ETHTOOL_SPAUSEPARAM: sets flow control by pause frames. Most drivers then renegotiate or restart the link, so
    /// nothing is sent if ETHTOOL_GPAUSEPARAM reports the requested setting. While pause is negotiated, that is the
    /// result of the negotiation. Read it back. Needs CAP_NET_ADMIN.
    /// </summary>
    /// <returns>
    /// False if the driver does not implement it. A driver that can't apply the combination answers
    /// <see cref="Errno.Invalid"/>, as a <see cref="LinuxException"/>.
    /// </returns>
    bool SetPause(InterfaceName device, PauseParameters pause);
}
