using System.Buffers.Text;
using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// One network interface in sysfs, held by its directory. If the name passes to another interface, this object still
/// reads the one that was opened, or nothing. Attributes are named by their path below that directory, ending in an
/// explicit NUL: <c>"statistics/rx_bytes\0"u8</c>. Reading them allocates nothing.
/// </summary>
/// <remarks>
/// <c>statistics/*</c>, <c>mtu</c>, <c>operstate</c>, <c>queues/*</c> and everything else that this type reads itself
/// need no lock. <c>speed</c>, <c>duplex</c> and <c>carrier</c> take the kernel's RTNL lock, which a driver that is
/// stuck in a reset can hold forever: never read those while a caller waits. Any thread may read while another one
/// disposes. A device that is disposed of reads as one that is gone (<see cref="Errno.NoDevice"/>).
/// </remarks>
public sealed class NetDevice : IDisposable
{
    // Longer than any 64-bit number with its sign.
    private const int NumberBufferSize = 32;
    private const int MaxAttributeLength = 256;

    // PAGE_SIZE: no attribute is longer.
    private const int PageSize = 4096;

    private readonly DeviceDirectory _directory;

    internal NetDevice(InterfaceName name, FileDescriptor directory)
    {
        Name = name;
        _directory = new DeviceDirectory(directory);
        Span<byte> target = stackalloc byte[FileCalls.MaxLinkLength];
        IsPhysical = HasLink("device\0"u8, target, out var parent);
        BusAddress = BusAddress.TryParse(parent, out var address) ? address : default;
        IsVirtualFunction = IsPhysical && HasLink("device/physfn\0"u8, target, out _);
    }

    /// <summary>The name at the time of opening.</summary>
    public InterfaceName Name { get; }

    /// <summary>
    /// True if it has a parent device (a <c>device</c> link). Bridges, bonds, tunnels and veths have none.
    /// </summary>
    public bool IsPhysical { get; }

    /// <summary>
    /// True for a virtual function of SR-IOV, whose PCI device has a <c>physfn</c> link
    /// (Documentation/ABI/testing/sysfs-bus-pci). A guest does not see that link: there it is an ordinary device.
    /// </summary>
    public bool IsVirtualFunction { get; }

    /// <summary>The parent's address on its bus, from the <c>device</c> link; empty without a parent.</summary>
    public BusAddress BusAddress { get; }

    /// <summary>
    /// The parent's bus, such as <c>pci</c>, <c>usb</c> or <c>virtio</c>; null without a parent. Reads a link each
    /// time.
    /// </summary>
    public string? Subsystem => ReadLinkName("device/subsystem\0"u8);

    /// <summary>The parent's driver, such as <c>e1000e</c>; null without a driver. Reads a link each time.</summary>
    public string? Driver => ReadLinkName("device/driver\0"u8);

    /// <summary>
    /// The number of the interface (<c>ifindex</c>), read each time; 0, which no interface has, if it is gone. A device
    /// that is created again under the old name has another number, and <see cref="NetClass.Open"/> by that name finds
    /// the new one.
    /// </summary>
    /// <exception cref="LinuxException">The number is unknown, because the attribute can't be read.</exception>
    public long Index => TryReadInt64("ifindex\0"u8, out var index) is var errno && errno == Errno.None ? index
        : IsAbsent(errno) ? 0
        : throw new LinuxException("read", $"{Name}/ifindex", errno);

    /// <summary>
    /// True for an interface that sends through other devices: bridges, bonds, teams, VLANs, macvlans, tunnels and any
    /// other interface with a <c>lower_*</c> link. Features set there are recomputed from the devices below or never
    /// reach hardware. False for a veth, a tap and an interface that is gone. A macvlan whose lower device is in
    /// another network namespace can't be distinguished from these. Reads each time.
    /// </summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public bool IsUpper => HasDirectory("bridge\0"u8) || IsBond || HasLowers || IsOfUpperKind();

    /// <summary>True if the interface has a <c>lower_*</c> link, as a bond with ports has. Reads each time.</summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public bool HasLowers
    {
        get
        {
            var found = Has(_directory.TryOpen(".\0"u8, LibC.O_RDONLY | LibC.O_DIRECTORY, out var directory), "openat");
            using (directory)
                return found && AdjacentLinks.Read(directory!, AdjacentLinks.Lower, Name).Count > 0;
        }
    }

    /// <summary>True for a port of a bridge, bond, team or VRF (<c>master</c>). Reads each time.</summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public bool HasMaster => HasDirectory("master\0"u8);

