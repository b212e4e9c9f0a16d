using System.Buffers.Text;
using System.Text;
using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The network interfaces in sysfs (Documentation/ABI/testing/sysfs-class-net). sysfs shows the network namespace of
/// the process that mounted it, which can differ from that of this process.
/// </summary>
/// <param name="sysfsRoot">Where sysfs is mounted: <c>/sys</c>, or the host's in a container.</param>
public sealed class NetClass(string sysfsRoot)
{
    // A name has at most 255 bytes (NAME_MAX), so this holds any entry and about 80 ordinary ones.
    private const int EntryBufferSize = 4096;

    private readonly byte[] _path = FileDescriptor.TerminatedPath(Path.Join(sysfsRoot, "class/net"));

    /// <summary>
    /// Lists the interfaces, sorted by their bytes. An entry that is not a directory or a link to one is skipped
    /// (<c>bonding_masters</c> is a file), and so is a name that the kernel would not accept.
    /// </summary>
    /// <param name="devices">Is cleared and filled. Stays empty after an error.</param>
    /// <returns>
    /// <see cref="Errno.None"/>, or the reason why the class can't be read: <see cref="Errno.NoEntry"/> if it does not
    /// exist.
    /// </returns>
    public Errno TryList(List<InterfaceName> devices)
    {
        ArgumentNullException.ThrowIfNull(devices);
        devices.Clear();
        var errno = FileDescriptor.TryOpen(_path, LibC.O_RDONLY | LibC.O_DIRECTORY, out var directory);
        if (directory is null)
            return errno;
        using (directory)
        using (var borrowed = directory.Acquire())
        {
            var entries = new DirectoryEntries(borrowed.Number, stackalloc byte[EntryBufferSize]);
            while (entries.MoveNext())
                if (InterfaceName.TryParse(entries.Name, out var name) && entries.IsDirectory)
                    devices.Add(name);
            if (entries.Error != Errno.None)
                devices.Clear();
            devices.Sort();
            return entries.Error;
        }
    }

