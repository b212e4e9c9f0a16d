using System.Buffers.Text;
using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// One network interface in sysfs, held by its directory: the name may pass to another interface meanwhile, this still reads the one that was
/// opened, or nothing. Attributes are named by their path below that directory, ending in an explicit NUL:
/// <c>"statistics/rx_bytes\0"u8</c>. Reading them allocates nothing.
/// </summary>
/// <remarks>
/// <c>statistics/*</c>, <c>mtu</c>, <c>operstate</c> and <c>queues/*</c> are read at once, and so is all that this type reads of its own
/// accord. <c>speed</c>, <c>duplex</c> and <c>carrier</c>
/// take the kernel's RTNL lock, which a driver that is stuck in a reset can hold for ever: never read those while somebody waits.
/// Any thread may read while another disposes: it then gets an <see cref="ObjectDisposedException"/>, never another file.
/// </remarks>
public sealed class NetDevice : IDisposable
{
    // Longer than any 64-bit number with its sign; an attribute that fills it is no number.
    private const int NumberBufferSize = 32;
    private const int MaxAttributeLength = 256;

    // PAGE_SIZE: no attribute is longer.
    private const int PageSize = 4096;

    private readonly FileDescriptor _directory;

    internal NetDevice(InterfaceName name, FileDescriptor directory)
    {
        Name = name;
        _directory = directory;
        Span<byte> target = stackalloc byte[FileCalls.MaxLinkLength];
        IsPhysical = HasLink("device\0"u8, target, out var parent);
        BusAddress = BusAddress.TryParse(parent, out var address) ? address : default;
        IsVirtualFunction = IsPhysical && HasLink("device/physfn\0"u8, target, out _);
    }

    /// <summary>The name under which it was opened.</summary>
    public InterfaceName Name { get; }

    /// <summary>True where it has a parent device (a <c>device</c> link): bridges, bonds, tunnels and veths have none.</summary>
    public bool IsPhysical { get; }

    /// <summary>
    /// True for a virtual function of SR-IOV, whose PCI device has a <c>physfn</c> link (Documentation/ABI/testing/sysfs-bus-pci). In a guest
    /// that a virtual function is passed to there is no such link: there it is a device like any other.
    /// </summary>
    public bool IsVirtualFunction { get; }

    /// <summary>The parent's address on its bus, from the <c>device</c> link; empty where there is none.</summary>
    public BusAddress BusAddress { get; }

    /// <summary>The parent's bus, such as <c>pci</c>, <c>usb</c> or <c>virtio</c>; null where there is none. Reads a link each time.</summary>
    public string? Subsystem => ReadLinkName("device/subsystem\0"u8);

    /// <summary>The driver that the parent is bound to, such as <c>e1000e</c>; null where there is none. Reads a link each time.</summary>
    public string? Driver => ReadLinkName("device/driver\0"u8);

    /// <summary>
    /// The number of the interface (<c>ifindex</c>), read each time; 0, which no interface has, where it is gone. A
    /// device
    /// that is made anew under the old name has another, and <see cref="NetClass.Open"/> by that name then finds that one.
    /// </summary>
    /// <exception cref="LinuxException">It is not known, for the attribute can't be read.</exception>
    public long Index => TryReadInt64("ifindex\0"u8, out var index) is var errno && errno == Errno.None ? index
        : IsAbsent(errno) ? 0
        : throw new LinuxException("read", $"{Name}/ifindex", errno);

    /// <summary>
    /// True for what sends through other devices, or would if it had any: bridges, bonds, teams, VLANs, macvlans, tunnels and whatever else
    /// has a <c>lower_*</c> link. Features set there are recomputed from the devices below, or never reach hardware. A veth or a tap is no
    /// such thing, and a macvlan whose lower device is in another network namespace can't be told from one. Looks each time; false where
    /// the interface is gone.
    /// </summary>
    /// <exception cref="LinuxException">The interface is there but can't be read.</exception>
    public bool IsUpper => HasDirectory("bridge\0"u8) || IsBond || HasLowers() || IsOfUpperKind();

    /// <summary>True for a port of a bond (its <c>master</c> has a <c>bonding</c> directory), active or not. Looks each time.</summary>
    /// <exception cref="LinuxException">The interface is there but can't be read.</exception>
    public bool IsBondSlave => HasDirectory("master/bonding\0"u8);

    /// <summary>True for a bond (<c>bonding/</c>), with or without ports.</summary>
    internal bool IsBond => HasDirectory("bonding\0"u8);

    /// <summary>What this is a port of: a bridge, bond, team, VRF (<c>master</c>); empty where there is none.</summary>
    internal InterfaceName Master
    {
        get
        {
            using var directory = _directory.Acquire();
            var errno = FileCalls.TryReadLinkName(directory.Number, "master\0"u8, stackalloc byte[FileCalls.MaxLinkLength], out var bytes);
            return errno == Errno.None && InterfaceName.TryParse(bytes, out var master) ? master : default;
        }
    }

    /// <summary>True for an error that says that there is no such thing; any other says that it is not known whether
    /// there is.</summary>
    public static bool IsAbsent(Errno errno) =>
        errno is Errno.NoEntry or Errno.NoDevice or Errno.NotDirectory or Errno.Invalid;

