using System.Collections.Immutable;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// One row of the table: one message of the kernel, as its source writes it. Conversions are referred to by their
/// position in the format, from 0; -1 where the message has no such value.
/// </summary>
/// <param name="id">Stable name of the row, kebab-case.</param>
/// <param name="kind">What the message says.</param>
/// <param name="drivers">The drivers known to print it, by the name in the prefix. The only ones that may, unless <see cref="AnyDriver"/>.</param>
/// <param name="format">The printk format of the first line, without the prefix (see <see cref="MessageFormat"/>).</param>
/// <param name="source">Where in the kernel's source (below drivers/net/ethernet/ unless it says otherwise), or where seen.</param>
internal sealed class HangPattern(string id, MessageKind kind, ImmutableArray<string> drivers, string format, string source)
{
    /// <summary>Stable name of the row, kebab-case.</summary>
    public string Id { get; } = id;

    /// <summary>What the message says.</summary>
    public MessageKind Kind { get; } = kind;

    /// <summary>True for a report of a hang, by the driver or by the core's watchdog.</summary>
    public bool IsHangOrWatchdog => Kind is MessageKind.Hang or MessageKind.Watchdog;

    /// <summary>The drivers known to print it.</summary>
    public ImmutableArray<string> Drivers { get; } = drivers;

    /// <summary>The printk format as written in the table.</summary>
    public string Format { get; } = format;

    /// <summary>Where the kernel prints it.</summary>
    public string Source { get; } = source;

    /// <summary>The format, compiled.</summary>
    public MessageFormat Message { get; } = new(format);

    /// <summary>
    /// The longest name of a process (TASK_COMM_LEN of include/linux/sched.h, without the NUL). The kernel prints it first in
    /// many messages about a process, as in <c>name[123]: segfault at …</c>, and anybody chooses the name of his own processes.
    /// </summary>
    public const int MaxProcessName = 15;

    /// <summary>
    /// True where the message is so short that the name of a process could hold it with the shortest prefix, one letter and a
    /// blank. Such a message is believed only where the prefix says more than an interface (see <see cref="HangDetector"/>).
    /// </summary>
    public bool IsTerse => Message.FixedLength <= MaxProcessName - 2;

    /// <summary>How the kernel names the device in front of it.</summary>
    public PrefixShapes Shapes { get; init; } = PrefixShapes.Netdev;

    /// <summary>True where any driver that prefixes itself may print it: texts of the core, and texts that dozens of drivers share.</summary>
    public bool AnyDriver { get; init; }

    /// <summary>True where nobody else writes like that, so that pasted text may lack the prefix.</summary>
    public bool Distinctive { get; init; }

    /// <summary>True where the text itself says that the driver goes on to reset the adapter.</summary>
    public bool DriverResets { get; init; }

    /// <summary>Of the drivers that print it, those that reset the adapter each time without saying so in this message.</summary>
    public ImmutableArray<string> ResetBy { get; init; } = [];

    /// <summary>True where another message of the driver follows that reports the same reset: the two are one event, and only the other one counts live.</summary>
    public bool Announces { get; init; }

    /// <summary>True where a <see cref="MessageKind.Fatal"/> message is also what this driver says instead of a hang report: live it counts as one.</summary>
    public bool CountsAsHang { get; init; }

    /// <summary>What is wrong with the device; on <see cref="MessageKind.Fatal"/> rows, and only there.</summary>
    public DeviceTrouble Trouble { get; init; }

    /// <summary>True where the kernel prints it at most once a boot, whatever happens afterwards (WARN_ONCE).</summary>
    public bool IsOncePerBoot { get; init; }

    /// <summary>True where register values follow in further lines of the same record (see <see cref="HangReport"/>).</summary>
    public bool HasReport { get; init; }

    /// <summary>Which conversion is the transmit queue.</summary>
    public int QueueAt { get; init; } = -1;

    /// <summary>Which conversion is the time since the last transmission, in ms.</summary>
    public int MillisecondsAt { get; init; } = -1;

    /// <summary>Which conversion is that time in µs.</summary>
    public int MicrosecondsAt { get; init; } = -1;

    /// <summary>Which conversion is the interface.</summary>
    public int DeviceAt { get; init; } = -1;

    /// <summary>Which conversion is the driver.</summary>
    public int DriverAt { get; init; } = -1;

    /// <summary>Which conversion is the interface's former name.</summary>
    public int FormerNameAt { get; init; } = -1;

    /// <summary>True where the message may stand behind that shape. (Enum.HasFlag boxes where the JIT does not optimise.)</summary>
    public bool Takes(PrefixShapes shape) => (Shapes & shape) != 0;

    /// <summary>The id, for test output and logs.</summary>
    public override string ToString() => Id;
}
