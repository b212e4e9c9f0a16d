using System.Collections.Immutable;
using NicHangExporter.Api.Auth;
using NicHangExporter.Hosting;
using NicHangExporter.Logging;
using NicHangExporter.Metrics;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Text;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// The webhook for Alertmanager. It answers within a second: 200 with a verdict on each alert of a valid message, and
/// 503 if a repetition can succeed, which Alertmanager sends within seconds. Never 3xx, 408 or 429: Alertmanager
/// follows redirects without the body, and does not repeat the others before the next interval.
/// </summary>
internal sealed partial class AlertmanagerWebhook : IDisposable
{
    /// <summary>
    /// How many alerts a minute have a log line of their own: a client of Alertmanager must not be able to fill the
    /// disk.
    /// </summary>
    public const int MostLines = 20;

    private readonly AlertIntake _intake;
    private readonly ExporterMetrics _metrics;
    private readonly ILogger<AlertmanagerWebhook> _logger;
    private readonly MessageBody _bodies = new();
    private readonly RecentAlertLog _said = new(BoundedAlerts.Most);
    private readonly LogThrottle _lines;
    private readonly Lock _lock = new();
    private readonly LogThrottle _unsaid;
    private readonly LogThrottle _truncations;
    private readonly LogThrottle _foreign;
    private readonly LogThrottle _refusals;

    public AlertmanagerWebhook(AlertIntake intake, ExporterMetrics metrics, TimeProvider clock,
        ILogger<AlertmanagerWebhook> logger)
    {
        (_intake, _metrics, _logger, _lines) = (intake, metrics, logger, new LogThrottle(clock, MostLines));
        (_unsaid, _truncations, _foreign, _refusals) = (new LogThrottle(clock), new LogThrottle(clock),
            new LogThrottle(clock), new LogThrottle(clock));
    }

    /// <summary>
    /// Publishes the series with value 0, so that the first alert is an increase. Without a webhook they would be
    /// noise.
    /// </summary>
    public void PublishSeries()
    {
        foreach (var verdict in Enum.GetValues<AlertVerdict>())
            _metrics.AlertsReceived.WithLabels(SnakeCase.Of(verdict)).Publish();
        _metrics.AlertsTruncated.Publish();
    }

    /// <summary>POST /api/v1/alertmanager.</summary>
    public Task<ApiResult> HandleAsync(HttpContext context, Caller caller) => _bodies.ReadAsync(context, async body =>
    {
        var (message, fault) = MessageReader.Read(body.Span);
        return fault is not null
            ? ApiResult.Problem(fault.Problem, fault.Detail)
            : await AnswerAsync(message!, caller.Name);
    });

    /// <inheritdoc/>
    public void Dispose() => _bodies.Dispose();

    private async Task<ApiResult> AnswerAsync(AlertmanagerMessage message, string actor)
    {
        var answer = await _intake.TakeAsync(message, actor);
        if (answer.Refusal is { } refusal)
        {
            lock (_lock)
                if (_refusals.IsDue(1, out var messages))
                    LogRefused(messages, refusal.Title);
            return ApiResult.Problem(refusal) with { RetryAfter = 1 };
        }
        Tell(message, answer.Decisions);
        var alerts = message.Alerts!.Zip(answer.Decisions,
            (alert, decision) => new AlertAnswer(alert.Fingerprint!, decision.Verdict, decision.Explanation));
        return ApiResult.Of(new WebhookAnswer([.. alerts]), ApiJson.Answers.WebhookAnswer);
    }

    // Each verdict is counted each time, and logged once.
    private void Tell(AlertmanagerMessage message, ImmutableArray<AlertDecision> decisions)
    {
        var (unsaid, foreign) = (0UL, 0UL);
        foreach (var (alert, decision) in message.Alerts!.Zip(decisions))
        {
            var verdict = SnakeCase.Of(decision.Verdict);
            _metrics.AlertsReceived.WithLabels(verdict).Inc();
            if (!_said.IsNews((new AlertKey(alert.Fingerprint!, alert.StartsAt!.Value), decision.Verdict)))
                continue;
            // A fleet has one receiver: each host gets the alerts of all hosts.
            if (decision.Verdict == AlertVerdict.NotMine)
                foreign++;
            else if (_lines.IsDue(1, out _))
                LogReceived(alert.Fingerprint!, decision.Device?.ToString() ?? "none", verdict, decision.Explanation);
            else
                unsaid++;
        }
        if (message.TruncatedAlerts > 0)
            _metrics.AlertsTruncated.Inc(message.TruncatedAlerts);
        lock (_lock)
        {
            if (unsaid > 0 && _unsaid.IsDue(unsaid, out var more))
                LogManyReceived(more);
            if (foreign > 0 && _foreign.IsDue(foreign, out var others))
                LogForeign(others);
            if (message.TruncatedAlerts > 0 && _truncations.IsDue(message.TruncatedAlerts, out var leftOut))
                LogTruncated(leftOut);
        }
    }

    [LoggerMessage(EventIds.AlertReceived, LogLevel.Information,
        "Alert {Fingerprint} about {Device}: {Verdict}, {Explanation}")]
    private partial void LogReceived(string fingerprint, string device, string verdict, string explanation);

    [LoggerMessage(EventIds.AlertsReceived, LogLevel.Information,
        "{Alerts} more alerts have come than there are lines for: see nichang_alerts_received_total")]
    private partial void LogManyReceived(ulong alerts);

    [LoggerMessage(EventIds.AlertsForeign, LogLevel.Information,
        "{Alerts} alerts are about other hosts, and left to them; should one be about this host, see api.identities")]
    private partial void LogForeign(ulong alerts);

    [LoggerMessage(EventIds.AlertsTruncated, LogLevel.Warning,
        "Alertmanager has left out {Alerts} alerts: set max_alerts of the receiver to 0, or some devices will never "
        + "be acted on")]
    private partial void LogTruncated(ulong alerts);

    [LoggerMessage(EventIds.AlertsRefused, LogLevel.Warning,
        "{Messages} messages of Alertmanager are to be sent again, the last one because of this: {Reason}")]
    private partial void LogRefused(ulong messages, string reason);
}
