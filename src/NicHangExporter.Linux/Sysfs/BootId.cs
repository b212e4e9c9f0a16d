using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// The id of this boot (<c>sys/kernel/random/boot_id</c> in procfs, drivers/char/random.c). Record numbers of kmsg are
/// comparable only within one boot. A machine that is restored or cloned from a snapshot keeps the id.
/// </summary>
public static class BootId
{
    private const int Length = 36;

    /// <param name="procfsRoot">Where procfs is mounted: <c>/proc</c>, or the host's in a container.</param>
    /// <returns>
    /// 36 characters: 8-4-4-4-12 hexadecimal digits. Null if the file can't be read or has another form.
    /// </returns>
    public static string? Read(string procfsRoot)
    {
        ArgumentNullException.ThrowIfNull(procfsRoot);
        var path = FileDescriptor.TerminatedPath(Path.Join(procfsRoot, "sys/kernel/random/boot_id"));
        Span<byte> text = stackalloc byte[Length];
        var errno = FileReader.TryReadText(LibC.AT_FDCWD, path, text, out var length);
        if (errno != Errno.None || length != Length)
            return null;
        for (var i = 0; i < Length; i++)
            if (i is 8 or 13 or 18 or 23 ? text[i] != '-' : !char.IsAsciiHexDigit((char)text[i]))
                return null;
        return KernelText.Escape(text);
    }
}
