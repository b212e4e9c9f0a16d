namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The links from an interface to the interfaces directly above it (<c>upper_NAME</c>) and below it
/// (<c>lower_NAME</c>): netdev_adjacent_sysfs_add() of net/core/dev.c. The kernel creates no link between network
/// namespaces.
/// </summary>
internal static class AdjacentLinks
{
    internal static ReadOnlySpan<byte> Upper => "upper_"u8;

    internal static ReadOnlySpan<byte> Lower => "lower_"u8;

    // A name has at most 255 bytes (NAME_MAX), so this holds any entry and about 80 ordinary ones.
    private const int EntryBufferSize = 4096;

    /// <summary>
    /// The names behind one prefix, sorted by their bytes. If the interface disappears meanwhile, the list is
    /// incomplete.
    /// </summary>
    /// <param name="directory">The interface's directory, open for reading, at its beginning.</param>
    /// <param name="prefix"><see cref="Upper"/> or <see cref="Lower"/>.</param>
    /// <param name="device">The interface, for the error message.</param>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    internal static List<InterfaceName> Read(FileDescriptor directory, ReadOnlySpan<byte> prefix, InterfaceName device)
    {
        var names = new List<InterfaceName>();
        using var borrowed = directory.Acquire();
        var entries = new DirectoryEntries(borrowed.Number, stackalloc byte[EntryBufferSize]);
        while (entries.MoveNext())
            if (entries.Name.StartsWith(prefix) && InterfaceName.TryParse(entries.Name[prefix.Length..], out var name))
                names.Add(name);
        // ENOENT: the interface disappeared meanwhile.
        if (entries.Error is not (Errno.None or Errno.NoEntry or Errno.NoDevice))
            throw new LinuxException("getdents64", device.ToString(), entries.Error);
        names.Sort();
        return names;
    }
}
