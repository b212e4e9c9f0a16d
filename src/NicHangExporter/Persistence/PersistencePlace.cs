using System.Collections.Immutable;
using NicHangExporter.Linux;

namespace NicHangExporter.Persistence;

/// <summary>Where a persistence file stands.</summary>
/// <param name="Way">The way.</param>
/// <param name="Folder">The folder on the host.</param>
/// <param name="Prefix">The name before the address.</param>
/// <param name="Suffix">The name after the address.</param>
/// <param name="Mode">The permissions.</param>
/// <param name="Managers">The managers that run a hook there; empty for udev's files, which need none.</param>
internal sealed record PersistencePlace(
    PersistenceWay Way, string Folder, string Prefix, string Suffix, UnixFileMode Mode,
    ImmutableArray<NetworkManagerKind> Managers)
{
    /// <summary>The folder of <c>.link</c> files and of their drop-in folders.</summary>
    public const string LinkFolder = "/etc/systemd/network";

    /// <summary>The name of a drop-in. It has no address, because its folder belongs to one NIC.</summary>
    public const string DropInName = "90-nic-hang-exporter.conf";

    /// <summary>0644.</summary>
    public const UnixFileMode Plain =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>0755.</summary>
    public const UnixFileMode Executable =
        Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// All places except drop-ins. The file 98-* sorts before 99-default.link only, so it takes the place of no other
    /// file. A hook of ifupdown has no dot in its name, because run-parts ignores such names.
    /// </summary>
    public static ImmutableArray<PersistencePlace> All { get; } =
    [
        new(PersistenceWay.Link, LinkFolder, "98-nic-hang-exporter-", ".link", Plain, []),
        new(PersistenceWay.Udev, "/etc/udev/rules.d", "90-nic-hang-exporter-", ".rules", Plain, []),
        new(PersistenceWay.Hook, "/etc/network/if-up.d", "nic-hang-exporter-", "", Executable,
            [NetworkManagerKind.Ifupdown2, NetworkManagerKind.Ifupdown]),
        new(PersistenceWay.Hook, "/etc/NetworkManager/dispatcher.d/pre-up.d", "90-nic-hang-exporter-", "", Executable,
            [NetworkManagerKind.Networkmanager]),
        new(PersistenceWay.Hook, "/etc/hotplug.d/net", "90-nic-hang-exporter-", "", Plain,
            [NetworkManagerKind.Netifd]),
    ];

    /// <summary>The file for an address.</summary>
    public string FileOf(BusAddress bus) => $"{Folder}/{Prefix}{NameOf(bus)}{Suffix}";

    /// <summary>The drop-in of a <c>.link</c> file, wherever that file stands.</summary>
    public static string DropInOf(string linkFile) =>
        $"{LinkFolder}/{Path.GetFileName(linkFile)}.d/{DropInName}";

    /// <summary>The address as part of a file name: letters, digits and <c>-</c>, which every reader accepts.</summary>
    private static string NameOf(BusAddress bus) => string.Concat(
        bus.ToString().Select(character => char.IsAsciiLetterOrDigit(character) ? character : '-'));
}
