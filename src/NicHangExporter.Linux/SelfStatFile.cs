using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Keeps <c>/proc/self/stat</c> open, and reads it without an allocation. Thread-safe.</summary>
public sealed class SelfStatFile : IDisposable
{
    /// <summary>Far more than the 52 numbers of the file need. The name in it has at most 64 bytes.</summary>
    private const int MaxLength = 2048;

    private readonly Lock _lock = new();
    private FileDescriptor? _file;

    /// <summary>Opens the file at the first call, and reads it.</summary>
    /// <exception cref="LinuxException">The file can't be opened or read, or is not in the form of
    /// proc_pid_stat(5) (<see cref="Errno.Invalid"/>).</exception>
    public ProcessStat Read()
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        lock (_lock)
        {
            var errno = Errno.None;
            if (_file is null && (errno = FileDescriptor.TryOpen("/proc/self/stat\0"u8, LibC.O_RDONLY, out _file))
                != Errno.None)
                throw new LinuxException("open", "/proc/self/stat", errno);
            errno = _file!.TryReadAt(buffer, 0, out var length);
            if (errno != Errno.None)
                throw new LinuxException("pread", "/proc/self/stat", errno);
            return ProcessStat.TryParse(buffer[..length], out var stat)
                ? stat
                : throw new LinuxException("parse", "/proc/self/stat", Errno.Invalid);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();
}
