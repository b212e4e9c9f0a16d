using System.Net;

namespace NicHangExporter.Web;

/// <summary>
/// The names that hosts(5) gives to loopback addresses. Debian writes the machine's full name there, at 127.0.1.1.
/// </summary>
internal static class HostsFile
{
    public const string Path = "/etc/hosts";

    /// <summary>The names of loopback addresses; none if the file can't be read.</summary>
    /// <param name="path">The file.</param>
    public static HashSet<string> LoopbackNames(string path)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        try
        {
            foreach (var line in File.ReadLines(path))
            {
                var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 1 && IPAddress.TryParse(words[0], out var address) && Loopback.Has(address))
                    names.UnionWith(words.Skip(1));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A minimal container image has no such file. The machine's own name and web.allowed-hosts are accepted
            // anyway.
        }
        return names;
    }
}
