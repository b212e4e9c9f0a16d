namespace NicHangExporter.Tests.Persistence.Control;

/// <summary>A root directory in which classic ifupdown brings up eno1 and ethtool is installed.</summary>
internal static class IfupdownRoot
{
    /// <summary>The file that persists eno1 at 0000:00:1f.6.</summary>
    public const string File = "/etc/network/if-up.d/nic-hang-exporter-0000-00-1f-6";

    public static string Make(string root)
    {
        foreach (var (path, text) in new[]
            { ("sbin/ifup", ""), ("usr/sbin/ethtool", ""),
                ("etc/network/interfaces", "auto eno1\niface eno1 inet manual\n") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            System.IO.File.WriteAllText(Path.Combine(root, path), text);
        }
        Directory.CreateDirectory(Path.Combine(root, "etc/network/if-up.d"));
        return root;
    }

    /// <summary>Every file below a directory with its content, to compare before and after.</summary>
    public static string Snapshot(string root) => string.Join('\n',
        Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => Directory.Exists(path) ? path : $"{path}: {System.IO.File.ReadAllText(path)}"));
}
