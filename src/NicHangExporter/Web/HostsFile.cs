using System.Net;

namespace NicHangExporter.Web;

/// <summary>
/// The names that hosts(5) gives to loopback addresses. Debian writes the machine's full name there, at 127.0.1.1.
/// </summary>
internal static class HostsFile
{
    /// <summary>The file of the system.</summary>
    public const string Path = "/etc/hosts";

    /// <summary>
    /// The names of all loopback addresses, without those of other addresses; empty where the file can't be read.
    /// </summary>
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
            // An image without a shell has none. The machine's own name and web.allowed-hosts are accepted all the
            // same.
        }
        return names;
    }
}
