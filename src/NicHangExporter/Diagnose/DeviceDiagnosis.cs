using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose;

/// <summary>The counts of one device in a log. Messages are printk records, not lines.</summary>
internal sealed record DeviceDiagnosis
{
    /// <summary>The interface, by its last name; empty if no line names it.</summary>
    public required InterfaceName Device { get; init; }

    /// <summary>The address on the bus; empty if no line has it.</summary>
    public required BusAddress Bus { get; init; }

    public required string? Driver { get; init; }

    /// <summary>Hang reports of the driver.</summary>
    public required int HangMessages { get; init; }

    /// <summary>NETDEV WATCHDOG reports of the core.</summary>
    public required int WatchdogMessages { get; init; }

    /// <summary>Reset messages of the driver, without those that are part of a hang report.</summary>
    public required int ResetMessages { get; init; }

    /// <summary>The resets that these messages report. Drivers write several lines for one reset.</summary>
    public required int Resets { get; init; }

    /// <summary>Times that the link went down, if the driver prints it.</summary>
    public required int LinkDowns { get; init; }

    /// <summary>Times that the link came up.</summary>
    public required int LinkUps { get; init; }

    /// <summary>Faults of the device or its firmware, in the order of the log.</summary>
    public required IReadOnlyList<DeviceFault> Faults { get; init; }

    /// <summary>The number of hang episodes.</summary>
    public required int Episodes { get; init; }

    /// <summary>The worst shape of all episodes.</summary>
    public required HangShape Shape { get; init; }

    /// <summary>The duration of the longest episode.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>The last registers that the driver printed, or null.</summary>
    public required HangReport? LastReport { get; init; }

    /// <summary>
    /// True if the log has no times. It is then unknown whether the device recovered between reports.
    /// </summary>
    public required bool IsTimeless { get; init; }

    /// <summary>
    /// True if its report is of the form that older kernels print once per boot, for all NICs together.
    /// </summary>
    public bool IsOnlyReportOfBoot { get; init; }

    /// <summary>True if the log reports a hang.</summary>
    public bool HasHang => HangMessages + WatchdogMessages > 0;

    /// <summary>True if any count is above zero.</summary>
    public bool HasAnything => HasHang || Faults.Count > 0 || ResetMessages + LinkDowns + LinkUps > 0;
}

/// <summary>A fault of a device in the log that is not a transmit hang.</summary>
/// <param name="Trouble">The kind of fault.</param>
/// <param name="Format">The first message of the fault, as the kernel's printk format.</param>
/// <param name="Messages">The number of messages.</param>
/// <param name="DriverResets">True if each message says that the driver resets the device.</param>
internal sealed record DeviceFault(DeviceTrouble Trouble, string Format, int Messages, bool DriverResets);
