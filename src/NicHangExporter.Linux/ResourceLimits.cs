using System.Runtime.InteropServices;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Limits of this process (prlimit(2)).</summary>
public static class ResourceLimits
{
    // RLIMIT_NOFILE (include/uapi/asm-generic/resource.h).
    private const int OpenFilesResource = 7;

    // RLIM64_INFINITY (include/uapi/linux/resource.h).
    private const ulong Infinity = ulong.MaxValue;

    // __NR_prlimit64.
    private static readonly int PrLimit64 = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 261 : 302;

    /// <summary>The soft limit of open files (RLIMIT_NOFILE); null if there is no limit.</summary>
    /// <exception cref="LinuxException">The call fails.</exception>
    public static unsafe ulong? OpenFiles
    {
        get
        {
            // struct rlimit64: the soft limit, the hard one.
            var limit = stackalloc ulong[2];
            if ((long)LibC.syscall(PrLimit64, 0, OpenFilesResource, (void*)null, limit) != 0)
                throw new LinuxException("prlimit64", "RLIMIT_NOFILE", FileDescriptor.LastError);
            return limit[0] == Infinity ? null : limit[0];
        }
    }
}
