using System.Runtime.InteropServices;
using Tmds.Linux;

namespace NicHangExporter.Linux.Kmsg;

/// <summary>
/// Reads kernel records from /dev/kmsg (Documentation/ABI/testing/dev-kmsg), starting at the oldest record in the ring;
/// or from a recording in a regular file, a FIFO or a packet pipe. Reads do not block and allocate nothing per record.
/// Each reader has its own position and does not affect other readers.
/// </summary>
/// <remarks>
/// One thread owns a reader. Other threads stop it by cancelling <see cref="Wait"/>. The owner disposes of it.
/// </remarks>
public sealed unsafe partial class KmsgReader : IDisposable
{
    /// <summary>
    /// The kernel formats a record into at most 2 KiB, or 8 KiB before 6.x (CONSOLE_EXT_LOG_MAX), so every record of
    /// the device fits. A recording needs space for that and for a packet.
    /// </summary>
    private const int DefaultBufferSize = 16 * 1024;

    // At the end of a file, and while a FIFO has no writer, poll(2) returns immediately. Check at this interval
    // instead.
    private static readonly TimeSpan EndInterval = TimeSpan.FromMilliseconds(250);

    // The time that a complete record at the end of a pipe waits for dictionary lines, which a writer may write
    // separately.
    private static readonly TimeSpan DictionaryGrace = TimeSpan.FromMilliseconds(20);

    // Major 1, minor 11 (Documentation/admin-guide/devices.txt), combined as by makedev(3).
    private const ulong KernelDevice = (1 << 8) | 11;

    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly string _path;
    private readonly FileDescriptor _file;
    private readonly EventFd _wakeUp;
    private readonly bool _isRegular;
    private readonly byte[]? _record;
    private readonly RecordSplitter? _splitter;
    private bool _atEnd;
    private bool _mayHoldMore;
    private long? _pendingSince;

    /// <summary>Opens <paramref name="path"/> with O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC.</summary>
    /// <exception cref="LinuxException">The file can't be opened. <see cref="Errno.NotPermitted"/> from /dev/kmsg:
    /// CAP_SYSLOG is missing while kernel.dmesg_restrict is 1, or printk.devkmsg is off. <see cref="Errno.NoEntry"/>:
    /// the node is hidden, as by PrivateDevices= of systemd. <see cref="Errno.IsDirectory"/>, or
    /// <see cref="Errno.Invalid"/> for a block device: the file holds no records.</exception>
    public KmsgReader(string path) : this(path, DefaultBufferSize)
    {
    }

