using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Link;

/// <summary>
/// Reads the flags of interfaces and turns interfaces on and off by <c>ioctl(2)</c> (man 7 netdevice), in the network
/// namespace of the thread that created this object. Any thread may use it.
/// </summary>
/// <remarks>
/// Reading takes no lock. Turning an interface on or off waits for the kernel's RTNL lock and then for the driver. It
/// has no timeout and can't be cancelled. A driver that is stuck in a reset can block it forever.
/// </remarks>
public sealed class LinkFlags : IDisposable
{
    private readonly IoctlSocket _socket;

    /// <exception cref="LinuxException">No socket can be opened.</exception>
    public LinkFlags() => _socket = new IoctlSocket();

    /// <summary>Replaces the kernel, for tests.</summary>
    internal LinkFlags(DeviceIoctl ioctl) => _socket = new IoctlSocket(ioctl);

    /// <summary>SIOCGIFFLAGS: the current flags of an interface.</summary>
    /// <exception cref="LinuxException"><see cref="Errno.NoDevice"/>: the interface does not exist.</exception>
    public InterfaceFlags Read(InterfaceName device)
    {
        var request = IfReq.For(device);
        Call(Sockios.ReadFlags, "SIOCGIFFLAGS", device, ref request);
        return (InterfaceFlags)request.Flags;
    }

    /// <summary>
    /// Turns an interface on. Global IPv6 addresses that were lost when it was turned off do not come back by
    /// themselves.
    /// </summary>
    /// <returns>False if it was on already.</returns>
    /// <exception cref="LinuxException">Also the driver's reasons not to start, such as
    /// <see cref="Errno.IO"/>.</exception>
    public bool BringUp(InterfaceName device) => Switch(device, InterfaceFlags.Up);

    /// <summary>
    /// Turns an interface off. Its routes are lost, and also its global IPv6 addresses unless a sysctl keeps them.
    /// </summary>
    /// <returns>False if it was off already.</returns>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public bool BringDown(InterfaceName device) => Switch(device, InterfaceFlags.None);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // SIOCSIFFLAGS replaces all flags, so the others are written back as they were read. A change by another program
    // between the two calls would be undone.
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
