using NicHangExporter.Linux.Procfs;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Link;

/// <summary>
/// Compares interfaces in sysfs with those of the network namespace of the thread that created this object. sysfs shows
/// the namespace of the process that mounted it. Takes no lock that a driver can hold. So it does not compare the
/// hardware address: reading it waits for a driver that sets it. Not thread-safe.
/// </summary>
public sealed class LinkIdentity : IDisposable
{
    private readonly IoctlSocket _socket;
    private readonly NetDevFile _file;

    /// <exception cref="LinuxException">No socket can be opened.</exception>
    public LinkIdentity()
    {
        _socket = new IoctlSocket();
        _file = new NetDevFile("/proc/thread-self/net/dev");
        // The open file stays that of this thread's namespace.
        _ = _file.TryRead();
    }

    /// <summary>Replaces the kernel, for tests.</summary>
    internal LinkIdentity(DeviceIoctl ioctl, NetDevFile file) =>
        (_socket, _file) = (new IoctlSocket(ioctl), file);

    /// <summary>The names of the interfaces in the namespace; null if they can't be read.</summary>
    public HashSet<InterfaceName>? ReadNames()
    {
        if (_file.TryRead() != Errno.None)
            return null;
        var names = new HashSet<InterfaceName>(_file.Table.Count);
        foreach (ref readonly var row in _file.Table.Rows)
            names.Add(row.Name);
        return names;
    }

    /// <summary>
    /// Compares name and number. Not to be called for a name that <see cref="ReadNames"/> lacks: the kernel runs
    /// modprobe for it if this process has CAP_NET_ADMIN (<c>dev_load()</c>). A loopback interface has the same number
    /// in every namespace.
    /// </summary>
    public LinkMatch Compare(NetDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var request = IfReq.For(device.Name);
        _socket.Call(Sockios.ReadIndex, ref request, [], out var errno);
        if (errno != Errno.None || device.TryReadInt64("ifindex\0"u8, out var index) != Errno.None)
            return LinkMatch.Absent;
        return index == request.Index ? LinkMatch.Same : LinkMatch.Different;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        _file.Dispose();
    }
}
