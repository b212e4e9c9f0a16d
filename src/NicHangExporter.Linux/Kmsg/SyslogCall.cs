using System.Runtime.InteropServices;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>syslog(2), which libc calls klogctl(3). A negative result is an error number.</summary>
internal delegate int SyslogCall(SyslogAction action, Span<byte> buffer);

/// <summary>
/// The actions that this library uses (include/linux/syslog.h). READ, CLEAR and READ_CLEAR are missing on purpose: they
/// take records away
/// from other readers. So is SIZE_UNREAD, which counts from the position of whatever reads /proc/kmsg and says nothing
/// about this process.
/// </summary>
internal enum SyslogAction
{
    /// <summary>SYSLOG_ACTION_READ_ALL: the newest records that fit into the buffer, oldest first, each
    /// whole.</summary>
    ReadAll = 3,
    /// <summary>SYSLOG_ACTION_SIZE_BUFFER: the size of the ring.</summary>
    SizeBuffer = 10,
}

/// <summary>The real system call.</summary>
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
