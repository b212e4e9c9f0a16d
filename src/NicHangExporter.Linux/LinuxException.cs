using System.ComponentModel;

namespace NicHangExporter.Linux;

/// <summary>
/// A system call failed with an error number that its caller does not handle. The message names the operation, its
/// subject and the kernel's reason, as in <c>SIOCETHTOOL ETHTOOL_GFEATURES on eth0 failed: No such device (errno
/// 19)</c>.
/// </summary>
public sealed class LinuxException : IOException
{
    /// <param name="operation">The system call or command, in the spelling of the kernel's documentation.</param>
    /// <param name="subject">The subject of the operation: an interface or a path.</param>
    /// <param name="errno">The reason.</param>
    public LinuxException(string operation, string subject, Errno errno)
        : base($"{operation} on {subject} failed: {new Win32Exception((int)errno).Message} (errno {(int)errno})")
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
        HResult = (int)errno;
    }

    /// <summary>True if this user lacks the permission. The file then exists and another user can read it.</summary>
    public static bool IsPermission(Exception exception) =>
        exception is UnauthorizedAccessException or LinuxException { Errno: Errno.Access or Errno.NotPermitted };

    /// <summary>The system call or command.</summary>
    public string Operation { get; }

    /// <summary>The subject of the operation.</summary>
    public string Subject { get; }

    /// <summary>The reason.</summary>
    public Errno Errno { get; }
}
