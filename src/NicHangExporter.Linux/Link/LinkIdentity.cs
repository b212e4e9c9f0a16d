using System.Buffers.Text;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Linux.Uapi;

namespace NicHangExporter.Linux.Link;

/// <summary>
/// Compares interfaces in sysfs with those of the network namespace of the thread that created this object. sysfs shows
/// the namespace of the process that mounted it. Takes no RTNL.
/// </summary>
public sealed class LinkIdentity : IDisposable
{
    // sa_data. A longer address, as InfiniBand has, is cut.
    private const int MaxAddress = 14;
    private const int AddressOffset = 2;

    private readonly IoctlSocket _socket;

    /// <exception cref="LinuxException">No socket can be opened.</exception>
    public LinkIdentity() => _socket = new IoctlSocket();

    /// <summary>Replaces the kernel, for tests.</summary>
    internal LinkIdentity(DeviceIoctl ioctl) => _socket = new IoctlSocket(ioctl);

    /// <summary>
    /// Compares name, number and hardware address. A loopback interface has the same ones in every namespace.
    /// </summary>
    public LinkMatch Compare(NetDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var request = IfReq.For(device.Name);
        _socket.Call(Sockios.ReadIndex, ref request, [], out var errno);
        if (errno != Errno.None || device.TryReadInt64("ifindex\0"u8, out var index) != Errno.None)
            return LinkMatch.Absent;
        if (index != request.Index)
            return LinkMatch.Different;
        request = IfReq.For(device.Name);
        _socket.Call(Sockios.ReadAddress, ref request, [], out errno);
        Span<byte> text = stackalloc byte[256];
        if (errno != Errno.None || device.TryReadText("address\0"u8, text, out var length) != Errno.None)
            return LinkMatch.Absent;
        return IsAddress(text[..length], ((ReadOnlySpan<byte>)request.Address)[AddressOffset..])
            ? LinkMatch.Same : LinkMatch.Different;
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    // "aa:bb:cc", or empty for an interface without addresses.
    private static bool IsAddress(ReadOnlySpan<byte> text, ReadOnlySpan<byte> address)
    {
        for (var octet = 0; octet < MaxAddress && !text.IsEmpty; octet++)
        {
            if (!Utf8Parser.TryParse(text[..int.Min(2, text.Length)], out byte value, out var digits, 'x')
                || digits != 2 || value != address[octet])
                return false;
            text = text.Length > 2 ? text[3..] : default;
        }
        return true;
    }
}
