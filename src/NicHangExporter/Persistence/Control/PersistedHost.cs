using System.Collections.Immutable;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;

namespace NicHangExporter.Persistence.Control;

/// <summary>A NIC of the host, what is persisted for it and what was decided for it.</summary>
/// <param name="Device">The name now.</param>
/// <param name="Bus">The address on the bus.</param>
/// <param name="Manager">Its network manager.</param>
/// <param name="Conflict">One line if two managers claim it; null otherwise.</param>
/// <param name="Desired">The settings that remediations decided for the ports at the address.</param>
/// <param name="Files">The persistence files.</param>
internal sealed record PersistedDevice(
    InterfaceName Device, BusAddress Bus, NetworkManagerKind Manager, string? Conflict, IReadOnlyList<string> Desired,
    ImmutableArray<PersistedFile> Files)
{
    /// <summary>A file is in force.</summary>
    public bool IsPersisted => Files.Any(file => file.State == PersistedState.InForce);

    /// <summary>A file is in force and keeps at least the decided settings off.</summary>
    public bool Matches => Files.Any(file => file.Covers(Desired));
}

/// <summary>Reads what is persisted on the host.</summary>
internal static class PersistedHost
{
    /// <summary>All NICs with a bus address, by name.</summary>
    /// <param name="root">The host.</param>
    /// <param name="devices">What remediation knows.</param>
    /// <param name="files">All persistence files of the host.</param>
    /// <param name="isWhole">Also the NICs without a file for which nothing was decided.</param>
    /// <exception cref="PersistenceException">A folder or a file exists and can't be read.</exception>
    public static List<PersistedDevice> Read(
        HostRoot root, IReadOnlyList<DeviceStatus> devices, ImmutableArray<PersistedFile> files, bool isWhole)
    {
        var found = new List<PersistedDevice>();
        var nics = HostNic.List(root);
        foreach (var nic in nics)
        {
            ImmutableArray<PersistedFile> own = [.. files.Where(file => file.Bus == nic.Bus)];
            var desired = DecidedSettings.Of(devices, nics, nic.Bus);
            if (!isWhole && own.IsEmpty && desired.IsEmpty)
                continue;
            var owner = NicOwner.Find(root, nic);
            found.Add(new PersistedDevice(nic.Device, nic.Bus, owner.Manager, owner.Conflict, desired, own));
        }
        return found;
    }
}
