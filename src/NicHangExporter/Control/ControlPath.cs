using System.Text;

namespace NicHangExporter.Control;

/// <summary>Where the socket is.</summary>
internal static class ControlPath
{
    /// <summary>The path of the socket in a state directory.</summary>
    public static string In(string directory) => Path.Combine(directory, ControlProtocol.FileName);

    /// <summary>False for a path that no socket can have.</summary>
    public static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= ControlProtocol.MaxPath;
}
