using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>fsync(2) of a file that believes no excuse.</summary>
public static class FileSync
{
    /// <summary>
    /// Returns once the file's content is on the disk. FileStream.Flush(flushToDisk: true) passes over EROFS, which is just what a file system says that has
    /// turned read-only under a write of ours: the content would be gone, and nobody would know. EINTR is a failure like any other: whether anything
    /// was written is unknown then.
    /// </summary>
    /// <param name="file">The open file.</param>
    /// <param name="path">Its name, for the message.</param>
    /// <exception cref="LinuxException">It is not known to be on the disk. The kernel may have dropped it: a second fsync would succeed, and prove nothing.</exception>
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