    /// <summary>
    /// True for a port of a bond (its <c>master</c> has a <c>bonding</c> directory), active or not. Reads each time.
    /// </summary>
    /// <exception cref="LinuxException">The interface exists but can't be read.</exception>
    public bool IsBondSlave => HasDirectory("master/bonding\0"u8);

    /// <summary>True for a bond (<c>bonding/</c>), with or without ports.</summary>
    internal bool IsBond => HasDirectory("bonding\0"u8);

    /// <summary>The bridge, bond, team or VRF that this is a port of (<c>master</c>); empty otherwise.</summary>
    internal InterfaceName Master
    {
        get
        {
            var errno = _directory.TryReadLinkName(
                "master\0"u8, stackalloc byte[FileCalls.MaxLinkLength], out var bytes);
            return errno == Errno.None && InterfaceName.TryParse(bytes, out var master) ? master : default;
        }
    }

    /// <summary>
    /// True for an error that means that the file does not exist. Any other error leaves that unknown.
    /// </summary>
    public static bool IsAbsent(Errno errno) =>
        errno is Errno.NoEntry or Errno.NoDevice or Errno.NotDirectory or Errno.Invalid;

    /// <summary>
    /// True if <c>operstate</c> is <c>up</c>, or <c>unknown</c>, which is all that some drivers report. Reads it each
    /// time. Not <c>carrier</c>, which takes the kernel's RTNL lock.
    /// </summary>
    public bool IsOperational
    {
        get
        {
            Span<byte> state = stackalloc byte[NumberBufferSize];
            return TryReadText("operstate\0"u8, state, out var length) == Errno.None
                && (state[..length].SequenceEqual("up"u8) || state[..length].SequenceEqual("unknown"u8));
        }
    }

    /// <summary>Reads an unsigned decimal number.</summary>
    /// <returns>
    /// <see cref="Errno.None"/>; <see cref="Errno.NoEntry"/> or <see cref="Errno.NoDevice"/> if the interface is gone
    /// or has no such attribute; <see cref="Errno.Invalid"/> if the attribute has no value now (<c>speed</c> and
    /// <c>carrier</c> of an interface that is down) or holds no such number; or another error of the kernel.
    /// </returns>
    /// <exception cref="ArgumentException">The attribute does not end in its only NUL.</exception>
    public Errno TryReadUInt64(ReadOnlySpan<byte> attribute, out ulong value)
    {
        Span<byte> text = stackalloc byte[NumberBufferSize];
        var errno = TryReadNumber(attribute, ref text);
        return Parsed(errno, Utf8Parser.TryParse(text, out value, out var digits) && digits == text.Length, ref value);
    }

    /// <summary>Reads a signed decimal number. <c>speed</c> is -1 if it is unknown.</summary>
    /// <inheritdoc cref="TryReadUInt64"/>
    public Errno TryReadInt64(ReadOnlySpan<byte> attribute, out long value)
    {
        Span<byte> text = stackalloc byte[NumberBufferSize];
        var errno = TryReadNumber(attribute, ref text);
        return Parsed(errno, Utf8Parser.TryParse(text, out value, out var digits) && digits == text.Length, ref value);
    }

    /// <summary>Reads an attribute as bytes, without its final newline.</summary>
    /// <returns>
    /// As <see cref="TryReadUInt64"/>; <see cref="Errno.TooSmall"/> if the attribute is longer than the buffer.
    /// </returns>
    /// <exception cref="ArgumentException">The attribute does not end in its only NUL.</exception>
    public Errno TryReadText(ReadOnlySpan<byte> attribute, Span<byte> buffer, out int length) =>
        _directory.TryReadText(attribute, buffer, out length);

