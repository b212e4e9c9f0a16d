namespace NicHangExporter.Persistence;

/// <summary>The network manager of a NIC, read from files of the host.</summary>
/// <param name="Manager">The manager that is taken.</param>
/// <param name="Conflict">One line if two managers claim the NIC: both names, which one is taken and why. Else
/// null.</param>
internal sealed record NicOwner(NetworkManagerKind Manager, string? Conflict)
{
    /// <summary>Finds the owner. Runs no program.</summary>
    public static NicOwner Find(HostRoot root, HostNic nic) => throw new NotSupportedException();
}
