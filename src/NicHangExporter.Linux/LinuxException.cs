using System.ComponentModel;

namespace NicHangExporter.Linux;

/// <summary>
/// A system call failed with an error number that its caller had not asked about. The message names the operation,
/// what it was done to and the kernel's reason, as in <c>SIOCETHTOOL ETHTOOL_GFEATURES on eth0 failed: No such device (errno 19)</c>.
/// </summary>
public sealed class LinuxException : IOException
{
    /// <summary>An exception for <paramref name="errno"/>.</summary>
    /// <param name="operation">The system call or command, as the kernel's documents spell it.</param>
    /// <param name="subject">What it was done to: an interface, a path.</param>
    /// <param name="errno">The reason.</param>
    public LinuxException(string operation, string subject, Errno errno)
        : base($"{operation} on {subject} failed: {new Win32Exception((int)errno).Message} (errno {(int)errno})")
    {
        Operation = operation;
        Subject = subject;
        Errno = errno;
        HResult = (int)errno;
    }

    /// <summary>True for an error that says: not for this user. What can't be read is not lost: it is there, for somebody who may.</summary>
    public static bool IsPermission(Exception exception) =>
        exception is UnauthorizedAccessException or LinuxException { Errno: Errno.Access or Errno.NotPermitted };

    /// <summary>The system call or command.</summary>
    public string Operation { get; }

    /// <summary>What it was done to.</summary>
    public string Subject { get; }

    /// <summary>The reason.</summary>
    public Errno Errno { get; }
}
