using NicHangExporter.Detection.Patterns;
using NicHangExporter.Linux;

namespace NicHangExporter.Diagnose;

/// <summary>
/// The messages of one device so far. All messages are kept in short form, because a later line can show that two of
/// these objects are one device.
/// </summary>
internal sealed class DeviceLogSummary
{
    private readonly List<Statement> _statements = [];

    public InterfaceName Device { get; set; }

    public BusAddress Bus { get; set; }

    public string? Driver { get; private set; }

    /// <summary>The position in the log of the first message.</summary>
    public long First { get; private set; } = long.MaxValue;

    /// <summary>The position in the log of the last message.</summary>
    public long Latest { get; private set; }

    public HangReport? LastReport { get; private set; }

    /// <summary>True if the log reports a hang, a reset or a fault of the device.</summary>
    public bool HasTrouble =>
        _statements.Exists(statement => statement.IsReport || statement.IsReset || statement.Kind == MessageKind.Fatal);

    /// <summary>True if messages of that driver can be about this device.</summary>
    public bool MayBe(string? driver) =>
        driver is null
        || Driver is null
        || driver == Driver
        || driver.StartsWith("mlx4_", StringComparison.Ordinal) && Driver.StartsWith("mlx4_", StringComparison.Ordinal);

    /// <param name="message">The message.</param>
    /// <param name="at">Its time.</param>
    /// <param name="position">Its position in the log.</param>
    /// <param name="boot">The boot in which it was printed, counted from 0.</param>
    public void Add(in NicMessage message, TimeSpan at, long position, int boot)
    {
        See(message.Driver, position);
        LastReport = message.Report ?? LastReport;
        _statements.Add(new Statement
        {
            Position = position,
            At = at,
            Boot = boot,
            Pattern = message.Pattern,
            DriverResets = message.DriverResets,
            Queue = message.Queue ?? -1,
            Milliseconds = message.Milliseconds ?? -1,
            StuckSince = message.Report?.TimeStamp ?? 0,
        });
    }

    /// <summary>Sets the driver without counting a message.</summary>
    public void See(string? driver, long position)
    {
        // mlx4_core drives the function on the bus, mlx4_en the interface.
        if (driver is not null && Driver != "mlx4_en") Driver = driver;
        First = Math.Min(First, position);
        Latest = Math.Max(Latest, position);
    }

    /// <summary>Adds the messages of another object that is the same device.</summary>
    public void Absorb(DeviceLogSummary other)
    {
        if (Device.IsEmpty) Device = other.Device;
        if (Bus.IsEmpty) Bus = other.Bus;
        if (other.Driver is not null) See(other.Driver, other.Latest);
        LastReport = other.Latest > Latest ? other.LastReport ?? LastReport : LastReport ?? other.LastReport;
        First = Math.Min(First, other.First);
        Latest = Math.Max(Latest, other.Latest);
        _statements.AddRange(other._statements);
    }

    /// <summary>The boot of each report of the core's watchdog.</summary>
    public IEnumerable<int> WatchdogBoots =>
        _statements.Where(statement => statement.Kind == MessageKind.Watchdog).Select(statement => statement.Boot);

    /// <summary>True if it has a report of the core that older kernels print once per boot.</summary>
    public bool HasReportOfOldKernel => _statements.Exists(statement => statement.Pattern.IsOncePerBoot);

    /// <summary>Counts the messages.</summary>
    /// <param name="gap">A silence longer than this ends an episode.</param>
    public DeviceDiagnosis Diagnose(TimeSpan gap)
    {
        _statements.Sort((left, right) => left.Position.CompareTo(right.Position));
        var episodes = RetrospectiveEpisodes.Read(_statements, gap);
        // An IPoIB interface has mlx4_core for its parent too, but no mlx4_en.
        var isEthernet = !Device.IsEmpty && !Device.ToString().StartsWith("ib", StringComparison.Ordinal);
        return new DeviceDiagnosis
        {
            Device = Device,
            Bus = Bus,
            Driver = Driver == "mlx4_core" && isEthernet ? "mlx4_en" : Driver,
            HangMessages = Count(MessageKind.Hang),
            WatchdogMessages = Count(MessageKind.Watchdog),
            ResetMessages = _statements.Count(statement => statement.IsReset),
            Resets = episodes.Resets,
            LinkDowns = Count(MessageKind.LinkDown),
            LinkUps = Count(MessageKind.LinkUp),
            Faults = Faults(),
            Episodes = episodes.Count,
            Shape = episodes.Shape,
            Longest = episodes.Longest,
            IsTimeless = _statements.TrueForAll(statement => statement.At == TimeSpan.Zero),
            LastReport = LastReport,
        };
    }

    /// <summary>The faults in the order of their first messages, each with the text of its first message.</summary>
    private DeviceFault[] Faults() =>
    [
        .. _statements.Where(statement => statement.Kind == MessageKind.Fatal)
            .GroupBy(statement => statement.Pattern.Trouble)
                .Select(fault => new DeviceFault(
                    fault.Key, fault.First().Pattern.Format, fault.Count(),
                    fault.All(statement => statement.DriverResets))),
    ];

    private int Count(MessageKind kind) => _statements.Count(statement => statement.Kind == kind);

    /// <summary>The short form of one message.</summary>
    internal readonly record struct Statement
    {
        public required long Position { get; init; }

        public required TimeSpan At { get; init; }

        /// <summary>The boot, counted from 0.</summary>
        public required int Boot { get; init; }

        public required HangPattern Pattern { get; init; }

        public MessageKind Kind => Pattern.Kind;

        /// <summary>The id of the row in the table.</summary>
        public string Row => Pattern.Id;

        public required bool DriverResets { get; init; }

        /// <summary>-1 if the message names no queue.</summary>
        public required int Queue { get; init; }

        /// <summary>The time since the last transmission in the message; -1 without one.</summary>
        public required long Milliseconds { get; init; }

        /// <summary>jiffies when the stuck packet was queued; 0 if unknown.</summary>
        public required ulong StuckSince { get; init; }

        public bool IsReset => Kind == MessageKind.Reset || Kind == MessageKind.Fatal && DriverResets;

        public bool IsRecovery => Kind == MessageKind.Recovered;

        public bool IsReport => Kind is MessageKind.Hang or MessageKind.Watchdog;
    }
}
