using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>
/// An open file (open(2)). A caller acquires the number before a system call, so that a concurrent dispose can't give
/// the number to another file during the call.
/// </summary>
internal sealed unsafe class FileDescriptor : SafeHandleMinusOneIsInvalid
{
    internal FileDescriptor(int number) : base(ownsHandle: true) => SetHandle(number);

    /// <summary>errno of the last system call of this thread.</summary>
    internal static Errno LastError => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>A path as UTF-8 with a terminating NUL.</summary>
    /// <exception cref="ArgumentException">The path holds a NUL. The kernel would open another file than the one
    /// named.</exception>
    internal static byte[] TerminatedPath(string path) => path.Contains('\0')
        ? throw new ArgumentException("A path can't hold a NUL character", nameof(path))
        : Encoding.UTF8.GetBytes(path + '\0');

    /// <summary>As <see cref="TerminatedPath(string)"/>, in the buffer if it is large enough.</summary>
    /// <inheritdoc cref="TerminatedPath(string)" path="/exception"/>
    internal static ReadOnlySpan<byte> TerminatedPath(string path, Span<byte> buffer)
    {
        if (path.Contains('\0') || !Encoding.UTF8.TryGetBytes(path, buffer, out var length) || length == buffer.Length)
            return TerminatedPath(path);
        buffer[length] = 0;
        return buffer[..(length + 1)];
    }

    /// <summary>open(2) of a terminated path, with O_CLOEXEC.</summary>
    internal static Errno TryOpen(ReadOnlySpan<byte> path, int flags, out FileDescriptor? file) =>
        TryOpen(LibC.AT_FDCWD, path, flags, out file);

    /// <summary>openat(2) of a terminated path, with O_CLOEXEC.</summary>
    internal static Errno TryOpen(int directory, ReadOnlySpan<byte> path, int flags, out FileDescriptor? file)
    {
        var errno = FileCalls.TryOpen(directory, path, flags, out var number);
        file = errno == Errno.None ? new FileDescriptor(number) : null;
        return errno;
    }

    /// <summary>read(2), repeated after EINTR.</summary>
    internal Errno TryRead(Span<byte> buffer, out int length)
    {
        using var file = Acquire();
        return FileCalls.TryRead(file.Number, buffer, out length);
    }

    /// <summary>pread(2), repeated after EINTR.</summary>
    internal Errno TryReadAt(Span<byte> buffer, long offset, out int length)
    {
        using var file = Acquire();
        return FileCalls.TryReadAt(file.Number, buffer, offset, out length);
    }

    /// <summary>
    /// fsync(2), repeated after EINTR. The kernel reports an error only once: a second call can succeed although data
    /// is lost.
    /// </summary>
    internal Errno TrySync()
    {
        using var file = Acquire();
        int result;
        do
            result = LibC.fsync(file.Number);
        while (result < 0 && LastError == Errno.Interrupted);
        return result < 0 ? LastError : Errno.None;
    }

    /// <summary>The number. It stays valid until the result is disposed of.</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    internal DescriptorRef Acquire() => new(this);

    /// <summary>As <see cref="Acquire"/>, for a file that another thread may have closed.</summary>
    /// <returns>False if it is closed.</returns>
    internal bool TryAcquire(out DescriptorRef reference)
    {
        reference = default;
        if (IsClosed)
            return false;
        try
        {
            reference = Acquire();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    // Linux releases the number even if close(2) fails. A second call could close another file.
    protected override bool ReleaseHandle()
    {
        _ = LibC.close((int)handle);
        return true;
    }

    /// <summary>Keeps a descriptor's number valid until it is disposed of.</summary>
    internal readonly ref struct DescriptorRef
    {
        private readonly FileDescriptor? _file;

        internal DescriptorRef(FileDescriptor file)
        {
            var added = false;
            file.DangerousAddRef(ref added);
            _file = file;
            Number = (int)file.handle;
        }

        internal int Number { get; }

        public void Dispose() => _file?.DangerousRelease();
    }
}
