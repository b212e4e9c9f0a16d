using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose.LogText;

/// <summary>The system that wrote a log.</summary>
internal enum LogSystem
{
    /// <summary>Unknown.</summary>
    Unknown,
    /// <summary>Linux.</summary>
    Linux,
    /// <summary>FreeBSD, OpenBSD or NetBSD.</summary>
    Bsd,
    /// <summary>The vmkernel of VMware ESXi.</summary>
    Esxi,
    /// <summary>Windows.</summary>
    Windows,
    /// <summary>macOS.</summary>
    MacOs,
}

/// <summary>
/// Determines the system that wrote a log from words in its lines. Text that only Linux writes decides: a Linux log may
/// quote another system's log.
/// </summary>
internal sealed class LogSystemCount
{
    private static readonly (LogSystem System, byte[] Mark)[] Marks =
    [
        (LogSystem.Linux, "Linux version "u8.ToArray()), (LogSystem.Linux, "NETDEV WATCHDOG: "u8.ToArray()),
        (LogSystem.Bsd, "FreeBSD"u8.ToArray()),
        (LogSystem.Bsd, "OpenBSD"u8.ToArray()),
        (LogSystem.Bsd, "NetBSD"u8.ToArray()),
        (LogSystem.Bsd, " /bsd: "u8.ToArray()), (LogSystem.Bsd, ": link state changed to "u8.ToArray()),
        (LogSystem.Bsd, ": watchdog timeout"u8.ToArray()), (LogSystem.Bsd, ": Watchdog timeout"u8.ToArray()),
        (LogSystem.Esxi, " vmkernel: "u8.ToArray()),
        (LogSystem.Esxi, " vmkwarning: "u8.ToArray()),
        (LogSystem.Esxi, " vobd: "u8.ToArray()),
        (LogSystem.Esxi, "VMkernel"u8.ToArray()), (LogSystem.Esxi, "vmnic0: "u8.ToArray()),
        (LogSystem.Windows, "Event ID"u8.ToArray()),
        (LogSystem.Windows, "EventID"u8.ToArray()),
        (LogSystem.Windows, "Log Name:"u8.ToArray()),
        (LogSystem.Windows, "Microsoft-Windows-"u8.ToArray()), (LogSystem.Windows, "Provider Name="u8.ToArray()),
        (LogSystem.MacOs, "Darwin Kernel Version"u8.ToArray()),
        (LogSystem.MacOs, " kernel[0]: "u8.ToArray()),
        (LogSystem.MacOs, "com.apple."u8.ToArray()),
        (LogSystem.MacOs, "AppleEthernet"u8.ToArray()),
    ];

    private readonly int[] _lines = new int[Enum.GetValues<LogSystem>().Length];

    /// <summary>Counts a line of a known system.</summary>
    public void Add(LogSystem system) => _lines[(int)system]++;

    /// <summary>Counts a line of text.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        foreach (var (system, mark) in Marks)
            if (line.IndexOf(mark) >= 0)
            {
                Add(system);
                return;
            }
    }

    /// <summary>The system, as far as the lines show it.</summary>
    public LogSystem Conclude()
    {
        if (_lines[(int)LogSystem.Linux] > 0) return LogSystem.Linux;
        var most = Array.IndexOf(_lines, _lines.Max());
        return _lines[most] == 0 ? LogSystem.Unknown : (LogSystem)most;
    }
}
