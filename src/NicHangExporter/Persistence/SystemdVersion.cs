using System.Globalization;

namespace NicHangExporter.Persistence;

/// <summary>The version of the installed systemd, from the name of its shared library.</summary>
internal static class SystemdVersion
{
    /// <summary>The first version with keys for all common offloads; taken if the version is unknown.</summary>
    public const int Assumed = 245;

    private const string Prefix = "libsystemd-shared-";

    /// <summary>The major version; null if no such library is found.</summary>
    public static int? Read(HostRoot root) =>
        Folders(root).SelectMany(root.List).Select(Parse).Max();

    private static IEnumerable<string> Folders(HostRoot root)
    {
        foreach (var library in (string[])["/usr/lib", "/lib", "/usr/lib64", "/lib64"])
        {
            yield return $"{library}/systemd";
            // Debian's multiarch folders, such as x86_64-linux-gnu.
            foreach (var name in root.List(library).Where(name => name.Contains("-linux-", StringComparison.Ordinal)))
                yield return $"{library}/{name}/systemd";
        }
    }

    // libsystemd-shared-252.so, or libsystemd-shared-257.7-1.fc42.so.
    private static int? Parse(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal)
        && int.TryParse(
            string.Concat(name[Prefix.Length..].TakeWhile(char.IsAsciiDigit)), CultureInfo.InvariantCulture,
            out var version)
            ? version : null;
}
