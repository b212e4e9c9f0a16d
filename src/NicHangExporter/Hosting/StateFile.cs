using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using NicHangExporter.Linux;

namespace NicHangExporter.Hosting;

/// <summary>
/// The rules for a file of the state directory that is replaced as a whole: read only where it is a regular file, believed only where its checksum is right,
/// and never overwritten where it is neither, but set aside.
/// </summary>
internal static class StateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Reads a file and hands it to the parser.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Bytes: what is longer is damaged.</param>
    /// <param name="parse">Makes something of the text; the second argument says whether the text had a checksum, which was right.</param>
    /// <param name="damage">Why there is nothing: the file is there and can't be believed. Null where it can, or where there is none.</param>
    /// <returns>What the parser made of it; default where there is nothing.</returns>
    /// <exception cref="LinuxException">It is there and can't be read: it is not for this process to read, or the disk fails. It is not damaged.</exception>
    public static T? Read<T>(string path, int limit, Func<ReadOnlySpan<byte>, bool, T?> parse, out string? damage) where T : class
    {
        damage = null;
        try
        {
            if (RegularFile.Read(path, limit + 1) is not { } content)
                return null;
            var isCut = !content.AsSpan().EndsWith("\n"u8);
            var text = isCut ? content : content.AsSpan(..^1);
            if (content.Length > limit)
                damage = $"it is larger than {limit} bytes";
            else if (!Utf8.IsValid(text))
                damage = "it is not UTF-8";
            else if (SealedJson.HasChecksum(text) && (isCut || !SealedJson.IsWhole(text)))
                damage = isCut ? "its end is missing" : "its checksum is wrong";
            else if (parse(text, SealedJson.HasChecksum(text)) is { } parsed)
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

    /// <summary>Replaces a file by an object of JSON, sealed.</summary>
    /// <inheritdoc cref="AtomicFile.Replace" path="/exception"/>
    public static void Write(string path, ReadOnlySpan<byte> json) => AtomicFile.Replace(path, OwnerOnly, SealedJson.Seal(json));

    /// <summary>Renames what can't be believed, whatever it is: it may hold what somebody needs, and shows what is wrong with it.</summary>
    /// <returns>Its new name.</returns>
    /// <exception cref="IOException">It can't be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not for this process to write.</exception>
    public static string SetAside(string path, TimeProvider clock)
    {
        var aside = $"{path}.corrupt-{clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";
        // Twice within a second.
        for (var number = 2; FileStatus.TryReadUnfollowed(aside, out _) == Errno.None; number++)
            aside = $"{path}.corrupt-{clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}-{number}";
        FileName.Move(path, aside);
        return aside;
    }
}