    /// <summary>
    /// Reads an unsigned number of one transmit queue, <c>queues/tx-N/attribute</c>, such as <c>"tx_timeout\0"u8</c>,
    /// or <c>"byte_queue_limits/inflight\0"u8</c> in bytes.
    /// </summary>
    /// <inheritdoc cref="TryReadUInt64"/>
    public Errno TryReadQueueUInt64(int txQueue, ReadOnlySpan<byte> attribute, out ulong value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(txQueue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(attribute.Length, MaxAttributeLength, nameof(attribute));
        var prefix = "queues/tx-"u8;
        Span<byte> path = stackalloc byte[prefix.Length + "2147483647/"u8.Length + attribute.Length];
        prefix.CopyTo(path);
        Utf8Formatter.TryFormat(txQueue, path[prefix.Length..], out var digits);
        var length = prefix.Length + digits;
        path[length++] = (byte)'/';
        attribute.CopyTo(path[length..]);
        return TryReadUInt64(path[..(length + attribute.Length)], out value);
    }

    /// <summary>Opens an attribute to read it often.</summary>
    /// <returns>The error of openat(2).</returns>
    /// <exception cref="ArgumentException">The attribute does not end in its only NUL.</exception>
    public Errno TryOpen(ReadOnlySpan<byte> attribute, out NumberFile? file)
    {
        var errno = _directory.TryOpen(attribute, LibC.O_RDONLY | LibC.O_NONBLOCK, out var opened);
        file = opened is null ? null : new NumberFile(opened);
        return errno;
    }

    /// <summary>
    /// Counts the transmit queues in use (<c>queues/tx-*</c>): 0 if the interface is gone or the kernel has no such
    /// directory.
    /// </summary>
    /// <returns>The reason why the number is unknown, such as <see cref="Errno.TooManyOpenFiles"/>.</returns>
    public Errno TryCountTxQueues(out int count)
    {
        count = 0;
        var errno = _directory.TryOpen("queues\0"u8, LibC.O_RDONLY | LibC.O_DIRECTORY, out var queues);
        if (queues is null)
            return IsAbsent(errno) ? Errno.None : errno;
        using (queues)
        using (var borrowed = queues.Acquire())
        {
            var entries = new DirectoryEntries(borrowed.Number, stackalloc byte[4096]);
            while (entries.MoveNext())
                if (entries.Name.StartsWith("tx-"u8))
                    count++;
            if (entries.Error == Errno.None)
                return Errno.None;
            count = 0;
            return IsAbsent(entries.Error) ? Errno.None : entries.Error;
        }
    }

    /// <summary>
    /// Sums <c>byte_queue_limits/inflight</c> of all transmit queues in use: bytes that were handed to the hardware and
    /// not sent yet. Queues without that file, as of drivers without BQL, count as 0.
    /// </summary>
    /// <param name="queues">The number of transmit queues (<see cref="TryCountTxQueues"/>).</param>
    public ulong SumInflightBytes(int queues)
    {
        ulong sum = 0;
        for (var queue = 0; queue < queues; queue++)
            if (TryReadQueueUInt64(queue, "byte_queue_limits/inflight\0"u8, out var bytes) == Errno.None)
                sum += bytes;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private bool HasDirectory(ReadOnlySpan<byte> path) => Has(_directory.TryFindDirectory(path), "fstatat");

    private bool IsOfUpperKind()
    {
        if (Has(TryReadUInt64("type\0"u8, out var type), "read type") && UpperKind.IsTunnel(type))
            return true;
        Span<byte> uevent = stackalloc byte[PageSize];
        return Has(TryReadText("uevent\0"u8, uevent, out var length), "read uevent")
            && UpperKind.IsNamedIn(uevent[..length]);
    }

    // An unreadable file does not count as absent. Otherwise a bridge could be mistaken for a NIC.
    private bool Has(Errno errno, string operation) => errno switch
    {
        Errno.None => true,
        Errno.NoEntry or Errno.NotDirectory or Errno.NoDevice => false,
        _ => throw new LinuxException(operation, Name.ToString(), errno),
    };

    // Leaves the text empty after an error. A text that exceeds the buffer is not a number.
    private Errno TryReadNumber(ReadOnlySpan<byte> attribute, ref Span<byte> text)
    {
        var errno = TryReadText(attribute, text, out var length);
        text = errno == Errno.None ? text[..length] : default;
        return errno == Errno.TooSmall ? Errno.Invalid : errno;
    }

    private static Errno Parsed<T>(Errno errno, bool isNumber, ref T value)
        where T : struct
    {
        if (isNumber)
            return errno;
        value = default;
        return errno == Errno.None ? Errno.Invalid : errno;
    }

    private string? ReadLinkName(ReadOnlySpan<byte> link)
    {
        var errno = _directory.TryReadLinkName(link, stackalloc byte[FileCalls.MaxLinkLength], out var name);
        return errno == Errno.None ? KernelText.Escape(name) : null;
    }

    // An unreadable link does not count as absent. Otherwise a NIC could be mistaken for a virtual device and be
    // ignored.
    private bool HasLink(ReadOnlySpan<byte> link, Span<byte> buffer, out ReadOnlySpan<byte> target)
    {
        var errno = _directory.TryReadLinkName(link, buffer, out target);
        return errno == Errno.None || (IsAbsent(errno) ? false
            : throw new LinuxException("readlinkat", $"{Name}/{KernelText.Escape(link[..^1])}", errno));
    }
}
