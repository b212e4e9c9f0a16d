using Tmds.Linux;

namespace NicHangExporter.Linux.Procfs;

/// <summary>
/// The counters of all interfaces of a network namespace, from net/dev of procfs. A read takes no lock that a driver
/// can hold: the kernel walks its list of interfaces by RCU. The file stays open between reads, and a read allocates
/// nothing once the buffer is large enough. Not thread-safe.
/// </summary>
/// <param name="path">
/// The file, such as <c>/proc/net/dev</c>. The network namespace is that of the process in the path at the time of
/// opening: <c>/proc/net</c> is a link to <c>self/net</c>, the process that opens it.
/// </param>
public sealed class NetDevFile(string path) : IDisposable
{
    // The kernel (seq_read_iter() of fs/seq_file.c) returns as many whole lines as fit into a page. A line has at most
    // 354 bytes, the two of the header 201. So a read of less than this was ended by the end of the file.
    private const int ShortRead = 4096 - 512;

    // About 100,000 interfaces.
    private const int MaxLength = 1 << 24;

    private readonly byte[] _path = FileDescriptor.TerminatedPath(path);
    private byte[] _buffer = new byte[4096];
    private FileDescriptor? _file;

    /// <summary>The path.</summary>
    public string Path => path;

    /// <summary>The rows of the last read; empty after a failure.</summary>
    public NetDevTable Table { get; } = new();

    /// <summary>
    /// The number of the line, from 1, because of which the last read returned <see cref="Errno.Invalid"/>; otherwise
    /// 0.
    /// </summary>
    public int MalformedLine { get; private set; }

    /// <summary>Reads the file into <see cref="Table"/>. Opens it first, or again after an error.</summary>
    /// <returns>
    /// <see cref="Errno.Invalid"/> for a file that is not as the kernel writes it (<see cref="MalformedLine"/>);
    /// <see cref="Errno.Overflow"/> for one of more than 16 MiB; or another error of the kernel.
    /// </returns>
    public Errno TryRead()
    {
        var wasOpen = _file is not null;
        var errno = TryReadAll(out var length);
        if (errno != Errno.None && wasOpen)
            errno = TryReadAll(out length);
        MalformedLine = 0;
        if (errno != Errno.None)
        {
            Table.Clear();
            return errno;
        }
        MalformedLine = Table.Parse(_buffer.AsSpan(0, length));
        return MalformedLine == 0 ? Errno.None : Errno.Invalid;
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    // One pread(2) returns whole lines, about a page. An interface may come or go between two of them: old kernels then
    // skip or repeat a line. Reading from offset 0 begins again.
    private Errno TryReadAll(out int length)
    {
        length = 0;
        var errno = _file is null
            ? FileDescriptor.TryOpen(_path, LibC.O_RDONLY | LibC.O_NONBLOCK, out _file)
            : Errno.None;
        if (_file is null)
            return errno;
        int read;
        do
        {
            if (length == _buffer.Length)
            {
                if (length >= MaxLength)
                    return Errno.Overflow;
                Array.Resize(ref _buffer, 2 * length);
            }
            errno = _file.TryReadAt(_buffer.AsSpan(length), length, out read);
            length += read;
        }
        while (errno == Errno.None && (read >= ShortRead || length == _buffer.Length));
        if (errno != Errno.None)
            Close();
        return errno;
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
