namespace NicHangExporter.Diagnose.LogText;

/// <summary>The system whose log a text is.</summary>
internal enum LogSystem
{
    /// <summary>The text does not say.</summary>
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
/// Tells by the words of its lines which system wrote a log. What only Linux writes outweighs everything else: a Linux log may
/// quote another system's.
/// </summary>
internal sealed class LogSystemCount
{
    private static readonly (LogSystem System, byte[] Mark)[] Marks =
    [
        (LogSystem.Linux, "Linux version "u8.ToArray()), (LogSystem.Linux, "NETDEV WATCHDOG: "u8.ToArray()),
        (LogSystem.Bsd, "FreeBSD"u8.ToArray()), (LogSystem.Bsd, "OpenBSD"u8.ToArray()), (LogSystem.Bsd, "NetBSD"u8.ToArray()),
        (LogSystem.Bsd, " /bsd: "u8.ToArray()), (LogSystem.Bsd, ": link state changed to "u8.ToArray()),
        (LogSystem.Bsd, ": watchdog timeout"u8.ToArray()), (LogSystem.Bsd, ": Watchdog timeout"u8.ToArray()),
        (LogSystem.Esxi, " vmkernel: "u8.ToArray()), (LogSystem.Esxi, " vmkwarning: "u8.ToArray()), (LogSystem.Esxi, " vobd: "u8.ToArray()),
        (LogSystem.Esxi, "VMkernel"u8.ToArray()), (LogSystem.Esxi, "vmnic0: "u8.ToArray()),
        (LogSystem.Windows, "Event ID"u8.ToArray()), (LogSystem.Windows, "EventID"u8.ToArray()), (LogSystem.Windows, "Log Name:"u8.ToArray()),
        (LogSystem.Windows, "Microsoft-Windows-"u8.ToArray()), (LogSystem.Windows, "Provider Name="u8.ToArray()),
        (LogSystem.MacOs, "Darwin Kernel Version"u8.ToArray()), (LogSystem.MacOs, " kernel[0]: "u8.ToArray()), (LogSystem.MacOs, "com.apple."u8.ToArray()),
        (LogSystem.MacOs, "AppleEthernet"u8.ToArray()),
    ];

    private readonly int[] _lines = new int[Enum.GetValues<LogSystem>().Length];

    /// <summary>Takes in a line that is known to be of a system.</summary>
    public void Add(LogSystem system) => _lines[(int)system]++;

    /// <summary>Takes in a line of text.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        foreach (var (system, mark) in Marks)
            if (line.IndexOf(mark) >= 0)
            {
                Add(system);
                return;
            }
    }

    /// <summary>The system, as far as the lines so far tell.</summary>
    public LogSystem Conclude()
    {
        if (_lines[(int)LogSystem.Linux] > 0) return LogSystem.Linux;
        var most = Array.IndexOf(_lines, _lines.Max());
        return _lines[most] == 0 ? LogSystem.Unknown : (LogSystem)most;
    }
}
