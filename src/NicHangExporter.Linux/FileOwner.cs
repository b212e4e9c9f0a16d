using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>The owner of an open file.</summary>
internal static class FileOwner
{
    /// <summary>fchown(2).</summary>
    /// <exception cref="LinuxException">This process may not give the file away.</exception>
    public static void Set(SafeFileHandle file, string path, uint owner, uint group)
    {
        var borrowed = false;
        try
        {
            file.DangerousAddRef(ref borrowed);
            if (LibC.fchown((int)file.DangerousGetHandle(), owner, group) != 0)
                throw new LinuxException("fchown", path, FileDescriptor.LastError);
        }
        finally
        {
            if (borrowed)
                file.DangerousRelease();
        }
    }
}
