using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Linux.Sysfs;

namespace NicHangExporter.Persistence;

/// <summary>What the ways need to know of the host and the NIC.</summary>
/// <param name="Root">The host.</param>
/// <param name="Nic">The NIC.</param>
/// <param name="Request">What to persist. Its settings are sorted and valid.</param>
/// <param name="Owner">The manager of the NIC.</param>
/// <param name="Udev">What udev stored about the NIC; null if udev does not handle it.</param>
/// <param name="Ethtool">The path of ethtool on the host; null if it is not installed.</param>
/// <param name="Ports">The interfaces at the address.</param>
internal sealed record PlanContext(
    HostRoot Root, HostNic Nic, PersistenceRequest Request, NicOwner Owner, UdevRecord? Udev, string? Ethtool,
    ImmutableArray<InterfaceName> Ports)
{
    private static readonly ImmutableArray<string> EthtoolPaths =
        ["/usr/sbin/ethtool", "/sbin/ethtool", "/usr/bin/ethtool", "/bin/ethtool"];

    /// <summary>Reads the host.</summary>
    public static PlanContext Read(HostRoot root, PersistenceRequest request) =>
        new(
            root, request.Nic, request, NicOwner.Find(root, request.Nic), UdevRecord.Read(root, request.Nic.Index),
            FindEthtool(root), [.. new NetClass(root.Sysfs).FindByBusAddress(request.Nic.Bus)]);

    /// <summary>The path of ethtool on the host; null if it is not installed.</summary>
    public static string? FindEthtool(HostRoot root) => EthtoolPaths.FirstOrDefault(root.Exists);
}

/// <summary>A file that one way proposes.</summary>
/// <param name="Path">The file on the host.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="IsProgram">True for a script that is started, false for a text that is read.</param>
/// <param name="Body">The text below the remarks.</param>
/// <param name="Removal">How to remove the file by hand.</param>
/// <param name="Notes">Remarks for the user.</param>
internal sealed record WayProposal(
    string Path, UnixFileMode Mode, bool IsProgram, string Body, ImmutableArray<string> Removal,
    ImmutableArray<string> Notes);