    /// <summary>
    /// True where <c>operstate</c> is <c>up</c>, or <c>unknown</c>, which is all that some drivers report. Reads it each
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
    /// <see cref="Errno.None"/>; <see cref="Errno.NoEntry"/> or <see cref="Errno.NoDevice"/> where the interface is gone or has no such
    /// attribute; <see cref="Errno.Invalid"/> where the attribute has no value now (<c>speed</c> and <c>carrier</c> of an interface that is
    /// down) or holds no such number; whatever else the kernel says.
    /// </returns>
    /// <exception cref="ArgumentException">The attribute does not end in its only NUL.</exception>
    public Errno TryReadUInt64(ReadOnlySpan<byte> attribute, out ulong value)
    {
        Span<byte> text = stackalloc byte[NumberBufferSize];
        var errno = TryReadNumber(attribute, ref text);
        return Parsed(errno, Utf8Parser.TryParse(text, out value, out var digits) && digits == text.Length, ref value);
    }

    /// <summary>Reads a signed decimal number, as <see cref="TryReadUInt64"/> does: <c>speed</c> is -1 where it is unknown.</summary>
    /// <inheritdoc cref="TryReadUInt64"/>
    public Errno TryReadInt64(ReadOnlySpan<byte> attribute, out long value)
    {
        Span<byte> text = stackalloc byte[NumberBufferSize];
        var errno = TryReadNumber(attribute, ref text);
        return Parsed(errno, Utf8Parser.TryParse(text, out value, out var digits) && digits == text.Length, ref value);
    }

    /// <summary>Reads an attribute as bytes, without its final newline.</summary>
    /// <returns>As <see cref="TryReadUInt64"/>; and <see cref="Errno.TooSmall"/> where the buffer holds only the beginning.</returns>
    /// <exception cref="ArgumentException">The attribute does not end in its only NUL.</exception>
    public Errno TryReadText(ReadOnlySpan<byte> attribute, Span<byte> buffer, out int length)
    {
        using var directory = _directory.Acquire();
        return FileReader.TryReadText(directory.Number, attribute, buffer, out length);
    }

    /// <summary>Reads an unsigned number of one transmit queue, <c>queues/tx-N/attribute</c>: <c>"tx_timeout\0"u8</c>, or
    /// <c>"byte_queue_limits/inflight\0"u8</c> in bytes.</summary>
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

    /// <summary>
    /// The number of transmit queues in use (<c>queues/tx-*</c>); 0 where the interface is gone or the kernel has no such directory.
    /// </summary>
    public int CountTxQueues()
    {
        _ = _directory.TryOpenAt("queues\0"u8, LibC.O_RDONLY | LibC.O_DIRECTORY, out var queues);
        if (queues is null)
            return 0;
        using (queues)
        using (var borrowed = queues.Acquire())
        {
            var count = 0;
            var entries = new DirectoryEntries(borrowed.Number, stackalloc byte[4096]);
            while (entries.MoveNext())
                if (entries.Name.StartsWith("tx-"u8))
                    count++;
            return count;
        }
    }

    /// <summary>
    /// Sums <c>byte_queue_limits/inflight</c> of all transmit queues in use: bytes that were handed to the hardware and not
    /// sent yet. Queues without that file, as of drivers without BQL, count as 0.
    /// </summary>
    /// <param name="queues">The number of transmit queues (<see cref="CountTxQueues"/>).</param>
    public ulong SumInflightBytes(out int queues)
    {
        queues = CountTxQueues();
        ulong sum = 0;
        for (var queue = 0; queue < queues; queue++)
            if (TryReadQueueUInt64(queue, "byte_queue_limits/inflight\0"u8, out var bytes) == Errno.None)
                sum += bytes;
        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private bool HasDirectory(ReadOnlySpan<byte> path)
    {
        using var directory = _directory.Acquire();
        return Has(FileCalls.TryFindDirectory(directory.Number, path), "fstatat");
    }

    private bool HasLowers()
    {
        var found = Has(_directory.TryOpenAt(".\0"u8, LibC.O_RDONLY | LibC.O_DIRECTORY, out var directory), "openat");
        using (directory)
            return found && AdjacentLinks.Read(directory!, AdjacentLinks.Lower, Name).Count > 0;
    }

    private bool IsOfUpperKind()
    {
        if (Has(TryReadUInt64("type\0"u8, out var type), "read type") && UpperKind.IsTunnel(type))
            return true;
        Span<byte> uevent = stackalloc byte[PageSize];
        return Has(TryReadText("uevent\0"u8, uevent, out var length), "read uevent") && UpperKind.IsNamedIn(uevent[..length]);
    }

    // What can't be seen is not taken for absent: that could make a NIC of a bridge.
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
        using var directory = _directory.Acquire();
        var errno = FileCalls.TryReadLinkName(directory.Number, link, stackalloc byte[FileCalls.MaxLinkLength], out var name);
        return errno == Errno.None ? KernelText.Escape(name) : null;
    }

    // A link that can't be read is not a link that is missing: a NIC must not pass for a virtual device, which is as
    // good as gone.
    private bool HasLink(ReadOnlySpan<byte> link, Span<byte> buffer, out ReadOnlySpan<byte> target)
    {
        using var directory = _directory.Acquire();
        var errno = FileCalls.TryReadLinkName(directory.Number, link, buffer, out target);
        return errno == Errno.None || (IsAbsent(errno) ? false
            : throw new LinuxException("readlinkat", $"{Name}/{KernelText.Escape(link[..^1])}", errno));
    }
}
