using System.Globalization;
using Tmds.Linux;

namespace NicHangExporter.Linux.Sysfs;

/// <summary>
/// Identifies a process by its number and its start time (fields 1 and 22 of <c>/proc/PID/stat</c>, proc_pid_stat(5)),
/// as in <c>1234:56789</c>, because numbers are reused. It is valid within one boot and one PID namespace.
/// </summary>
public static class ProcessIdentity
{
    /// <summary>Far more than the 52 numbers of the file need. The name in it has at most 64 bytes.</summary>
    private const int MaxLength = 2048;

    private const int StartField = 22;

    /// <summary>The identity of this process; null if procfs can't be read.</summary>
    /// <param name="procfsRoot">Where procfs is mounted.</param>
    public static string? Read(string procfsRoot) => Read(procfsRoot, "self");

    /// <summary>True if the process of that identity is running. False if procfs can't be read.</summary>
    /// <param name="procfsRoot">Where procfs is mounted.</param>
    /// <param name="identity">The result of <see cref="Read(string)"/> in that process.</param>
    public static bool IsAlive(string procfsRoot, string identity)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Split(':') is [{ Length: > 0 and < 12 } pid, _]
            && pid.All(char.IsAsciiDigit)
            && Read(procfsRoot, pid) == identity;
    }

    private static string? Read(string procfsRoot, string process)
    {
        ArgumentNullException.ThrowIfNull(procfsRoot);
        Span<byte> buffer = stackalloc byte[MaxLength];
        var path = FileDescriptor.TerminatedPath(Path.Join(procfsRoot, process, "stat"));
        if (FileReader.TryReadText(LibC.AT_FDCWD, path, buffer, out var length) != Errno.None)
            return null;
        // The program name is in parentheses and may hold any character, including parentheses and newlines.
        var text = KernelText.Escape(buffer[..length]);
        var (pid, end) = (text.Split(' ')[0], text.LastIndexOf(')'));
        var fields = end < 0 ? [] : text[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // The first field after the name is field 3.
        return
            fields.Length > StartField - 3
            && long.TryParse(pid, CultureInfo.InvariantCulture, out _)
            && ulong.TryParse(fields[StartField - 3], CultureInfo.InvariantCulture, out _)
            ? $"{pid}:{fields[StartField - 3]}"
            : null;
    }
}
