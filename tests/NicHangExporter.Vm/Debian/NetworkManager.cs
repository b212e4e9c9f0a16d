using System.Collections.Immutable;

namespace NicHangExporter.Vm.Debian;

/// <summary>A network manager of a Debian guest, and the events that may undo settings of its NIC.</summary>
/// <param name="Name">Its name, as in the answers of the exporter.</param>
/// <param name="Events">
/// Scripts by the names of <c>PersistenceEvent</c>; <c>$NIC</c> is the name of the NIC. The boot is not one of them.
/// </param>
/// <param name="Recover">
/// What an administrator runs when a NIC has come back without its bridge; empty if the manager does it by itself.
/// </param>
/// <param name="Ready">A script that ends when it has brought the network up at boot; empty if its unit does.</param>
internal sealed record NetworkManager(
    string Name, ImmutableArray<(string Event, string Script)> Events, string Recover = "", string Ready = "")
{
    private static readonly ImmutableArray<(string Event, string Script)> Common =
    [
        ("link_reset", "ip link set $NIC down; ip link set $NIC up; ethtool -r $NIC; driver-reset $NIC"),
        ("udev_trigger", "udevadm trigger --settle -c add /sys/class/net/$NIC"),
        // Last, because the port is gone from its bridge afterwards.
        ("driver_reload", "modprobe -r e1000e; modprobe e1000e"),
    ];

    /// <summary>Proxmox VE's.</summary>
    public static NetworkManager Ifupdown2 { get; } = new("ifupdown2",
    [
        ("manager_reload", "ifreload -a"), ("manager_restart", "systemctl restart networking"),
        ("interface_restart", "ifdown $NIC; ifup $NIC"), ("bridge_restart", "ifdown vmbr0; ifup vmbr0"), .. Common,
    ], Recover: "ifreload -a")
    { Layers = ["every", "interfaces", "ifupdown2"] };

    /// <summary>
    /// ifupdown2 on a host whose NIC has a name that Proxmox VE's tool has pinned. The file of the pin is not in the
    /// initramfs, so the NIC is renamed twice at boot.
    /// </summary>
    public static NetworkManager ProxmoxVe { get; } = Ifupdown2 with
    { Image = "proxmox", Layers = ["every", "ifupdown2", "proxmox"], Device = "nic0" };

    /// <summary>Debian's, with bridge-utils.</summary>
    public static NetworkManager Ifupdown { get; } = new("ifupdown",
    [
        ("manager_reload", "ifup -a"), ("manager_restart", "systemctl restart networking"),
        ("interface_restart", "ifdown $NIC; ifup $NIC"), ("bridge_restart", "ifdown vmbr0; ifup vmbr0"), .. Common,
    ], Recover: "ifdown vmbr0; ifup vmbr0")
    { Layers = ["every", "interfaces"] };

    /// <summary>NetworkManager. Its unit is active before its profiles are.</summary>
    public static NetworkManager Itself { get; } = new("networkmanager",
    [
        ("manager_reload", "nmcli connection reload; nmcli device reapply $NIC"),
        ("manager_restart", "systemctl restart NetworkManager; nm-online -s -q -t 60"),
        ("interface_restart", "nmcli connection down port; nmcli connection up port"),
        ("bridge_restart", "nmcli connection up vmbr0"), .. Common,
    ], Ready: "nm-online -s -q -t 90");

    public static NetworkManager Networkd { get; } = new("networkd",
    [
        ("manager_reload", "networkctl reload"), ("manager_restart", "systemctl restart systemd-networkd"),
        ("interface_restart", "networkctl reconfigure $NIC; networkctl down $NIC; networkctl up $NIC"),
        ("bridge_restart", "networkctl down vmbr0; networkctl up vmbr0"), .. Common,
    ])
    { Ways = ["link", "udev"] };

    /// <summary>The ways to persist settings that it has, as <c>persist --via</c> names them.</summary>
    public ImmutableArray<string> Ways { get; init; } = ["link", "udev", "hook"];

    /// <summary>The name of its image.</summary>
    public string Image { get; init; } = Name;

    /// <summary>Folders of guest/debian for its image. A later one replaces files of an earlier one.</summary>
    public ImmutableArray<string> Layers { get; init; } = ["every", Name];

    /// <summary>The name of the e1000e.</summary>
    public string Device { get; init; } = "enp0s31f6";

    /// <inheritdoc/>
    public override string ToString() => Name;
}
