using System.Collections.Immutable;
using System.Text.Json;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// The bundles on disk: <c>episodes/&lt;id&gt;.json</c> in the state directory. Each is written atomically and synced:
/// many hangs end with a power cycle.
/// </summary>
internal static class EpisodeFiles
{
    /// <summary>The most bundles; the oldest are deleted.</summary>
    public const int MaxBundles = 50;

    /// <summary>The largest bundle, in bytes.</summary>
    public const int MaxLength = 256 * 1024;

    private const string Extension = ".json";

    // The suffix of AtomicFile.
    private const string Unfinished = Extension + ".new";

    // What is left out, one after the other, until the bundle is small enough. The last ones leave only parts of
    // bounded size.
    private static readonly ImmutableArray<(string What, Func<EpisodeBundle, EpisodeBundle> Without)> Omissions =
    [
        ("the snapshots between the first and the last", bundle => bundle with
        {
            Remediations = [.. bundle.Remediations.SkipLast(1).Select(remediation => remediation with { After = null }),
                .. bundle.Remediations.TakeLast(1)],
        }),
        ("the driver's counters", bundle => WithSnapshots(bundle, snapshot => snapshot with { Statistics = null })),
        ("queues and ports", bundle => WithSnapshots(bundle,
            snapshot => snapshot with { Queues = null, Uppers = null })),
        ("the steps of remediations", bundle => bundle with
        {
            Remediations = [.. bundle.Remediations.Select(remediation => remediation with { Steps = [] })],
        }),
        ("all snapshots", bundle => WithSnapshots(bundle, _ => null)),
        ("all lines of the kernel log but the last five", bundle => bundle with
        {
            KernelLines = [.. bundle.KernelLines.TakeLast(5)],
        }),
        ("all remediations but the last", bundle => bundle with
        {
            Remediations = [.. bundle.Remediations.TakeLast(1)],
        }),
    ];

    /// <summary>The bundles, newest first. Those that can't be read or parsed are left out.</summary>
    /// <exception cref="UnauthorizedAccessException">The caller has no permission to read the directory.</exception>
    /// <exception cref="IOException">The directory can't be read. A missing directory is no error.</exception>
    public static IReadOnlyList<EpisodeBundle> List(string stateDirectory) =>
        [.. Ids(stateDirectory).OrderDescending(StringComparer.Ordinal)
            .Select(id => Read(stateDirectory, id)).OfType<EpisodeBundle>()];

    /// <summary>The bundle of an episode; null if none can be read.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="id">An id from a request. Text that is no id is never used as a path.</param>
    public static EpisodeBundle? Read(string stateDirectory, string id)
    {
        if (!EpisodeId.IsValid(id))
            return null;
        try
        {
            var content = RegularFile.Read(Place(stateDirectory, id), MaxLength + 1);
            var bundle = content?.Length <= MaxLength
                ? JsonSerializer.Deserialize(content, EpisodeJson.Default.EpisodeBundle)
                : null;
            return bundle?.Id == id && bundle.Device is not null ? bundle : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes or replaces a bundle. Parts that exceed <see cref="MaxLength"/> are left out.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The process has no permission to write to the directory.
    /// </exception>
    public static void Write(string stateDirectory, EpisodeBundle bundle)
    {
        CreateDirectory(Episodes(stateDirectory));
        // Only for root: it has kernel log lines and hardware addresses.
        AtomicFile.Replace(
            Place(stateDirectory, bundle.Id), UnixFileMode.UserRead | UnixFileMode.UserWrite, Serialize(bundle));
    }

    /// <summary>
    /// Deletes the oldest bundles beyond <see cref="MaxBundles"/>, those of ended episodes first, and unfinished files
    /// after a crash.
    /// </summary>
    public static void Prune(string stateDirectory, IReadOnlySet<string> inProgress)
    {
        var ids = Ids(stateDirectory);
        var oldest = ids.OrderBy(inProgress.Contains).ThenBy(id => id, StringComparer.Ordinal);
        foreach (var id in oldest.Take(ids.Count - MaxBundles))
            File.Delete(Place(stateDirectory, id));
        foreach (var unfinished in Directory.EnumerateFiles(Episodes(stateDirectory), "*" + Unfinished))
            File.Delete(unfinished);
    }

    private static void CreateDirectory(string episodes)
    {
        if (FileStatus.TryReadUnfollowed(episodes, out var status) != Errno.None)
            Directory.CreateDirectory(
                episodes, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        else if (status.Kind != FileKind.Directory)
            throw new IOException($"{episodes} is {status.Kind.Text()}, not a directory");
    }

    private static byte[] Serialize(EpisodeBundle bundle)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(bundle, EpisodeJson.Default.EpisodeBundle);
        foreach (var (what, without) in Omissions)
        {
            if (bytes.Length <= MaxLength)
                break;
            bundle = without(bundle);
            // Distinct: a bundle that grows again loses the same part again.
            var error = $"left out, because a bundle holds at most {MaxLength / 1024} KiB: {what}";
            bundle = bundle with { Errors = [.. bundle.Errors.Append(error).Distinct()] };
            bytes = JsonSerializer.SerializeToUtf8Bytes(bundle, EpisodeJson.Default.EpisodeBundle);
        }
        return bytes;
    }

    private static EpisodeBundle WithSnapshots(
        EpisodeBundle bundle, Func<DeviceStateSnapshot, DeviceStateSnapshot?> change)
    {
        return bundle with
        {
            Before = Change(bundle.Before),
            AtEnd = Change(bundle.AtEnd),
            Remediations = [.. bundle.Remediations.Select(item => item with { After = Change(item.After) })],
        };

        DeviceStateSnapshot? Change(DeviceStateSnapshot? snapshot) => snapshot is null ? null : change(snapshot);
    }

    private static List<string> Ids(string stateDirectory) => !Directory.Exists(Episodes(stateDirectory)) ? [] :
        [.. Directory.EnumerateFiles(Episodes(stateDirectory), "*" + Extension)
            .Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(EpisodeId.IsValid)];

    private static string Episodes(string stateDirectory) => Path.Combine(stateDirectory, "episodes");

    private static string Place(string stateDirectory, string id) =>
        Path.Combine(Episodes(stateDirectory), id + Extension);
}
