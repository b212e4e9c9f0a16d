using NicHangExporter.Options;

namespace NicHangExporter.Setup;

/// <summary>Persists a profile by the way of the command <c>persist</c>, in this process.</summary>
internal sealed class ProfilePersister(PathOptions paths)
{
    public ProfileFile Persist(string device, string profile, bool dryRun) =>
        throw new SetupException($"{device}: {profile} {paths.Rootfs} {dryRun}");
}
