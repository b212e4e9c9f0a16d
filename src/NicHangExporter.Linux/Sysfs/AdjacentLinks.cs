namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The links from an interface to those directly above (<c>upper_NAME</c>) and below it (<c>lower_NAME</c>):
/// netdev_adjacent_sysfs_add() of net/core/dev.c. The kernel makes none from one network namespace into another.
/// </summary>
internal static class AdjacentLinks
{
    internal static ReadOnlySpan<byte> Upper => "upper_"u8;

    internal static ReadOnlySpan<byte> Lower => "lower_"u8;

    // 255 bytes are the longest name (NAME_MAX), so this holds any entry, and some 80 ordinary ones.
    private const int EntryBufferSize = 4096;

    /// <summary>The names behind one prefix, sorted by their bytes; as many as there were when the interface went away.</summary>
    /// <param name="directory">The interface's directory, open for reading, at its beginning.</param>
    /// <param name="prefix">One of those above.</param>
    /// <param name="device">The interface, for the error.</param>
    /// <exception cref="LinuxException">The interface is there but can't be read.</exception>
    internal static List<InterfaceName> Read(FileDescriptor directory, ReadOnlySpan<byte> prefix, InterfaceName device)
    {
        var names = new List<InterfaceName>();
        using var borrowed = directory.Acquire();
        var entries = new DirectoryEntries(borrowed.Number, stackalloc byte[EntryBufferSize]);
        while (entries.MoveNext())
            if (entries.Name.StartsWith(prefix) && InterfaceName.TryParse(entries.Name[prefix.Length..], out var name))
                names.Add(name);
        // ENOENT: it vanished while we looked.
        if (entries.Error is not (Errno.None or Errno.NoEntry or Errno.NoDevice))
            throw new LinuxException("getdents64", device.ToString(), entries.Error);
        names.Sort();
        return names;
    }
}
