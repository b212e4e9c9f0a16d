using System.Text;

namespace NicHangExporter.Cli;

/// <summary>The socket of the daemon in its state directory.</summary>
internal static class DaemonSocket
{
    /// <summary>The name of the socket.</summary>
    public const string FileName = "api.sock";

    /// <summary>
    /// The longest path of a socket in bytes: sun_path of struct sockaddr_un (include/uapi/linux/un.h) without its terminator.
    /// </summary>
    public const int MaxPath = 107;

    /// <summary>The path of the socket in a state directory.</summary>
    public static string In(string directory) => Path.Combine(directory, FileName);

    /// <summary>False for a path that no socket can have.</summary>
    public static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= MaxPath;
}
