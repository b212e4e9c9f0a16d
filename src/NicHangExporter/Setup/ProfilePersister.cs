using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>
/// Persists a profile by the route of the command <c>persist</c>, in this process: setup is root, and the daemon may
/// not run yet.
/// </summary>
/// <param name="paths">The paths of this process, which may see the host elsewhere than the daemon does.</param>
internal sealed class ProfilePersister(PathOptions paths)
{
    /// <inheritdoc cref="PersistProfile"/>
    public ProfileFile Persist(ExporterOptions options, string device, string profile, bool dryRun)
    {
        var quiet = options with { Paths = paths, Logging = new LoggingOptions { Level = LogLevel.Error } };
        var answer = new OfflineHost(quiet, directory: null, _ => { })
            .PersistAsync(device, new PersistRequest { Profile = profile, DryRun = dryRun }).GetAwaiter().GetResult();
        return answer.Value is { } file
            ? new ProfileFile(file.Bus, file.Path, file.Settings, file.Changed, [.. file.NotSurvived, .. file.Notes])
            : throw new SetupException($"{device}: {answer.Problem?.Detail}");
    }
}
