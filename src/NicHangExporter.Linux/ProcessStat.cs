using System.Buffers.Text;

namespace NicHangExporter.Linux;

/// <summary>Numbers of this process from <c>/proc/self/stat</c> (proc_pid_stat(5)).</summary>
/// <param name="UserTicks">CPU time in user mode, in ticks of USER_HZ.</param>
/// <param name="SystemTicks">CPU time in the kernel, in ticks of USER_HZ.</param>
/// <param name="Threads">The number of threads.</param>
/// <param name="StartTicks">Ticks of USER_HZ from boot to the start of the process.</param>
/// <param name="VirtualBytes">Virtual memory.</param>
/// <param name="ResidentPages">Resident memory.</param>
public readonly record struct ProcessStat(
    ulong UserTicks, ulong SystemTicks, ulong Threads, ulong StartTicks, ulong VirtualBytes, ulong ResidentPages)
{
    // Positions in the list of proc_pid_stat(5), which begins with 1.
    private const int FirstAfterName = 3;
    private const int UserField = 14;
    private const int SystemField = 15;
    private const int ThreadsField = 20;
    private const int StartField = 22;
    private const int VirtualField = 23;
    private const int ResidentField = 24;

    /// <summary>Reads the content of the file. Allocates nothing.</summary>
    /// <returns>False if the content is not in the form of proc_pid_stat(5).</returns>
    public static bool TryParse(ReadOnlySpan<byte> text, out ProcessStat stat)
    {
        stat = default;
        // The program name is in parentheses and may hold any character, including parentheses and blanks.
        var end = text.LastIndexOf((byte)')');
        if (end < 0 || end + 2 > text.Length)
            return false;
        Span<ulong> fields = stackalloc ulong[ResidentField + 1];
        var rest = text[(end + 2)..];
        for (var field = FirstAfterName; field <= ResidentField; field++)
        {
            var length = rest.IndexOf((byte)' ');
            if (length < 0)
                return false;
            // Fields that are not used may be negative, or a letter.
            var isNumber = Utf8Parser.TryParse(rest[..length], out fields[field], out var used) && used == length;
            if (!isNumber && field is UserField or SystemField or ThreadsField or >= StartField)
                return false;
            rest = rest[(length + 1)..];
        }
        stat = new ProcessStat(fields[UserField], fields[SystemField], fields[ThreadsField], fields[StartField],
            fields[VirtualField], fields[ResidentField]);
        return true;
    }
}