    /// <summary>Opens an interface to read its attributes.</summary>
    /// <returns>Null if the interface does not exist.</returns>
    /// <exception cref="LinuxException">The interface can't be opened for another reason, such as
    /// <see cref="Errno.TooManyOpenFiles"/>; or the class does not exist, so that the state of the interface is
    /// unknown.</exception>
    public NetDevice? Open(InterfaceName name)
    {
        if (TryOpen(name, LibC.O_PATH) is not { } directory)
            return null;
        try
        {
            return new NetDevice(name, directory);
        }
        catch (LinuxException)
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>Reads the number of the interface that has this name now, without opening a device.</summary>
    /// <returns><see cref="Errno.None"/>, or the reason: <see cref="Errno.NoEntry"/> if it does not exist.</returns>
    public Errno TryReadIndex(InterfaceName name, out long index)
    {
        index = 0;
        if (name.IsEmpty)
            return Errno.NoEntry;
        var suffix = "/ifindex\0"u8;
        Span<byte> path = stackalloc byte[_path.Length + InterfaceName.MaxLength + suffix.Length];
        var length = PathOf(name, path);
        suffix.CopyTo(path[length..]);
        Span<byte> text = stackalloc byte[32];
        var errno = FileReader.TryReadText(LibC.AT_FDCWD, path[..(length + suffix.Length)], text, out var digits);
        if (errno != Errno.None)
            return errno;
        return Utf8Parser.TryParse(text[..digits], out index, out var parsed) && parsed == digits
            ? Errno.None : Errno.Invalid;
    }

    /// <summary>
    /// The interfaces whose parent device has this address on its bus, sorted by their bytes. One PCI function can have
    /// several ports.
    /// </summary>
    /// <exception cref="LinuxException">The class, or the parent of an interface, can't be read.</exception>
    public IReadOnlyList<InterfaceName> FindByBusAddress(BusAddress address)
    {
        var found = new List<InterfaceName>();
        if (address.IsEmpty)
            return found;
        Span<byte> wanted = stackalloc byte[BusAddress.MaxLength];
        wanted = wanted[..Encoding.ASCII.GetBytes(address.ToString(), wanted)];
        foreach (var name in List())
            if (HasParent(name, wanted))
                found.Add(name);
        return found;
    }

    /// <summary>
    /// The bridges, bonds, teams, VLANs and other interfaces directly above this interface (its <c>upper_*</c> links),
    /// sorted by their bytes; empty if the interface does not exist.
    /// </summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public IReadOnlyList<InterfaceName> ListUppers(InterfaceName device) => ListAdjacent(device, AdjacentLinks.Upper);

    /// <summary>
    /// The devices directly below this interface (its <c>lower_*</c> links), such as the ports of a bridge, sorted by
    /// their bytes; empty if the interface does not exist.
    /// </summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public IReadOnlyList<InterfaceName> ListLowers(InterfaceName device) => ListAdjacent(device, AdjacentLinks.Lower);

    /// <summary>
    /// The bond that this interface is a port of. Null if it is not a port of a bond, or does not exist.
    /// </summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public InterfaceName? FindBond(InterfaceName device)
    {
        using var port = Open(device);
        return port is { IsBondSlave: true, Master: { IsEmpty: false } bond } ? bond : null;
    }

    /// <summary>
    /// The ports of a bond, sorted by their bytes; empty for other interfaces. Reads the <c>lower_*</c> links, because
    /// <c>bonding/slaves</c> takes the kernel's RTNL lock.
    /// </summary>
    /// <exception cref="LinuxException">The bond exists but can't be read.</exception>
    public IReadOnlyList<InterfaceName> ListBondPorts(InterfaceName bond)
    {
        using var device = Open(bond);
        return device is { IsBond: true } ? ListLowers(bond) : [];
    }

    private List<InterfaceName> ListAdjacent(InterfaceName device, ReadOnlySpan<byte> prefix)
    {
        using var directory = TryOpen(device, LibC.O_RDONLY);
        return directory is null ? [] : AdjacentLinks.Read(directory, prefix, device);
    }

    private List<InterfaceName> List()
    {
        var devices = new List<InterfaceName>();
        var errno = TryList(devices);
        return errno == Errno.None ? devices : throw new LinuxException("getdents64", Subject(), errno);
    }

    private bool HasParent(InterfaceName name, ReadOnlySpan<byte> address)
    {
        var suffix = "/device\0"u8;
        Span<byte> target = stackalloc byte[FileCalls.MaxLinkLength];
        Span<byte> path = stackalloc byte[_path.Length + InterfaceName.MaxLength + suffix.Length];
        var length = PathOf(name, path);
        suffix.CopyTo(path[length..]);
        var errno = FileCalls.TryReadLinkName(LibC.AT_FDCWD, path[..(length + suffix.Length)], target, out var parent);
        return errno == Errno.None ? parent.SequenceEqual(address)
            : NetDevice.IsAbsent(errno) ? false
            : throw new LinuxException("readlinkat", $"{Subject()}/{name}/device", errno);
    }

    // Null if the interface does not exist. bonding_masters is a legal name too.
    private FileDescriptor? TryOpen(InterfaceName name, int flags)
    {
        if (name.IsEmpty)
            return null;
        Span<byte> path = stackalloc byte[_path.Length + InterfaceName.MaxLength + 1];
        var length = PathOf(name, path);
        path[length] = 0;
        var errno = FileDescriptor.TryOpen(path[..(length + 1)], flags | LibC.O_DIRECTORY, out var directory);
        if (errno is not (Errno.None or Errno.NoEntry or Errno.NotDirectory or Errno.NoDevice))
            throw new LinuxException("open", $"{Subject()}/{name}", errno);
        // If the class is missing, for example while /sys is being mounted, it is unknown whether the interface exists.
        if (directory is null && FileCalls.TryFindDirectory(LibC.AT_FDCWD, _path) is not Errno.None and var missing)
            throw new LinuxException("stat", Subject(), missing);
        return directory;
    }

    // The path of the interface, without a terminating NUL.
    private int PathOf(InterfaceName name, Span<byte> path)
    {
        _path.CopyTo(path);
        path[_path.Length - 1] = (byte)'/';
        return _path.Length + name.CopyTo(path[_path.Length..]);
    }

    private string Subject() => KernelText.Escape(_path.AsSpan()[..^1]);
}
