using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Syncs files and reports every error.</summary>
public static class FileSync
{
    /// <summary>
    /// fsync(2): returns after the file's content is on the disk. FileStream.Flush(flushToDisk: true) ignores EROFS,
    /// the error of a file system that became read-only during a write, so data would be lost unnoticed. EINTR counts
    /// as a failure, because it is unknown whether anything was written.
    /// </summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">The path, for the error message.</param>
    /// <exception cref="LinuxException">The content is possibly not on the disk. The kernel may have dropped it, so
    /// that a second fsync succeeds without writing it.</exception>
    public static void Flush(SafeFileHandle file, string path)
    {
        ArgumentNullException.ThrowIfNull(file);
        var borrowed = false;
        try
        {
            file.DangerousAddRef(ref borrowed);
            if (LibC.fsync((int)file.DangerousGetHandle()) < 0)
                throw new LinuxException("fsync", path, FileDescriptor.LastError);
        }
        finally
        {
            if (borrowed)
                file.DangerousRelease();
        }
    }
}
