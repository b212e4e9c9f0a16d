namespace NicHangExporter.Linux;

/// <summary>
/// The error numbers that this library distinguishes (include/uapi/asm-generic/errno-base.h, errno.h and, above 511,
/// include/linux/errno.h). Any other number is still a valid value of this type.
/// </summary>
public enum Errno
{
    /// <summary>No error.</summary>
    None = 0,
    /// <summary>EPERM: a capability is missing (CAP_SYSLOG for kmsg, CAP_NET_ADMIN for changes).</summary>
    NotPermitted = 1,
    /// <summary>ENOENT: no such file.</summary>
    NoEntry = 2,
    /// <summary>EINTR: a signal came first; the call is repeated.</summary>
    Interrupted = 4,
    /// <summary>EIO.</summary>
    IO = 5,
    /// <summary>ENXIO: no such device behind a device node.</summary>
    NoDeviceOrAddress = 6,
    /// <summary>EAGAIN: nothing to read now; or, from ETHTOOL_NWAY_RST, the device is down.</summary>
    Again = 11,
    /// <summary>EACCES: the file's mode forbids it.</summary>
    Access = 13,
    /// <summary>EFAULT.</summary>
    Fault = 14,
    /// <summary>EBUSY.</summary>
    Busy = 16,
    /// <summary>
    /// ENODEV: the interface does not exist, or its device is detached and the interface may still exist.
    /// </summary>
    NoDevice = 19,
    /// <summary>ENOTDIR.</summary>
    NotDirectory = 20,
    /// <summary>EISDIR.</summary>
    IsDirectory = 21,
    /// <summary>EINVAL: from sysfs, an attribute that has no value while the link is down.</summary>
    Invalid = 22,
    /// <summary>EMFILE: this process has no free descriptor.</summary>
    TooManyOpenFiles = 24,
    /// <summary>ESPIPE.</summary>
    IllegalSeek = 29,
    /// <summary>EPIPE: from kmsg, the ring overtook the reader.</summary>
    BrokenPipe = 32,
    /// <summary>EOVERFLOW: the answer exceeds a maximum of this library.</summary>
    Overflow = 75,
    /// <summary>EOPNOTSUPP: the driver does not implement it.</summary>
    NotSupported = 95,
    /// <summary>EAFNOSUPPORT: this process may not use that kind of socket, or the kernel has none.</summary>
    FamilyNotSupported = 97,
    /// <summary>ENETDOWN: the interface is down.</summary>
    NetworkDown = 100,
    /// <summary>ENOBUFS: from a netlink socket, its queue was full and messages are lost.</summary>
    NoBuffers = 105,
    /// <summary>ENOTSUPP: a number for use inside the kernel that some drivers return in place of EOPNOTSUPP.</summary>
    NotSupportedInternally = 524,
    /// <summary>ETOOSMALL: the buffer is too small.</summary>
    TooSmall = 525,
}
