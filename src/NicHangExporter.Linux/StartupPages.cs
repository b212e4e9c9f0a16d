using System.Globalization;
using Tmds.Linux;

namespace NicHangExporter.Linux;

/// <summary>Unmaps what only the start of the program needed of its files.</summary>
public static class StartupPages
{
    /// <summary>
    /// Unmaps the pages of the executable and its libraries (madvise(2), MADV_DONTNEED). A page that is used again is
    /// mapped again from the page cache, in which it stays. Only mappings that are not writable and have no page of
    /// their own are touched: relocated data is not in the file.
    /// </summary>
    /// <returns>The KiB that were mapped. 0 if procfs can't be read.</returns>
    public static long Release()
    {
        var released = 0L;
        var candidate = default((nuint Start, nuint End)?);
        var mapped = 0L;
        try
        {
            // Of this process, also where path.procfs is that of the host.
            foreach (var line in File.ReadAllLines("/proc/self/smaps"))
                if (line.StartsWith("Rss:", StringComparison.Ordinal))
                    mapped = KiB(line);
                else if (line.StartsWith("Anonymous:", StringComparison.Ordinal) && candidate is { } range)
                {
                    if (mapped > 0 && KiB(line) == 0 && Advise(range.Start, range.End))
                        released += mapped;
                    candidate = null;
                }
                else if (Mapping(line) is { } next)
                    candidate = next;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return released;
        }
        return released;
    }

    // 55d5c3a27000-55d5c4521000 r-xp 00027000 08:01 1234   /usr/bin/nic-hang-exporter
    private static (nuint Start, nuint End)? Mapping(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [var range, ['r', '-', _, 'p'], _, _, not "0", ['/', ..], ..])
            return null;
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return (Address(range.AsSpan(0, dash)), Address(range.AsSpan(dash + 1)));
    }

    private static nuint Address(ReadOnlySpan<char> text) =>
        nuint.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    // Rss:                9632 kB
    private static long KiB(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    private static unsafe bool Advise(nuint start, nuint end) =>
        LibC.madvise((void*)start, (size_t)(end - start), LibC.MADV_DONTNEED) == 0;
}
