namespace NicHangExporter.Metrics;

/// <summary>The reader of the kernel log.</summary>
internal sealed partial class ExporterMetrics
{
    public OwnGauge KmsgUp { get; } =
        Gauge(
            factory, "nichang_kmsg_up",
            "Whether the exporter reads the kernel log, 0 or 1. While 0, hang messages are not seen.");

    public OwnGauge KmsgState { get; } =
        Gauge(
            factory,
            "nichang_kmsg_state",
            "Always 1; the label state is the present state of the kernel log reader: reading, reading_syslog (by "
            + "syslog(2), since /dev/kmsg can't be opened), permission_denied, missing, failed or disabled.",
            "state");

    public OwnCounter KmsgRecords { get; } =
        Counter(
            factory,
            "nichang_kmsg_records_total",
            "Records that the exporter has read from the kernel log; by syslog(2), records of one microsecond count "
            + "as one.");

    public OwnCounter KmsgLost { get; } =
        Counter(
            factory,
            "nichang_kmsg_records_lost_total",
            "Records of the kernel log that the kernel overwrote unread, exact by sequence number; by syslog(2), "
            + "which has no numbers, each gap adds 1. A hang report may have been among the lost records.");

    public OwnCounter KmsgMalformed { get; } =
        Counter(
            factory, "nichang_kmsg_records_malformed_total",
            "Records of the kernel log that are too long or not in the form of Documentation/ABI/testing/dev-kmsg.");

    public OwnCounter KmsgUntrusted { get; } =
        Counter(
            factory,
            "nichang_kmsg_untrusted_hangs_total",
            "Hang messages in the kernel log that user space wrote (facility not 0). Not counted as hangs, except "
            + "with option kmsg.accept-untrusted.");

    public OwnGauge KmsgAcceptUntrusted { get; } =
        Gauge(
            factory,
            "nichang_kmsg_accept_untrusted",
            "Whether option kmsg.accept-untrusted is on, 0 or 1: hang counts may then include messages that user "
            + "space wrote into the kernel log.");
}
