using NicHangExporter.Linux;

namespace NicHangExporter.Detection.Patterns;

/// <summary>One kernel message about a network device.</summary>
internal readonly record struct NicMessage
{
    /// <summary>The matched row.</summary>
    public required HangPattern Pattern { get; init; }

    /// <summary>The kind of message.</summary>
    public MessageKind Kind => Pattern.Kind;

    /// <summary>True if live detection counts it as a report of a hang.</summary>
    public bool ReportsHang => Kind is MessageKind.Hang or MessageKind.Watchdog || Pattern.CountsAsHang;

    /// <summary>
    /// True if the driver resets the adapter because of this report, without a separate message about the reset.
    /// </summary>
    public bool DriverResets => Pattern.DriverResets || Driver is not null && Pattern.ResetBy.Contains(Driver);

    /// <summary>True for a report of the driver that pause frames have not caused.</summary>
    public bool IsOwnCheck => Pattern.IsOwnCheck || Kind == MessageKind.Fatal;

    /// <summary>
    /// True if the driver has looked at its hardware: no pause frame holds the packets, and the hardware has not
    /// processed all that it was given. If head and tail are equal, only the clean-up is late.
    /// </summary>
    public bool ShowsStuckHardware =>
        Driver is not null && Pattern.PauseRuledOutBy.Contains(Driver)
        && Report is { Head: { } head, Tail: { } tail } && head != tail;

    /// <summary>The driver in the text: the bus driver, which can differ from ethtool's; null if unknown.</summary>
    public string? Driver { get; init; }

    /// <summary>The device's address on its bus; empty if neither text nor dictionary has it.</summary>
    public BusAddress Bus { get; init; }

    /// <summary>The interface's name when the message was printed; empty if the text has none.</summary>
    public InterfaceName Device { get; init; }

    /// <summary>The name it had before, in a <see cref="MessageKind.Renamed"/> message.</summary>
    public InterfaceName FormerDevice { get; init; }

    /// <summary>The transmit queue.</summary>
    public int? Queue { get; init; }

    /// <summary>
    /// The time without transmission in ms, as the core or the driver reports it. The kernel's value can be invalid.
    /// </summary>
    public long? Milliseconds { get; init; }

    /// <summary>The registers in the further lines of the record.</summary>
    public HangReport? Report { get; init; }
}
