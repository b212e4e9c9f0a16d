using System.Runtime.InteropServices;
using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The entries of a directory as raw bytes (getdents64(2)). System.IO loses names that are not UTF-8. Allocates
/// nothing.
/// </summary>
/// <param name="directory">An acquired descriptor, opened for reading, positioned at the start.</param>
/// <param name="buffer">Space for at least one entry: 280 bytes.</param>
internal unsafe ref struct DirectoryEntries(int directory, Span<byte> buffer)
{
    // struct linux_dirent64 (include/linux/dirent.h): u64 d_ino, s64 d_off, u16 d_reclen, u8 d_type, char d_name[].
    private const int RecordLengthOffset = 16;
    private const int NameOffset = 19;

    // __NR_getdents64 (asm/unistd.h). Tmds.LibC has no such call, and glibc has it only since 2.30.
    private static int GetDents64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 61 : 217;

    private readonly Span<byte> _buffer = buffer;
    private Span<byte> _rest;

    /// <summary>The reason why <see cref="MoveNext"/> ended early, or <see cref="Errno.None"/>.</summary>
    internal Errno Error { get; private set; }

    /// <summary>The name of the current entry with its terminating NUL, until the next move.</summary>
    internal ReadOnlySpan<byte> TerminatedName { get; private set; }

    /// <summary>The name of the current entry, until the next move.</summary>
    internal readonly ReadOnlySpan<byte> Name => TerminatedName[..^1];

    /// <summary>True if the current entry is a directory or a link to one.</summary>
    internal readonly bool IsDirectory => FileCalls.TryFindDirectory(directory, TerminatedName) == Errno.None;

    /// <summary>Moves to the next entry. <c>.</c> and <c>..</c> are entries too.</summary>
    internal bool MoveNext()
    {
        if (_rest.IsEmpty && !Fill())
            return false;
        var record = _rest[..MemoryMarshal.Read<ushort>(_rest[RecordLengthOffset..])];
        _rest = _rest[record.Length..];
        var name = record[NameOffset..];
        TerminatedName = name[..(name.IndexOf((byte)0) + 1)];
        return true;
    }

    private bool Fill()
    {
        long length;
        fixed (byte* bytes = _buffer)
            length = (long)LibC.syscall(GetDents64, directory, bytes, _buffer.Length);
        if (length < 0)
            Error = FileDescriptor.LastError;
        _rest = length > 0 ? _buffer[..(int)length] : default;
        return length > 0;
    }
}