    /// <summary>Uses another buffer size. Below 8 KiB the kernel drops longer records.</summary>
    internal KmsgReader(string path, int bufferSize)
    {
        ArgumentNullException.ThrowIfNull(path);
        _path = path;
        var errno = FileDescriptor.TryOpen(
            FileDescriptor.TerminatedPath(path), LibC.O_RDONLY | LibC.O_NONBLOCK | LibC.O_NOCTTY,
            out var file);
        _file = file ?? throw new LinuxException("open", path, errno);
        try
        {
            var status = ReadStatus();
            var type = status.st_mode & LibC.S_IFMT;
            if (type != LibC.S_IFCHR && type != LibC.S_IFIFO && type != LibC.S_IFREG)
                throw new LinuxException("open", path, type == LibC.S_IFDIR ? Errno.IsDirectory : Errno.Invalid);
            _isRegular = type == LibC.S_IFREG;
            IsKernelDevice = type == LibC.S_IFCHR && (ulong)status.st_rdev == KernelDevice;
            if (type == LibC.S_IFCHR)
                _record = new byte[bufferSize];
            else
                _splitter = new RecordSplitter(bufferSize);
            _wakeUp = new EventFd();
        }
        catch (LinuxException)
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// True for the kernel's own device, under any name. In a container, /dev/kmsg is often /dev/null or a terminal.
    /// </summary>
    public bool IsKernelDevice { get; }

    /// <summary>Reads the next record, without waiting for one.</summary>
    /// <param name="record">The record with its newlines, valid until the next call; empty unless the result is
    /// <see cref="KmsgReadStatus.Record"/>.</param>
    /// <returns>
    /// A character device gives one record per read(2), immediately. The last record of a pipe is given after 20 ms
    /// without further data, because dictionary lines may follow. A pipe without a writer is
    /// <see cref="KmsgReadStatus.NothingNow"/>, because another writer may open it.
    /// </returns>
    /// <exception cref="LinuxException">read(2) failed with an error that is not one of the results.</exception>
    public KmsgReadStatus Read(out ReadOnlySpan<byte> record)
    {
        if (_splitter is null)
            return ReadDevice(out record);
        var status = ReadStream(_splitter, out record);
        _mayHoldMore = status is not (KmsgReadStatus.NothingNow or KmsgReadStatus.EndOfFile);
        return status;
    }

    /// <summary>
    /// Waits until <see cref="Read"/> has a result. An error condition counts (POLLERR: the ring overtook this reader).
    /// </summary>
    /// <param name="timeout">The maximum time; <see cref="Timeout.InfiniteTimeSpan"/> for no limit.</param>
    /// <param name="cancellation">Ends the wait immediately.</param>
    /// <returns>True if <see cref="Read"/> should be called; false after the timeout or cancellation.</returns>
    /// <exception cref="LinuxException">poll(2) failed.</exception>
    public bool Wait(TimeSpan timeout, CancellationToken cancellation)
    {
        if (timeout != Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        if (cancellation.IsCancellationRequested)
            return false;
        // poll(2) does not see records that are already in the buffer.
        if (_mayHoldMore)
            return true;
        bool readable;
        using (cancellation.UnsafeRegister(static wakeUp => ((EventFd)wakeUp!).Signal(), _wakeUp))
            readable = WaitReadable(timeout);
        // The registration is removed and its callback has returned, so its signal belongs to this wait only.
        if (cancellation.IsCancellationRequested)
            _wakeUp.Reset();
        return readable;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _wakeUp.Dispose();
    }

    private KmsgReadStatus ReadDevice(out ReadOnlySpan<byte> record)
    {
        record = default;
        var errno = _file.TryRead(_record, out var length);
        _atEnd = errno == Errno.None && length == 0;
        switch (errno)
        {
            case Errno.None when length == 0:
                return KmsgReadStatus.EndOfFile;
            case Errno.None:
                record = _record.AsSpan(0, length);
                return KmsgReadStatus.Record;
            case Errno.Again:
                return KmsgReadStatus.NothingNow;
            case Errno.BrokenPipe:
                return KmsgReadStatus.Overrun;
            case Errno.Invalid:
                return KmsgReadStatus.Oversized;
            default:
                throw new LinuxException("read", _path, errno);
        }
    }

    private KmsgReadStatus ReadStream(RecordSplitter splitter, out ReadOnlySpan<byte> record)
    {
        while (true)
        {
            var status = splitter.Take(out record);
            if (status != KmsgReadStatus.NothingNow)
                return status;
            var errno = _file.TryRead(splitter.Free(), out var length);
            if (errno is not (Errno.None or Errno.Again))
                throw new LinuxException("read", _path, errno);
            if (length > 0)
            {
                splitter.Filled(length);
                _pendingSince = null;
                _atEnd = false;
                continue;
            }
            _atEnd = _isRegular;
            if (_isRegular || HasSettled(splitter, hasWriter: errno == Errno.Again))
            {
                _pendingSince = null;
                record = splitter.Flush();
            }
            return !record.IsEmpty ? KmsgReadStatus.Record
                : _isRegular ? KmsgReadStatus.EndOfFile
                : KmsgReadStatus.NothingNow;
        }
    }

    // The pipe is empty. An incomplete line waits as long as the pipe has a writer, anything else for the grace period.
    private bool HasSettled(RecordSplitter splitter, bool hasWriter)
    {
        if (!splitter.HasPending || (hasWriter && !splitter.EndsInNewline))
            return false;
        _pendingSince ??= _clock.GetTimestamp();
        return GraceLeft() <= TimeSpan.Zero;
    }

    private TimeSpan GraceLeft() =>
        _pendingSince is { } since ? DictionaryGrace - _clock.GetElapsedTime(since) : TimeSpan.MaxValue;

    private bool WaitReadable(TimeSpan timeout)
    {
        var started = _clock.GetTimestamp();
        var isHungUp = false;
        while (true)
        {
            var left =
                timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : timeout - _clock.GetElapsedTime(started);
            var isIdle = _atEnd || isHungUp;
            var (file, isWoken) = Poll(
                watchFile: !isIdle, Shortest(left, GraceLeft(), isIdle ? EndInterval : TimeSpan.MaxValue));
            // POLLHUP alone is a pipe without a writer. read(2) reports the reason of every other bit, including error
            // bits.
            isHungUp = file == LibC.POLLHUP;
            if ((file & ~LibC.POLLHUP) != 0)
                return true;
            if (isWoken)
                return false;
            if ((_atEnd && HasGrown()) || GraceLeft() <= TimeSpan.Zero)
                return true;
            if (left <= TimeSpan.Zero)
                return false;
        }
    }

    // A file that became shorter was truncated, as in log rotation. Continue at its start.
    private bool HasGrown()
    {
        if (!_isRegular)
            return true;
        using var file = _file.Acquire();
        var size = (long)ReadStatus().st_size;
        var position = (long)LibC.lseek(file.Number, 0, LibC.SEEK_CUR);
        if (size < position)
            _ = LibC.lseek(file.Number, 0, LibC.SEEK_SET);
        return size != position;
    }

    private stat ReadStatus()
    {
        using var file = _file.Acquire();
        stat status;
        return LibC.fstat(file.Number, &status) == 0
            ? status
            : throw new LinuxException("fstat", _path, FileDescriptor.LastError);
    }

    private (int File, bool IsWoken) Poll(bool watchFile, TimeSpan timeout)
    {
        using var file = _file.Acquire();
        using var wakeUp = _wakeUp.File.Acquire();
        var descriptors = stackalloc pollfd[2];
        // poll(2) ignores a negative descriptor.
        descriptors[0] = new pollfd { fd = watchFile ? file.Number : -1, events = (short)LibC.POLLIN };
        descriptors[1] = new pollfd { fd = wakeUp.Number, events = (short)LibC.POLLIN };
        // Rounded up, so that half a millisecond does not cause a busy loop.
        var milliseconds = (int)Math.Ceiling(Math.Clamp(timeout.TotalMilliseconds, 0, int.MaxValue));
        if (PollDescriptors(descriptors, 2, milliseconds) >= 0)
            return (descriptors[0].revents, descriptors[1].revents != 0);
        var errno = FileDescriptor.LastError;
        return errno == Errno.Interrupted ? default((int, bool)) : throw new LinuxException("poll", _path, errno);
    }

    private static TimeSpan Shortest(TimeSpan a, TimeSpan b, TimeSpan c) =>
        TimeSpan.FromTicks(Math.Min(a.Ticks, Math.Min(b.Ticks, c.Ticks)));

    // poll(2). Tmds.LibC declares it without SetLastError, which leaves errno unreadable.
    [LibraryImport("libc.so.6", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollDescriptors(pollfd* descriptors, nuint count, int timeout);
}
