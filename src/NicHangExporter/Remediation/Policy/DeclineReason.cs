using System.Text.Json.Serialization;
using NicHangExporter.Text;

namespace NicHangExporter.Remediation.Policy;

/// <summary>Why a request was declined.</summary>
[JsonConverter(typeof(SnakeCaseConverter<DeclineReason>))]
internal enum DeclineReason
{
    /// <summary>The mode of the trigger is off.</summary>
    ModeOff,
    /// <summary>The kill switch is set, by command or by file.</summary>
    Paused,
    /// <summary>There is no such device.</summary>
    UnknownDevice,
    /// <summary>A bridge, bond, VLAN or the like: a NIC below it must be named.</summary>
    Upper,
    /// <summary>Not in remediation.devices, or not physical.</summary>
    NotAllowed,
    /// <summary>There is no ladder for the driver, and the request names no setting.</summary>
    NoProfile,
    /// <summary>There is no profile or feature of that name.</summary>
    UnknownSetting,
    /// <summary>Everything asked for is fixed by the driver.</summary>
    NothingChangeable,
    /// <summary>The device passes traffic and cools down.</summary>
    Cooldown,
    /// <summary>The device is in quarantine until a person clears it.</summary>
    Quarantined,
    /// <summary>Several devices hang at once: a NIC is not the cause.</summary>
    Ambiguous,
    /// <summary>Too soon after boot.</summary>
    BootGrace,
    /// <summary>The device does not hang any more.</summary>
    NotHung,
    /// <summary>Another remediation runs on this host.</summary>
    Busy,
    /// <summary>No other port of the bond carries the traffic.</summary>
    Bond,
    /// <summary>The journal can't be written.</summary>
    JournalUnavailable,
    /// <summary>CAP_NET_ADMIN is missing.</summary>
    Incapable,
    /// <summary>Nothing was decided for the device.</summary>
    NothingToRollBack,
    /// <summary>The program is ending.</summary>
    ShuttingDown,
}
