using System.Text.Json.Serialization;

namespace NicHangExporter.Remediation.Policy;

/// <summary>Why a request was declined.</summary>
[JsonConverter(typeof(SnakeCaseConverter<DeclineReason>))]
internal enum DeclineReason
{
    /// <summary>The mode of the trigger is off.</summary>
    ModeOff,
    /// <summary>The kill switch is set: the file, or a pause by a person.</summary>
    Paused,
    /// <summary>There is no such device here.</summary>
    UnknownDevice,
    /// <summary>A bridge, bond, VLAN or the like: its ports are named instead.</summary>
    Upper,
    /// <summary>Not in remediation.devices, or not physical.</summary>
    NotAllowed,
    /// <summary>No ladder for the driver, and nothing was asked for explicitly.</summary>
    NoProfile,
    /// <summary>A profile or feature of that name does not exist on this device.</summary>
    UnknownSetting,
    /// <summary>Everything asked for is fixed by the driver.</summary>
    NothingChangeable,
    /// <summary>The cool-down of the device is not over, and it passes traffic.</summary>
    Cooldown,
    /// <summary>The budget of the device or of the host is gone: a person has to clear it.</summary>
    Quarantined,
    /// <summary>Several devices hang at once: that is no NIC's fault.</summary>
    Ambiguous,
    /// <summary>Too soon after boot.</summary>
    BootGrace,
    /// <summary>There is no hang any more.</summary>
    NotHung,
    /// <summary>Another remediation is under way on this host.</summary>
    Busy,
    /// <summary>Another port of the bond has to carry the traffic first.</summary>
    Bond,
    /// <summary>The journal can't be written: what is not recorded is not done.</summary>
    JournalUnavailable,
    /// <summary>CAP_NET_ADMIN is missing.</summary>
    Incapable,
    /// <summary>There is nothing to roll back.</summary>
    NothingToRollBack,
    /// <summary>The process is ending.</summary>
    ShuttingDown,
}
