using System.Collections.Immutable;
using System.Text.Json;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// The bundles on disk: <c>episodes/&lt;id&gt;.json</c> below the state directory. Each is whole or not there, also when the power fails, as it does at the
/// end of most hangs.
/// </summary>
internal static class EpisodeFiles
{
    /// <summary>The most bundles; the oldest go.</summary>
    public const int MaxBundles = 50;

    /// <summary>The largest bundle, in bytes.</summary>
    public const int MaxLength = 256 * 1024;

    private const string Extension = ".json";

    // As AtomicFile has it.
    private const string Unfinished = Extension + ".new";

    // What a bundle does without, one after the other, until it is small enough. The last ones leave only what is bounded.
    private static readonly ImmutableArray<(string What, Func<EpisodeBundle, EpisodeBundle> Without)> Ballast =
    [
        ("the pictures between the first and the last", bundle => bundle with { Remediations = [.. bundle.Remediations.Select((remediation, i) => i == bundle.Remediations.Count - 1 ? remediation : remediation with { After = null })] }),
        ("the driver's counters", bundle => Retouched(bundle, picture => picture with { Statistics = null })),
        ("queues and ports", bundle => Retouched(bundle, picture => picture with { Queues = null, Uppers = null })),
        ("the steps of remediations", bundle => bundle with { Remediations = [.. bundle.Remediations.Select(remediation => remediation with { Steps = [] })] }),
        ("all pictures", bundle => Retouched(bundle, _ => null)),
        ("all lines of the kernel log but the last five", bundle => bundle with { KernelLines = [.. bundle.KernelLines.TakeLast(5)] }),
        ("all remediations but the last", bundle => bundle with { Remediations = [.. bundle.Remediations.TakeLast(1)] }),
    ];

    /// <summary>The bundles that are there, the newest first. What can't be read or understood is left out.</summary>
    /// <exception cref="UnauthorizedAccessException">The directory is not for the caller to read.</exception>
    /// <exception cref="IOException">It can't be read for another reason; that it is not there is none.</exception>
    public static IReadOnlyList<EpisodeBundle> List(string stateDirectory) =>
        [.. Ids(stateDirectory).OrderDescending(StringComparer.Ordinal).Select(id => Read(stateDirectory, id)).OfType<EpisodeBundle>()];

    /// <summary>The bundle of an episode, or null where there is none that can be read.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="id">Whatever somebody has asked for: it is looked at as an id, never as a path.</param>
    public static EpisodeBundle? Read(string stateDirectory, string id)
    {
        if (!EpisodeId.IsSound(id))
            return null;
        try
        {
            var content = RegularFile.Read(Place(stateDirectory, id, Extension), MaxLength + 1);
            var bundle = content?.Length <= MaxLength ? JsonSerializer.Deserialize(content, EpisodeJson.Default.EpisodeBundle) : null;
            return bundle?.Id == id && bundle.Device is not null ? bundle : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Writes a bundle in place of its former self, as much of it as there is room for.</summary>
    /// <exception cref="IOException">The disk is full, or fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for us to write.</exception>
    public static void Write(string stateDirectory, EpisodeBundle bundle)
    {
        Make(Episodes(stateDirectory));
        // Kernel log and addresses: for root's eyes.
        AtomicFile.Replace(Place(stateDirectory, bundle.Id, Extension), UnixFileMode.UserRead | UnixFileMode.UserWrite, Serialize(bundle));
    }

    /// <summary>Removes the oldest bundles beyond <see cref="MaxBundles"/>, those of episodes that are over first, and what a crash has left half written.</summary>
    public static void Prune(string stateDirectory, IReadOnlySet<string> underWay)
    {
        var ids = Ids(stateDirectory);
        foreach (var id in ids.OrderBy(underWay.Contains).ThenBy(id => id, StringComparer.Ordinal).Take(ids.Count - MaxBundles))
            File.Delete(Place(stateDirectory, id, Extension));
        foreach (var unfinished in Directory.EnumerateFiles(Episodes(stateDirectory), "*" + Unfinished))
            File.Delete(unfinished);
    }

    private static void Make(string episodes)
    {
        if (FileStatus.TryReadUnfollowed(episodes, out var status) != Errno.None)
            Directory.CreateDirectory(episodes, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        else if (status.Kind != FileKind.Directory)
            throw new IOException($"{episodes} is {status.Kind.Text()}, not a directory");
    }

    private static byte[] Serialize(EpisodeBundle bundle)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(bundle, EpisodeJson.Default.EpisodeBundle);
        foreach (var (what, without) in Ballast)
        {
            if (bytes.Length <= MaxLength)
                break;
            bundle = without(bundle);
            // Distinct: what grows again is thrown out again.
            bundle = bundle with { Errors = [.. bundle.Errors.Append($"left out, because a bundle holds at most {MaxLength / 1024} KiB: {what}").Distinct()] };
            bytes = JsonSerializer.SerializeToUtf8Bytes(bundle, EpisodeJson.Default.EpisodeBundle);
        }
        return bytes;
    }

    private static EpisodeBundle Retouched(EpisodeBundle bundle, Func<DeviceStateSnapshot, DeviceStateSnapshot?> retouch) => bundle with
    {
        Before = bundle.Before is { } before ? retouch(before) : null,
        AtEnd = bundle.AtEnd is { } end ? retouch(end) : null,
        Remediations = [.. bundle.Remediations.Select(remediation => remediation with { After = remediation.After is { } after ? retouch(after) : null })],
    };

    private static List<string> Ids(string stateDirectory) => !Directory.Exists(Episodes(stateDirectory)) ? [] :
        [.. Directory.EnumerateFiles(Episodes(stateDirectory), "*" + Extension).Select(Path.GetFileNameWithoutExtension).OfType<string>().Where(EpisodeId.IsSound)];

    private static string Episodes(string stateDirectory) => Path.Combine(stateDirectory, "episodes");

    private static string Place(string stateDirectory, string id, string extension) => Path.Combine(Episodes(stateDirectory), id + extension);
}
