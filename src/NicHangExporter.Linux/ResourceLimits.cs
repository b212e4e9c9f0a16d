using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Limits of this process (getrlimit(2)).</summary>
public static class ResourceLimits
{
    /// <summary>The soft limit of open files (RLIMIT_NOFILE); null if there is no limit.</summary>
    /// <exception cref="LinuxException">The call fails.</exception>
    public static unsafe ulong? OpenFiles
    {
        get
        {
            rlimit limit;
            if (LibC.getrlimit(LibC.RLIMIT_NOFILE, &limit) != 0)
                throw new LinuxException("getrlimit", "RLIMIT_NOFILE", FileDescriptor.LastError);
            // RLIM_INFINITY (include/uapi/asm-generic/resource.h).
            return (ulong)limit.rlim_cur == ulong.MaxValue ? null : (ulong)limit.rlim_cur;
        }
    }
}
