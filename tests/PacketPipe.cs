using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace NicHangExporter.TestSupport;

/// <summary>
/// Replaces /dev/kmsg: <see cref="Path"/> can be used wherever the path of the device can, in this process or in
/// another. Each write is one packet, and one read(2) returns one packet, like a record of the device (pipe(7),
/// O_DIRECT). An empty pipe returns EAGAIN, like the device.
/// </summary>
internal sealed partial class PacketPipe : IDisposable
{
    private const int ReadWrite = 2, NonBlocking = 0x800, CloseOnExec = 0x80000, SetFlags = 4;

    // O_DIRECT: the generic value and those of the architectures that differ (asm/fcntl.h).
    private static readonly int Direct = RuntimeInformation.ProcessArchitecture is Architecture.Arm64
        or Architecture.Arm ? 0x10000 : 0x4000;

    private readonly SafeFileHandle? _keptReader;
    private readonly bool _inPackets;
    private SafeFileHandle? _writer;

    private PacketPipe(string path, SafeFileHandle? keptReader, SafeFileHandle writer, bool inPackets)
    {
        Path = path;
        _keptReader = keptReader;
        _writer = writer;
        _inPackets = inPackets;
    }

    /// <summary>The path to open for reading.</summary>
    public string Path { get; }

    /// <summary>
    /// pipe2(O_DIRECT), opened through /proc. It leaves nothing in the file system and cannot be opened twice for
    /// writing.
    /// </summary>
    public static unsafe PacketPipe Anonymous()
    {
        var ends = stackalloc int[2];
        Check(Pipe2(ends, Direct | CloseOnExec | NonBlocking));
        var reader = new SafeFileHandle(ends[0], ownsHandle: true);
        return new PacketPipe(
            $"/proc/{Environment.ProcessId}/fd/{ends[0]}", reader, new SafeFileHandle(ends[1], ownsHandle: true),
            inPackets: true);
    }

    /// <summary>A FIFO at <paramref name="path"/> whose writer writes packets.</summary>
    public static PacketPipe Named(string path) => Make(path, inPackets: true);

    /// <summary>
    /// A FIFO at <paramref name="path"/> that is an ordinary stream of bytes: reads and writes need not match.
    /// </summary>
    public static PacketPipe Stream(string path) => Make(path, inPackets: false);

    /// <summary>Writes one packet of at most 4096 bytes.</summary>
    /// <exception cref="Win32Exception">EAGAIN: the pipe is full.</exception>
    public unsafe void Write(ReadOnlySpan<byte> packet)
    {
        ObjectDisposedException.ThrowIf(_writer is null, this);
        if (_inPackets)
            ArgumentOutOfRangeException.ThrowIfGreaterThan(packet.Length, 4096, nameof(packet));
        fixed (byte* bytes = packet)
            if (Check(WriteBytes(_writer, bytes, packet.Length)) != packet.Length)
                throw new IOException("The pipe took only a part");
    }

    public void Write(string packet) => Write(Encoding.UTF8.GetBytes(packet));

    /// <summary>Closes the writing end: the reader gets POLLHUP.</summary>
    public void CloseWriter()
    {
        _writer?.Dispose();
        _writer = null;
    }

    /// <summary>Opens the FIFO for writing again.</summary>
    public void OpenWriter() => _writer = OpenForWriting(Path, _inPackets);

    public void Dispose()
    {
        CloseWriter();
        _keptReader?.Dispose();
    }

    private static PacketPipe Make(string path, bool inPackets)
    {
        Check(MakeFifo(path, Convert.ToUInt32("600", 8)));
        return new PacketPipe(path, keptReader: null, OpenForWriting(path, inPackets), inPackets);
    }

    // Read and write: without a reader, opening a FIFO only for writing blocks.
    private static SafeFileHandle OpenForWriting(string path, bool inPackets)
    {
        var writer = new SafeFileHandle(Check(Open(path, ReadWrite | NonBlocking | CloseOnExec, 0)), ownsHandle: true);
        if (inPackets)
            Check(Fcntl(writer, SetFlags, Direct | NonBlocking));
        return writer;
    }

    private static int Check(nint result) =>
        result >= 0 ? (int)result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc.so.6", EntryPoint = "pipe2", SetLastError = true)]
    private static unsafe partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc.so.6", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc.so.6", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc.so.6", EntryPoint = "write", SetLastError = true)]
    private static unsafe partial nint WriteBytes(SafeFileHandle file, byte* bytes, nint length);
}
