using NicHangExporter.Linux;

namespace NicHangExporter.Detection.Patterns;

/// <summary>One message of the kernel about a network device, as far as its text tells.</summary>
internal readonly record struct NicMessage
{
    /// <summary>The row that it matched.</summary>
    public required HangPattern Pattern { get; init; }

    /// <summary>What it says.</summary>
    public MessageKind Kind => Pattern.Kind;

    /// <summary>True where live detection counts it as a report of a hang.</summary>
    public bool ReportsHang => Kind is MessageKind.Hang or MessageKind.Watchdog || Pattern.CountsAsHang;

    /// <summary>True where the driver resets the adapter because of what it reports here, without a message of its own for the reset.</summary>
    public bool DriverResets => Pattern.DriverResets || Driver is not null && Pattern.ResetBy.Contains(Driver);

    /// <summary>The driver as the kernel names it in the text: the bus driver, which is not always ethtool's; null where nothing tells.</summary>
    public string? Driver { get; init; }

    /// <summary>The device's address on its bus; empty where the text and the record's dictionary have none.</summary>
    public BusAddress Bus { get; init; }

    /// <summary>The interface's name when the message was printed; empty where the text has none.</summary>
    public InterfaceName Device { get; init; }

    /// <summary>The name it had before, in a <see cref="MessageKind.Renamed"/> message.</summary>
    public InterfaceName FormerDevice { get; init; }

    /// <summary>The transmit queue.</summary>
    public int? Queue { get; init; }

    /// <summary>For how long nothing was transmitted, in ms, whether the core or the driver says so. The kernel's own value: it can be absurd.</summary>
    public long? Milliseconds { get; init; }

    /// <summary>The registers in the further lines of the record.</summary>
    public HangReport? Report { get; init; }
}
