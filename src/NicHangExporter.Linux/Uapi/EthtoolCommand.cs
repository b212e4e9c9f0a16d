namespace NicHangExporter.Linux.Uapi;

/// <summary>
/// The commands of include/uapi/linux/ethtool.h that are used here, with their names for error messages.
/// </summary>
/// <param name="Number">The first word of the command's structure.</param>
/// <param name="Name">The name in the header.</param>
internal readonly record struct EthtoolCommand(uint Number, string Name)
{
    /// <summary>Driver, versions, bus address.</summary>
    public static EthtoolCommand GetDriverInfo => new(0x03, "ETHTOOL_GDRVINFO");

    /// <summary>Restarts autonegotiation.</summary>
    public static EthtoolCommand Renegotiate => new(0x09, "ETHTOOL_NWAY_RST");

    /// <summary>Whether the driver sees a link.</summary>
    public static EthtoolCommand GetLink => new(0x0a, "ETHTOOL_GLINK");

    /// <summary>Descriptor rings.</summary>
    public static EthtoolCommand GetRings => new(0x10, "ETHTOOL_GRINGPARAM");

    /// <summary>Pause frames.</summary>
    public static EthtoolCommand GetPause => new(0x12, "ETHTOOL_GPAUSEPARAM");

    /// <summary>Sets which pause frames are sent and obeyed.</summary>
    public static EthtoolCommand SetPause => new(0x13, "ETHTOOL_SPAUSEPARAM");

    /// <summary>The strings of one set.</summary>
    public static EthtoolCommand GetStrings => new(0x1b, "ETHTOOL_GSTRINGS");

    /// <summary>The driver's counters.</summary>
    public static EthtoolCommand GetStatistics => new(0x1d, "ETHTOOL_GSTATS");

    /// <summary>The address in the hardware.</summary>
    public static EthtoolCommand GetPermanentAddress => new(0x20, "ETHTOOL_GPERMADDR");

    /// <summary>How many strings a set has.</summary>
    public static EthtoolCommand GetStringSetInfo => new(0x37, "ETHTOOL_GSSET_INFO");

    /// <summary>Feature bits.</summary>
    public static EthtoolCommand GetFeatures => new(0x3a, "ETHTOOL_GFEATURES");

    /// <summary>Changes feature bits.</summary>
    public static EthtoolCommand SetFeatures => new(0x3b, "ETHTOOL_SFEATURES");

    /// <summary>Energy-efficient Ethernet.</summary>
    public static EthtoolCommand GetEnergyEfficientEthernet => new(0x44, "ETHTOOL_GEEE");

    /// <summary>Changes energy-efficient Ethernet.</summary>
    public static EthtoolCommand SetEnergyEfficientEthernet => new(0x45, "ETHTOOL_SEEE");

    /// <summary>Speed, duplex, autonegotiation.</summary>
    public static EthtoolCommand GetLinkSettings => new(0x4c, "ETHTOOL_GLINKSETTINGS");
}
