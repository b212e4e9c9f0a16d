namespace NicHangExporter.Persistence;

/// <summary>What happens to a NIC or to its manager, and may undo settings.</summary>
internal enum PersistenceEvent
{
    /// <summary>The host boots.</summary>
    Boot,
    /// <summary>The manager reloads its configuration: <c>ifreload -a</c>, <c>nmcli con reload</c>.</summary>
    ManagerReload,
    /// <summary>The manager is restarted, as in <c>systemctl restart networking</c>.</summary>
    ManagerRestart,
    /// <summary>The manager takes the NIC down and up: <c>ifdown</c> and <c>ifup</c>, <c>nmcli con up</c>.</summary>
    InterfaceRestart,
    /// <summary>The manager takes the bridge above the NIC down and up.</summary>
    BridgeRestart,
    /// <summary>Link down and up, <c>ethtool -r</c>, a hang that ends with the driver's own reset.</summary>
    LinkReset,
    /// <summary>udev processes an <c>add</c> event again.</summary>
    UdevTrigger,
    /// <summary>The driver is reloaded or bound again, or the PCI bus is scanned again.</summary>
    DriverReload,
}

/// <summary>What is left of the settings after an event.</summary>
internal enum EventEffect
{
    /// <summary>The settings stay off, or are turned off again.</summary>
    Survives,
    /// <summary>The settings are on until the manager reloads its configuration.</summary>
    BackAfterReload,
    /// <summary>The settings are on.</summary>
    Lost,
    /// <summary>No measurement exists.</summary>
    NotMeasured,
    /// <summary>The event does not exist without a manager.</summary>
    NotApplicable,
}

/// <summary>An event and its effect.</summary>
/// <param name="Event">The event.</param>
/// <param name="Effect">The effect.</param>
/// <param name="Text">Both in one line for users, without a full stop.</param>
internal sealed record EventCoverage(PersistenceEvent Event, EventEffect Effect, string Text);
