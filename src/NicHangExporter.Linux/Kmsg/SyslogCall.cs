using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>syslog(2), klogctl(3) in libc. A negative result is a negated error number.</summary>
internal delegate int SyslogCall(SyslogAction action, Span<byte> buffer);

/// <summary>
/// The actions that this library uses (include/linux/syslog.h). READ, CLEAR and READ_CLEAR are missing on purpose: they
/// take records away from other readers. SIZE_UNREAD is missing too: it counts from the position of the process that
/// reads /proc/kmsg, not from the position of this one.
/// </summary>
internal enum SyslogAction
{
    /// <summary>
    /// SYSLOG_ACTION_READ_ALL: the newest records that fit into the buffer, oldest first, complete records only.
    /// </summary>
    ReadAll = 3,
    /// <summary>SYSLOG_ACTION_SIZE_BUFFER: the size of the ring.</summary>
    SizeBuffer = 10,
}

internal static unsafe partial class Syslog
{
    internal static int Call(SyslogAction action, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            var result = KernelLogControl((int)action, bytes, buffer.Length);
            return result >= 0 ? result : -(int)FileDescriptor.LastError;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "klogctl", SetLastError = true)]
    private static partial int KernelLogControl(int action, byte* buffer, int length);
}
