using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Link;

/// <summary>
/// Reads the flags of interfaces and switches interfaces on and off, by <c>ioctl(2)</c> (man 7 netdevice), in the network
/// namespace of the thread that made this object. Any thread may use it.
/// </summary>
/// <remarks>
/// Reading takes no lock. Switching waits for the kernel's RTNL lock and then for the driver, without a deadline and without a way
/// to cancel it: a driver that is stuck in a reset can make that wait endless.
/// </remarks>
public sealed class LinkFlags : IDisposable
{
    private readonly IoctlSocket _socket;

    /// <summary>Opens a control socket.</summary>
    /// <exception cref="LinuxException">None is to be had.</exception>
    public LinkFlags() => _socket = new IoctlSocket();

    /// <summary>Speaks to something else than the kernel.</summary>
    internal LinkFlags(DeviceIoctl ioctl) => _socket = new IoctlSocket(ioctl);

    /// <summary>SIOCGIFFLAGS: the flags of an interface now.</summary>
    /// <exception cref="LinuxException"><see cref="Errno.NoDevice"/>: there is no such interface.</exception>
    public InterfaceFlags Read(InterfaceName device)
    {
        var request = IfReq.For(device);
        Call(Sockios.ReadFlags, "SIOCGIFFLAGS", device, ref request);
        return (InterfaceFlags)request.Flags;
    }

    /// <summary>Switches an interface on. Global IPv6 addresses that went with switching it off do not come back by themselves.</summary>
    /// <returns>False where it was on already, and nothing was done.</returns>
    /// <exception cref="LinuxException">Also the driver's reasons not to start, such as <see cref="Errno.IO"/>.</exception>
    public bool BringUp(InterfaceName device) => Switch(device, InterfaceFlags.Up);

    /// <summary>Switches an interface off. Its routes are lost, and unless a sysctl keeps them, its global IPv6 addresses.</summary>
    /// <returns>False where it was off already, and nothing was done.</returns>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public bool BringDown(InterfaceName device) => Switch(device, InterfaceFlags.None);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // SIOCSIFFLAGS replaces all flags, so the others are written back as they were read. There is no way to close the gap between
    // the two calls: another program's change in there would be undone.
    private bool Switch(InterfaceName device, InterfaceFlags up)
    {
        var before = Read(device);
        if ((before & InterfaceFlags.Up) == up)
            return false;
        var request = IfReq.For(device);
        request.Flags = (ushort)(before & ~InterfaceFlags.Up | up);
        Call(Sockios.WriteFlags, "SIOCSIFFLAGS", device, ref request);
        return true;
    }

    private void Call(int request, string operation, InterfaceName device, ref IfReq argument)
    {
        _socket.Call(request, ref argument, [], out var errno);
        if (errno != Errno.None)
            throw new LinuxException(operation, device.ToString(), errno);
    }
}
