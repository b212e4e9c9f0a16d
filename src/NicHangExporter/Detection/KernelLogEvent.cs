using NicHangExporter.Detection.Episodes;
using NicHangExporter.Detection.Patterns;

namespace NicHangExporter.Detection;

/// <summary>A message of a network driver, or of the core about one, from the kernel log.</summary>
/// <param name="Message">The decoded message.</param>
/// <param name="At"> Its time since boot. History has the record's own time, but never one in the future. A live record
/// has the time of reading, because the clock of the log drifts away from other clocks over weeks. For syslog(2), which
/// is read late, see <see cref="SyslogClock"/>. </param>
/// <param name="IsReplay">It was in the ring before this process could read it. It counts but never makes an episode
/// active.</param>
/// <param name="IsHistory">A replayed record of which it is unknown whether an earlier process has counted it: that one
/// left no position. It counts with the origin history.</param>
/// <param name="Line">The record, for the bundle.</param>
internal readonly record struct KernelLogEvent(
    NicMessage Message, TimeSpan At, bool IsReplay, bool IsHistory, KernelLine Line)
{
    /// <summary>It came through syslog(2), which may leave out further lines of a record.</summary>
    public bool BySyslog { get; init; }

    /// <summary>The kernel wrote it. False for text of user space that --kmsg.accept-untrusted lets in.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>It is live proof that the driver's hardware is stuck (<see cref="NicMessage.ShowsStuckHardware"/>).
    /// Not by syslog(2), which is read late.</summary>
    public bool ShowsStuckHardware =>
        Message.ShowsStuckHardware && this is { IsTrusted: true, IsReplay: false, BySyslog: false };

    /// <summary>What the message counts as; null if it is no hang and no reset.</summary>
    public HangSource? Source => Message.Kind switch
    {
        MessageKind.Hang => HangSource.Driver,
        MessageKind.Watchdog => HangSource.Watchdog,
        // One event is one reset, however many messages the driver has for it.
        MessageKind.Reset when !Message.Pattern.Announces => HangSource.Reset,
        MessageKind.Fatal when Message.Pattern.CountsAsHang => HangSource.Driver,
        _ => null,
    };
}
