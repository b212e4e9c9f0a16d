namespace NicHangExporter.Linux.Ethtool;

/// <summary>struct ethtool_drvinfo.</summary>
/// <param name="Driver">The driver's name, such as <c>e1000e</c>.</param>
/// <param name="Version">The driver's version, or the kernel's release if the driver has none.</param>
/// <param name="FirmwareVersion">The firmware's version; empty if the driver does not report it.</param>
/// <param name="BusInfo">The bus address that the driver reports. It can differ from the sysfs parent: virtio names the
/// PCI function below it.</param>
public sealed record DriverInfo(string Driver, string Version, string FirmwareVersion, string BusInfo);

/// <summary>One driver-specific counter.</summary>
/// <param name="Name">The driver's name for it, blanks included.</param>
/// <param name="Value">The value.</param>
public readonly record struct Statistic(string Name, ulong Value);

/// <summary>enum ethtool_stringset: the sets used here.</summary>
public enum StringSet
{
    /// <summary>ETH_SS_STATS: names of the driver's counters.</summary>
    Statistics = 1,
    /// <summary>ETH_SS_PRIV_FLAGS: names of the driver's private flags.</summary>
    PrivateFlags = 2,
    /// <summary>ETH_SS_FEATURES: names of the kernel's features by bit. Unused bits have an empty name.</summary>
    Features = 4,
}

/// <summary>The duplex mode of a link.</summary>
public enum Duplex
{
    /// <summary>DUPLEX_HALF.</summary>
    Half = 0,
    /// <summary>DUPLEX_FULL.</summary>
    Full = 1,
    /// <summary>DUPLEX_UNKNOWN.</summary>
    Unknown = 0xff,
}

/// <summary>The part of struct ethtool_link_settings that is used here.</summary>
/// <param name="SpeedMegabits">Mbit/s; null if unknown (SPEED_UNKNOWN).</param>
/// <param name="Duplex">The duplex mode.</param>
/// <param name="Autonegotiation">Autonegotiation is on.</param>
public sealed record LinkSettings(long? SpeedMegabits, Duplex Duplex, bool Autonegotiation);

/// <summary>struct ethtool_eee.</summary>
/// <param name="Enabled">EEE is enabled. Link modes may be advertised even while it is off, see
/// <paramref name="Advertised"/>.</param>
/// <param name="Active">EEE is negotiated and in effect.</param>
/// <param name="TxLpiEnabled">The transmitter may enter low-power idle.</param>
/// <param name="TxLpiTimerMicroseconds">The idle time before the transmitter does so, in microseconds.</param>
/// <param name="Supported">Link modes (the first 32 bits) that support EEE.</param>
/// <param name="Advertised">Link modes for which EEE is advertised.</param>
public sealed record EnergyEfficientEthernet(
    bool Enabled, bool Active, bool TxLpiEnabled, uint TxLpiTimerMicroseconds, uint Supported, uint Advertised);

/// <summary>struct ethtool_pauseparam.</summary>
/// <param name="Autonegotiation">Pause is negotiated.</param>
/// <param name="Rx">Received pause frames are obeyed.</param>
/// <param name="Tx">Pause frames are sent.</param>
public sealed record PauseParameters(bool Autonegotiation, bool Rx, bool Tx);

/// <summary>struct ethtool_ringparam, in descriptors.</summary>
/// <param name="Rx">Receive ring, now.</param>
/// <param name="RxMax">Receive ring, at most.</param>
/// <param name="Tx">Transmit ring, now.</param>
/// <param name="TxMax">Transmit ring, at most.</param>
public sealed record RingParameters(uint Rx, uint RxMax, uint Tx, uint TxMax);
