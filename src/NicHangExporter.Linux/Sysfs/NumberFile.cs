using System.Buffers.Text;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// An attribute of sysfs that stays open, for a number that is read often. A read is one system call instead of three.
/// The kernel keeps a page for each open attribute. Any thread may read while another one disposes.
/// </summary>
public sealed class NumberFile : IDisposable
{
    private readonly FileDescriptor _file;

    internal NumberFile(FileDescriptor file) => _file = file;

    /// <summary>Reads an unsigned decimal number.</summary>
    /// <returns>
    /// <see cref="Errno.None"/>; <see cref="Errno.NoDevice"/> if the interface is gone or this object is disposed;
    /// <see cref="Errno.Invalid"/> if the attribute holds no such number; or another error of the kernel.
    /// </returns>
    public Errno TryReadUInt64(out ulong value)
    {
        value = 0;
        Span<byte> text = stackalloc byte[32];
        if (!_file.TryAcquire(out var held))
            return Errno.NoDevice;
        int length;
        using (held)
            if (FileCalls.TryReadAt(held.Number, text, 0, out length) is not Errno.None and var errno)
                return errno;
        text = text[..length].TrimEnd((byte)'\n');
        return Utf8Parser.TryParse(text, out value, out var digits) && digits == text.Length
            ? Errno.None
            : Errno.Invalid;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
