using System.Text;
using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The network interfaces as sysfs lists them (Documentation/ABI/testing/sysfs-class-net). It shows the network namespace of whoever
/// mounted it, which need not be that of this process.
/// </summary>
/// <param name="sysfsRoot">Where sysfs is mounted: <c>/sys</c>, or the host's in a container.</param>
public sealed class NetClass(string sysfsRoot)
{
    // 255 bytes are the longest name (NAME_MAX), so this holds any entry, and some 80 ordinary ones.
    private const int EntryBufferSize = 4096;

    private readonly byte[] _path = FileDescriptor.TerminatedPath(Path.Join(sysfsRoot, "class/net"));

    /// <summary>
    /// Lists the interfaces, sorted by their bytes. What is no directory or link to one is none (<c>bonding_masters</c> is a file there);
    /// nor is what the kernel would not accept as a name.
    /// </summary>
    /// <param name="devices">Is emptied, then filled; stays empty after an error.</param>
    /// <returns><see cref="Errno.None"/>, or why the class can't be read: <see cref="Errno.NoEntry"/> where it is not there.</returns>
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

    /// <summary>Opens an interface, for reading its attributes.</summary>
    /// <returns>Null where no such interface exists, or exists no more.</returns>
    /// <exception cref="LinuxException">It can't be opened for another reason, such as
    /// <see cref="Errno.TooManyOpenFiles"/>; or the class is
    /// not there, which says nothing of the interface.</exception>
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

    /// <summary>
    /// The interfaces whose parent device has this address on its bus, sorted by their bytes: none, one, or several, for one PCI function
    /// may have many ports.
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

    /// <summary>The bridges, bonds, teams, VLANs and the like that stand directly on this interface (its <c>upper_*</c> links), sorted by
    /// their bytes; none where the interface does not exist.</summary>
    /// <exception cref="LinuxException">The interface is there but can't be read.</exception>
    public IReadOnlyList<InterfaceName> ListUppers(InterfaceName device) => ListAdjacent(device, AdjacentLinks.Upper);

    /// <summary>The devices that this interface stands on directly (its <c>lower_*</c> links), such as the ports of a bridge, sorted by
    /// their bytes; none where the interface does not exist.</summary>
    /// <exception cref="LinuxException">The interface is there but can't be read.</exception>
    public IReadOnlyList<InterfaceName> ListLowers(InterfaceName device) => ListAdjacent(device, AdjacentLinks.Lower);

    /// <summary>The bond that this interface is a port of; null where it is a port of none, or of a bridge, team or VRF, or does not exist.</summary>
    /// <exception cref="LinuxException">The interface is there but can't be read.</exception>
    public InterfaceName? FindBond(InterfaceName device)
    {
        using var port = Open(device);
        return port is { IsBondSlave: true, Master: { IsEmpty: false } bond } ? bond : null;
    }

    /// <summary>The ports of a bond, sorted by their bytes; none for what is no bond. They come from its <c>lower_*</c> links, for
    /// <c>bonding/slaves</c> takes the kernel's RTNL lock.</summary>
    /// <exception cref="LinuxException">The bond is there but can't be read.</exception>
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

    // Null for what is no interface, or no more: bonding_masters is a legal name, too.
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
        // Where the whole class is missing, as while /sys is mounted anew, no interface is known to be gone.
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
