namespace NicHangExporter.Persistence;

/// <summary>
/// The software that configures a NIC at boot. <see cref="Text.SnakeCase"/> has the spelling of labels and answers.
/// </summary>
internal enum NetworkManagerKind
{
    /// <summary>No known manager. udev can still apply settings.</summary>
    None,
    /// <summary>NetworkManager.</summary>
    Networkmanager,
    /// <summary>systemd-networkd.</summary>
    Networkd,
    /// <summary>ifupdown2, the default of Proxmox VE.</summary>
    Ifupdown2,
    /// <summary>Debian's classic ifupdown.</summary>
    Ifupdown,
    /// <summary>netifd of OpenWrt.</summary>
    Netifd,
}
