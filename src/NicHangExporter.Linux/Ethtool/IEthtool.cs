namespace NicHangExporter.Linux.Ethtool;

/// <summary>
/// What the kernel says of, and does to, a device through <c>ioctl(SIOCETHTOOL)</c> (include/uapi/linux/ethtool.h). This is the one
/// interface at the fence to the kernel: a test replaces it where the live kernel can't be made to fail on demand.
/// </summary>
/// <remarks>
/// <para>Every call takes the kernel's RTNL lock, without a deadline and without a way to cancel it. A driver that is stuck in a reset
/// can hold that lock for ever. So these calls never belong on a scrape or on a request's thread.</para>
/// <para>A <c>null</c> or <c>false</c> result says that the driver does not implement the command (EOPNOTSUPP). Everything else that
/// fails is a <see cref="LinuxException"/>. Its <see cref="Errno.NoDevice"/> is either an unknown name or a device that the
/// driver has detached ("PCIe link lost"): it does not mean that the interface is gone.</para>
/// </remarks>
public interface IEthtool
{
    /// <summary>ETHTOOL_GDRVINFO: driver, versions, bus.</summary>
    DriverInfo? ReadDriverInfo(InterfaceName device);

    /// <summary>ETHTOOL_GFEATURES with the names of ETH_SS_FEATURES; empty names are left out.</summary>
    DeviceFeatures? ReadFeatures(InterfaceName device);

    /// <summary>
    /// ETHTOOL_SFEATURES: asks for the given features to be on or off. The kernel may grant less than was asked without an error:
    /// read the features back.
    /// </summary>
    /// <exception cref="ArgumentException">A feature that this kernel does not know, no feature at all (empty never means all), or
    /// one that is wished both on and off. Nothing was changed.</exception>
    /// <exception cref="LinuxException">Also <see cref="Errno.Invalid"/> for a feature that can never change, and
    /// <see cref="Errno.NotSupported"/>, for which the result has no value. Nothing was changed.</exception>
    SetFeaturesResult SetFeatures(InterfaceName device, IReadOnlyList<FeatureChange> changes);

    /// <summary>ETHTOOL_GSTATS with the names of ETH_SS_STATS: the driver's own counters in the driver's order.</summary>
    IReadOnlyList<Statistic>? ReadStatistics(InterfaceName device);

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

    /// <summary>ETHTOOL_GPERMADDR: the address in the hardware, as bytes; null also where the device has none.</summary>
    byte[]? ReadPermanentAddress(InterfaceName device);

    /// <summary>
    /// ETHTOOL_NWAY_RST: restarts autonegotiation, which with some drivers (e1000, e1000e, igb, igc, ixgbe) reinitialises the whole adapter. Needs CAP_NET_ADMIN.
    /// </summary>
    /// <returns>False where the driver does not implement it. A device that is down answers <see cref="Errno.Again"/>, one without
    /// autonegotiation <see cref="Errno.Invalid"/>, both as a <see cref="LinuxException"/>.</returns>
    bool Renegotiate(InterfaceName device);

    /// <summary>
    /// ETHTOOL_SEEE: switches energy-efficient Ethernet on or off and leaves everything else about it as it is. The driver renegotiates, and
    /// e1000e reinitialises the adapter even where nothing changes: so nothing is sent where it is as wished already. Read it back:
    /// its link modes may stay advertised. Needs CAP_NET_ADMIN.
    /// </summary>
    /// <returns>False where the driver does not implement it, or has no EEE on this hardware. A driver may refuse to switch it on again
    /// (igb: <see cref="Errno.Invalid"/>), as a <see cref="LinuxException"/>.</returns>
    bool SetEnergyEfficientEthernet(InterfaceName device, bool enabled);

    /// <summary>
    /// ETHTOOL_SPAUSEPARAM: sets flow control by pause frames, after which most drivers renegotiate or restart the link. Nothing is sent
    /// where ETHTOOL_GPAUSEPARAM says that it is as wished already; while it is negotiated that tells what came of it. Read it back. Needs
    /// CAP_NET_ADMIN.
    /// </summary>
    /// <returns>False where the driver does not implement it. One that can't do the given combination answers
    /// <see cref="Errno.Invalid"/>, as a <see cref="LinuxException"/>.</returns>
    bool SetPause(InterfaceName device, PauseParameters pause);
}
