namespace NicHangExporter.Metrics;

/// <summary>The HTTP API, the web server, and alerts from and to Alertmanager.</summary>
internal sealed partial class ExporterMetrics
{
    public OwnGauge ApiCredentialLoaded { get; } =
        Gauge(
            factory,
            "nichang_api_credential_loaded",
            "Whether the file of option api.token-file with that credential name holds a valid token now, 0 or 1. "
            + "Where 0, the log says why.",
            "credential");

    public OwnCounter ApiAuthenticationFailures { get; } =
        Counter(
            factory,
            "nichang_api_authentication_failures_total",
            "API requests rejected for lack of a valid token, by reason: absent, scheme (not Bearer), malformed, "
            + "unknown.",
            "reason");

    public OwnCounter WebAccessRefused { get; } =
        Counter(
            factory,
            "nichang_web_access_refused_total",
            "Requests that option web.config.file refuses, by reason: absent, malformed and wrong (basic "
            + "authentication), busy (too many concurrent password "
            + "checks), certificate (of the client), rate (limit).",
            "reason");

    public OwnGauge WebConfigReloadSuccessful { get; } =
        Optional(
            factory,
            "nichang_web_config_last_reload_successful",
            "Whether the last reading of option web.config.file and of the files named there succeeded, 0 or 1. "
            + "Where 0, the configuration of before stays in force.");

    public OwnGauge WebConfigReloadTimestamp { get; } =
        Optional(
            factory, "nichang_web_config_last_reload_success_timestamp_seconds",
            "When the present configuration of option web.config.file was read, as Unix time in seconds.");

    public OwnGauge WebCertificateNotAfter { get; } =
        Optional(
            factory, "nichang_web_certificate_not_after_timestamp_seconds",
            "When the server's certificate of option web.config.file expires, as Unix time in seconds.");

    public OwnCounter ApiRequests { get; } =
        Counter(
            factory,
            "nichang_api_requests_total",
            "Requests below /api/ by route and HTTP status. Route is the path as docs/reference/api.md writes the "
            + "path, or "
            + "other for a path that does not exist.",
            "route", "status");

    public OwnCounter AlertsReceived { get; } =
        Counter(
            factory,
            "nichang_alerts_received_total",
            "Alerts that Alertmanager has posted to the webhook of the exporter, repetitions included, by verdict. "
            + "docs/how-to/alertmanager.md explains each verdict.",
            "verdict");

    public OwnCounter AlertsTruncated { get; } =
        OptionalCounter(
            factory,
            "nichang_alerts_truncated_total",
            "Alerts that Alertmanager left out of messages to the webhook because the receiver has a max_alerts. "
            + "The exporter never acts on the devices of alerts left out.");

    public OwnCounter AlertsSent { get; } =
        Counter(
            factory,
            "nichang_alerts_sent_total",
            "Alerts of the host's devices that the Alertmanager has accepted from the exporter, counted again each "
            + "minute while the alerts fire.",
            "alertmanager");

    public OwnCounter AlertSendFailures { get; } =
        Counter(
            factory, "nichang_alerts_send_failures_total",
            "Posts of alerts by the exporter that the Alertmanager did not accept.", "alertmanager");

    public OwnGauge AlertsBuffered { get; } =
        Optional(
            factory,
            "nichang_alerts_buffered",
            "Number of alerts of the exporter that wait until an Alertmanager can be reached. Absent without option "
            + "alerting.alertmanagers.");
}
