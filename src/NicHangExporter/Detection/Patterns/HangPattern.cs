using System.Collections.Immutable;

namespace NicHangExporter.Detection.Patterns;

/// <summary>
/// One row of the table: one kernel message, as in the kernel's source. Conversions are identified by their position in
/// the format, from 0; -1 if the message has no such value.
/// </summary>
/// <param name="id">Stable name of the row, kebab-case.</param>
/// <param name="kind">What the message says.</param>
/// <param name="drivers">The drivers known to print it, by the name in the prefix. No other driver matches, unless
/// <see cref="AnyDriver"/>.</param>
/// <param name="format">The printk format of the first line, without the prefix (see
/// <see cref="MessageFormat"/>).</param>
/// <param name="source">The place in the kernel's source (below drivers/net/ethernet/ unless it says otherwise), or
/// where it was seen.</param>
internal sealed class HangPattern(
    string id, MessageKind kind, ImmutableArray<string> drivers, string format, string source)
{
    /// <summary>Stable name of the row, kebab-case.</summary>
    public string Id { get; } = id;

    /// <summary>The kind of message.</summary>
    public MessageKind Kind { get; } = kind;

    /// <summary>True for a report of a hang, by the driver or by the core's watchdog.</summary>
    public bool IsHangOrWatchdog => Kind is MessageKind.Hang or MessageKind.Watchdog;

    /// <summary>The drivers known to print it.</summary>
    public ImmutableArray<string> Drivers { get; } = drivers;

    /// <summary>The printk format in the table.</summary>
    public string Format { get; } = format;

    /// <summary>The place in the kernel's source.</summary>
    public string Source { get; } = source;

    /// <summary>The compiled format.</summary>
    public MessageFormat Message { get; } = new(format);

    /// <summary>
    /// The maximum length of a process name (TASK_COMM_LEN of include/linux/sched.h, without the NUL). Many kernel
    /// messages start with a process name, as in <c>name[123]: segfault at …</c>, and every user can choose it.
    /// </summary>
    public const int MaxProcessName = 15;

    /// <summary>
    /// True if the message is so short that a process name could hold it with the shortest prefix, one letter and a
    /// blank. Such a message counts only if the prefix names more than an interface (see <see cref="HangDetector"/>).
    /// </summary>
    public bool IsTerse => Message.FixedLength <= MaxProcessName - 2;

    /// <summary>The prefixes that the message can follow.</summary>
    public PrefixShapes Shapes { get; init; } = PrefixShapes.Netdev;

    /// <summary>
    /// True if any driver with a prefix may print it: texts of the core, and texts that many drivers share.
    /// </summary>
    public bool AnyDriver { get; init; }

    /// <summary>True if the text is unique, so that pasted text may lack the prefix.</summary>
    public bool Distinctive { get; init; }

    /// <summary>True if the text says that the driver resets the adapter.</summary>
    public bool DriverResets { get; init; }

    /// <summary>The drivers that reset the adapter with each of these messages without saying so in the text.</summary>
    public ImmutableArray<string> ResetBy { get; init; } = [];

    /// <summary>
    /// The drivers that print it only if their hardware says that no pause frame holds the packets (STATUS.TXOFF), and
    /// that reset nothing themselves because of it.
    /// </summary>
    public ImmutableArray<string> PauseRuledOutBy { get; init; } = [];

    /// <summary>
    /// True if the driver prints it after a check of its own that pause frames do not trigger. Most drivers print a
    /// hang report in <c>ndo_tx_timeout</c>, which the core's watchdog also calls because of pause frames.
    /// </summary>
    public bool IsOwnCheck { get; init; }

    /// <summary>
    /// True if another message of the driver about the same reset follows. The two are one event, and only the other
    /// message counts live.
    /// </summary>
    public bool Announces { get; init; }

    /// <summary>
    /// True if the driver prints this <see cref="MessageKind.Fatal"/> message instead of a hang report. It then counts
    /// as a hang live.
    /// </summary>
    public bool CountsAsHang { get; init; }

    /// <summary>The fault of the device. Set on all <see cref="MessageKind.Fatal"/> rows and only there.</summary>
    public DeviceTrouble Trouble { get; init; }

    /// <summary>True if the kernel prints it at most once per boot (WARN_ONCE).</summary>
    public bool IsOncePerBoot { get; init; }

    /// <summary>
    /// True if register values follow in further lines of the same record (see <see cref="HangReport"/>).
    /// </summary>
    public bool HasReport { get; init; }

    /// <summary>The conversion with the transmit queue.</summary>
    public int QueueAt { get; init; } = -1;

    /// <summary>The conversion with the time since the last transmission, in ms.</summary>
    public int MillisecondsAt { get; init; } = -1;

    /// <summary>The conversion with that time in µs.</summary>
    public int MicrosecondsAt { get; init; } = -1;

    /// <summary>The conversion with the interface.</summary>
    public int DeviceAt { get; init; } = -1;

    /// <summary>The conversion with the driver.</summary>
    public int DriverAt { get; init; } = -1;

    /// <summary>The conversion with the interface's former name.</summary>
    public int FormerNameAt { get; init; } = -1;

    /// <summary>
    /// True if the message can follow that prefix. (Enum.HasFlag boxes if the JIT does not optimise.)
    /// </summary>
    public bool Takes(PrefixShapes shape) => (Shapes & shape) != 0;

    public override string ToString() => Id;
}
