using System.Globalization;
using System.Text;

namespace NicHangExporter.Persistence.Helper;

/// <summary>
/// Finds the number of the daemon's user below a root directory. Reads only files: the name service may be on the
/// network, which may be down.
/// </summary>
internal static class HelperUsers
{
    /// <summary>The user of the daemon in the systemd unit.</summary>
    public const string Daemon = "nic-hang-exporter";

    /// <summary>
    /// The user with that name: of /etc/passwd (passwd(5)), or of a running unit with DynamicUser=, for which systemd
    /// keeps the link <c>direct:NAME</c> in /run/systemd/dynamic-uid. Null if there is no such user now.
    /// </summary>
    public static uint? Find(string root, string name = Daemon)
    {
        try
        {
            foreach (var line in File.ReadLines(Path.Join(root, "/etc/passwd"), Encoding.UTF8))
                if (line.Split(':') is [var found, _, var id, ..] && found == name)
                    return Number(id);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A system without the file may still have dynamic users.
        }
        try
        {
            return Number(new FileInfo(Path.Join(root, $"/run/systemd/dynamic-uid/direct:{name}")).LinkTarget);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // 4294967295 is no user: the kernel uses it for "unknown".
    private static uint? Number(string? text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number != uint.MaxValue
            ? number
            : null;
}
