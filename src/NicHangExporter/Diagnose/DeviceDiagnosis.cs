using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose;

/// <summary>What a log says of one device, in numbers. Messages are printk records, not lines.</summary>
internal sealed record DeviceDiagnosis
{
    /// <summary>The interface, by its last name; empty where no line names it.</summary>
    public required InterfaceName Device { get; init; }

    /// <summary>The address on the bus; empty where no line has it.</summary>
    public required BusAddress Bus { get; init; }

    /// <summary>The driver, or null.</summary>
    public required string? Driver { get; init; }

    /// <summary>The driver's own hang reports.</summary>
    public required int HangMessages { get; init; }

    /// <summary>The core's NETDEV WATCHDOG reports.</summary>
    public required int WatchdogMessages { get; init; }

    /// <summary>The driver's announcements of resets, but for those that a hang report makes in the same message.</summary>
    public required int ResetMessages { get; init; }

    /// <summary>The resets that they make: drivers write several lines of one.</summary>
    public required int Resets { get; init; }

    /// <summary>Times that the link went down, as far as the driver prints it.</summary>
    public required int LinkDowns { get; init; }

    /// <summary>Times that the link came up.</summary>
    public required int LinkUps { get; init; }

    /// <summary>Faults of the device or its firmware, in the order of the log.</summary>
    public required IReadOnlyList<DeviceFault> Faults { get; init; }

    /// <summary>How many episodes the hang and watchdog messages make.</summary>
    public required int Episodes { get; init; }

    /// <summary>The worst shape that an episode had.</summary>
    public required HangShape Shape { get; init; }

    /// <summary>The longest episode.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>The last registers that the driver printed, or null.</summary>
    public required HangReport? LastReport { get; init; }

    /// <summary>
    /// True where the log has no times: nothing tells whether it recovered between reports, or whether they are of one moment.
    /// </summary>
    public required bool IsTimeless { get; init; }

    /// <summary>True where its report is the one that an older kernel prints in a whole boot, for all NICs together.</summary>
    public bool IsOnlyReportOfBoot { get; init; }

    /// <summary>True where a hang is reported at all.</summary>
    public bool HasHang => HangMessages + WatchdogMessages > 0;

    /// <summary>True where something was counted.</summary>
    public bool HasAnything => HasHang || Faults.Count > 0 || ResetMessages + LinkDowns + LinkUps > 0;
}

/// <summary>A fault of a device that the log reports and that is no transmit hang.</summary>
/// <param name="Trouble">What is wrong.</param>
/// <param name="Format">The first message of it, as the kernel's printk format.</param>
/// <param name="Messages">How many messages say so.</param>
/// <param name="DriverResets">True where each of them says that the driver resets the device.</param>
internal sealed record DeviceFault(DeviceTrouble Trouble, string Format, int Messages, bool DriverResets);
