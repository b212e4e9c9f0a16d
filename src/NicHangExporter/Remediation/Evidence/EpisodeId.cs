using System.Globalization;
using System.Text;
using NicHangExporter.Linux;

namespace NicHangExporter.Remediation.Evidence;

/// <summary>
/// Ids of episodes: <c>20261123T143000Z-eno1</c>, the start by the wall clock and the device. They are file names and
/// part of URLs: for any name of an interface they contain only letters, digits and <c>. _ - ~</c>, and begin
/// with a digit.
/// </summary>
internal static class EpisodeId
{
    private const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";
    private const int TimeLength = 16;

    /// <summary>The longest: each byte of the name is written as <c>~NN</c>.</summary>
    private const int MaxLength = TimeLength + 1 + 3 * InterfaceName.MaxLength;

    /// <summary>The id of an episode. Two devices never get the same one.</summary>
    public static string New(DateTimeOffset start, InterfaceName device)
    {
        Span<byte> bytes = stackalloc byte[InterfaceName.MaxLength];
        bytes = bytes[..device.CopyTo(bytes)];
        var id = new StringBuilder(start.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)).Append('-');
        foreach (var octet in bytes)
            if (IsPlain((char)octet))
                id.Append((char)octet);
            else
                id.Append(CultureInfo.InvariantCulture, $"~{octet:x2}");
        return id.ToString();
    }

    /// <summary>True if <see cref="New"/> can have made it. Any other text may be a path.</summary>
    public static bool IsValid(string? id) =>
        id is { Length: > TimeLength + 1 and <= MaxLength } && id[TimeLength] == '-'
        && DateTime.TryParseExact(
            id.AsSpan(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
        && !id.AsSpan(TimeLength + 1).ContainsAnyExcept(Plain);

    private static System.Buffers.SearchValues<char> Plain { get; } =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-~");

    private static bool IsPlain(char character) => character != '~' && Plain.Contains(character);
}
