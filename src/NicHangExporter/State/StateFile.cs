using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using NicHangExporter.Linux;

namespace NicHangExporter.State;

/// <summary>
/// A JSON file of the state directory that is replaced as a whole. It is read only if it is a regular file, and
/// accepted only if its checksum is right. A damaged file is renamed, never overwritten.
/// </summary>
internal static class StateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads and parses a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">The most bytes. A longer file is damaged.</param>
    /// <param name="parse">Parses the text. The second argument tells whether the text had a checksum, which was right.
    /// Null means that a value is missing or impossible.</param>
    /// <param name="damage">Why the file is damaged; null if it is not, or does not exist.</param>
    /// <returns>The parsed value; null if the file is damaged or does not exist.</returns>
    /// <exception cref="LinuxException">The file can't be read: the process has no right to, or the disk fails. It is
    /// not damaged.</exception>
    public static T? Read<T>(string path, int limit, Func<ReadOnlySpan<byte>, bool, T?> parse, out string? damage)
        where T : class
    {
        damage = null;
        try
        {
            if (RegularFile.Read(path, limit + 1) is not { } content)
                return null;
            var isCut = !content.AsSpan().EndsWith("\n"u8);
            var text = isCut ? content : content.AsSpan(..^1);
            var isSealed = SealedJson.HasChecksum(text);
            if (content.Length > limit)
                damage = $"it is larger than {limit} bytes";
            else if (!Utf8.IsValid(text))
                damage = "it is not UTF-8";
            else if (isSealed && (isCut || !SealedJson.IsWhole(text)))
                damage = isCut ? "its end is missing" : "its checksum is wrong";
            else if (parse(text, isSealed) is { } parsed)
                return parsed;
            damage ??= "a value in it is missing or out of range";
        }
        catch (FileKindException exception)
        {
            damage = $"it is {exception.Kind.Text()}, not a regular file";
        }
        catch (JsonException exception)
        {
            damage = exception.Message.Split('\n')[0];
        }
        return null;
    }

    /// <summary>Replaces a file by a JSON object with a checksum.</summary>
    /// <inheritdoc cref="AtomicFile.Replace" path="/exception"/>
    public static void Write(string path, ReadOnlySpan<byte> json) =>
        AtomicFile.Replace(path, OwnerOnly, SealedJson.Seal(json));

    /// <summary>Renames a damaged file, of whatever kind: it may hold what somebody needs, and shows the
    /// damage.</summary>
    /// <returns>Its new name.</returns>
    /// <exception cref="IOException">It can't be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to write the directory.</exception>
    public static string SetAside(string path, TimeProvider clock)
    {
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var aside = $"{path}.corrupt-{seconds}";
        // The name exists if a file was renamed within the same second.
        for (var number = 2; FileStatus.TryReadUnfollowed(aside, out _) == Errno.None; number++)
            aside = $"{path}.corrupt-{seconds}-{number}";
        FileName.Move(path, aside);
        return aside;
    }
}
