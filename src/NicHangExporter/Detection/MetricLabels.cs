using NicHangExporter.Detection.Episodes;

namespace NicHangExporter.Detection;

/// <summary>The label values of enumerations. They are part of the metrics' interface, so they are written out and not
/// derived from C# names.</summary>
internal static class MetricLabels
{
    public const string Live = "live";
    public const string History = "history";

    /// <summary>The sources of <c>nichang_hang_events_total</c>.</summary>
    public static readonly HangSource[] Sources =
        [HangSource.Driver, HangSource.Watchdog, HangSource.TxTimeout, HangSource.TxStall];

    /// <summary>The origins that events of a source can have: only the kernel log has a history.</summary>
    public static string[] Origins(HangSource source) =>
        source is HangSource.TxTimeout or HangSource.TxStall ? [Live] : [Live, History];

    public static string Of(HangShape shape) => shape switch
    {
        HangShape.Wedge => "wedge",
        HangShape.Flap => "flap",
        HangShape.SilentStall => "stall",
        HangShape.Paused => "paused",
        _ => "unknown",
    };

    public static string Of(HangSource source) => source switch
    {
        HangSource.Driver => "driver",
        HangSource.Watchdog => "watchdog",
        HangSource.TxTimeout => "tx_timeout",
        HangSource.TxStall => "tx_stall",
        HangSource.Paused => "paused",
        _ => "reset",
    };

    public static string Of(KmsgState state) => state switch
    {
        KmsgState.Reading => "reading",
        KmsgState.ReadingSyslog => "reading_syslog",
        KmsgState.PermissionDenied => "permission_denied",
        KmsgState.Missing => "missing",
        KmsgState.Failed => "failed",
        _ => "disabled",
    };
}
