namespace NicHangExporter.Setup;

/// <summary>The units of the Debian package.</summary>
/// <param name="Service">The exporter.</param>
/// <param name="Socket">The socket of the persistence helper.</param>
internal sealed record ExporterUnits(ServiceUnit Service, ServiceUnit Socket)
{
    /// <summary>The units of a host.</summary>
    /// <param name="root">The root directory of the host.</param>
    /// <param name="searchPath">The folders of programs, as in PATH.</param>
    /// <param name="startLimit">How long a start may take.</param>
    public static ExporterUnits Of(string root, string? searchPath, TimeSpan startLimit) => new(
        new ServiceUnit(root, searchPath) { StartLimit = startLimit },
        new ServiceUnit(root, searchPath, ServiceUnit.SocketName) { StartLimit = startLimit });
}
