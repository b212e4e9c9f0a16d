using NicHangExporter.Options;
using NicHangExporter.Persistence;

namespace NicHangExporter.Setup;

/// <summary>The persistence file of a profile for a device, written or planned.</summary>
/// <param name="Device">The bus address of the device.</param>
/// <param name="Path">The file on the host.</param>
/// <param name="Settings">What it keeps off.</param>
/// <param name="Changed">It was written; false for a plan, and if it was there already.</param>
/// <param name="Remarks">What it does not survive and the like, one line each.</param>
internal sealed record ProfileFile(
    string Device, string Path, IReadOnlyList<string> Settings, bool Changed, IReadOnlyList<string> Remarks)
{
    /// <summary>True if one of the files of the host is this one, and in force.</summary>
    public bool IsAmong(IEnumerable<PersistedFile> files) =>
        files.Any(file => file.Path == Path && file.Matches(Settings));
}

/// <summary>Persists the settings of a profile by the way of the command <c>persist</c>.</summary>
/// <param name="options">The new configuration, which may have profiles of its own.</param>
/// <param name="device">The bus address of the device.</param>
/// <param name="profile">The profile.</param>
/// <param name="dryRun">Plan the file, and write nothing.</param>
/// <exception cref="SetupException">It is not possible.</exception>
internal delegate ProfileFile PersistProfile(ExporterOptions options, string device, string profile, bool dryRun);
