using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>Where the files of an installed exporter are.</summary>
/// <param name="Root">The root directory of the host.</param>
/// <param name="Configuration">The configuration file.</param>
/// <param name="StateDirectory">The state directory to write if the file has none, as the daemon sees it.</param>
internal sealed record SetupPlaces(string Root, string Configuration, string StateDirectory)
{
    private const string UsualConfiguration = "etc/nic-hang-exporter/config.yaml";

    /// <summary>The state directory of the Debian package.</summary>
    private const string UsualStateDirectory = "/var/lib/nic-hang-exporter";

    /// <summary>The folder of the configuration file, with a slash.</summary>
    public string Folder => Path.GetDirectoryName(Configuration) + "/";

    /// <summary>The record that <c>setup --undo</c> reads.</summary>
    public string Record => Path.Join(Folder, ".setup-undo.json");

    /// <summary>The file with flags and variables for the service of the Debian package.</summary>
    public string Defaults => Path.Join(Root, "etc/default/nic-hang-exporter");

    /// <summary>From the options.</summary>
    /// <param name="paths">The paths, with <c>state.directory</c> if it was given.</param>
    /// <param name="configuration"><c>--config.file</c>; null for the usual file.</param>
    public static SetupPlaces From(PathOptions paths, string? configuration) => new(
        paths.Rootfs, Path.GetFullPath(configuration ?? Path.Join(paths.Rootfs, UsualConfiguration)),
        paths.StateDirectory ?? UsualStateDirectory);

    /// <summary>Lines of <see cref="Defaults"/> that set options of remediation.</summary>
    public IReadOnlyList<string> OverridingArguments() => File.Exists(Defaults)
        ? [.. File.ReadLines(Defaults).Select(line => line.Trim()).Where(line => !line.StartsWith('#')
            && (line.Contains("--remediation.", StringComparison.Ordinal)
                || line.Contains("NICHANG_REMEDIATION_", StringComparison.Ordinal)))]
        : [];

    /// <summary>A path as the host has it, for messages: without <see cref="Root"/>.</summary>
    public string Shown(string path) => Root.Length > 1 && path.StartsWith(Root + "/", StringComparison.Ordinal)
        ? path[Root.Length..] : path;
}
