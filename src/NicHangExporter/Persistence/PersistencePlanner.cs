namespace NicHangExporter.Persistence;

/// <summary>Decides which file keeps the settings of a NIC off. Reads files of the host and writes none.</summary>
internal static class PersistencePlanner
{
    /// <summary>Plans the file.</summary>
    /// <exception cref="PersistenceException"><see cref="PersistenceError.NotPossible"/>: no way applies, a setting is
    /// unknown, or the device does not have it.</exception>
    public static PersistencePlan Plan(HostRoot root, PersistenceRequest request) => throw new NotSupportedException();
}
