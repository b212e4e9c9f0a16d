using System.Buffers;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using NicHangExporter.Exposition;
using NicHangExporter.Logging;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// The webhook for Alertmanager. It answers within a second, whatever becomes of the alerts: 200 and a verdict on each for every message that is sound, 503
/// for what a repetition can cure, which Alertmanager repeats within seconds, and never 3xx, 408 or 429: redirects it follows without the body, and the
/// others it does not repeat before the next interval.
/// </summary>
internal sealed partial class AlertmanagerWebhook
{
    private const string Json = "application/json";

    /// <summary>How many alerts of one message are logged each by itself: whoever can post to Alertmanager must not be able to fill the disk with them.</summary>
    private const int MostLines = 20;

    private readonly AlertDesk _desk;
    private readonly ExporterMetrics _metrics;
    private readonly ILogger<AlertmanagerWebhook> _logger;
    private readonly SaidAlready _said = new(BoundedAlerts.Most);
    private readonly LogThrottle _truncations;
    private readonly LogThrottle _foreign;

    public AlertmanagerWebhook(AlertDesk desk, ExporterMetrics metrics, TimeProvider clock, ILogger<AlertmanagerWebhook> logger)
    {
        (_desk, _metrics, _logger, _truncations, _foreign) = (desk, metrics, logger, new LogThrottle(clock), new LogThrottle(clock));
        foreach (var verdict in Enum.GetValues<AlertVerdict>())
            metrics.AlertsReceived.WithLabels(SnakeCase.Of(verdict)).Publish();
    }

    /// <summary>Handles a POST of somebody who may ask for remediations.</summary>
    /// <param name="context">The request; its method and its credential are checked.</param>
    /// <param name="credential">Who it is.</param>
    public async Task HandleAsync(HttpContext context, Credential credential)
    {
        var (body, fault) = await ReadAsync(context);
        if (fault is null && body is { } bytes)
        {
            var (message, wrong) = MessageReader.Read(bytes.Span);
            fault = wrong;
            if (message is not null)
            {
                await AnswerAsync(context, message, credential.Name);
                return;
            }
        }
        if (fault is not null)
            await RefuseAsync(context, fault.Status, fault.Detail);
    }

    private async Task AnswerAsync(HttpContext context, AlertmanagerMessage message, string actor)
    {
        var answer = await _desk.TakeAsync(message, actor);
        if (answer.Refusal is { } refusal)
        {
            LogRefused(message.Alerts!.Count, refusal);
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, $"{refusal}; the message is to be sent again");
            return;
        }
        Tell(message, answer.Decisions);
        var alerts = message.Alerts!.Zip(answer.Decisions, (alert, decision) => new AlertAnswer(alert.Fingerprint!, decision.Verdict, decision.Explanation));
        await WriteAsync(context, StatusCodes.Status200OK, Json, WebhookJson.Write(new WebhookAnswer([.. alerts])));
    }

    // What is not an alert of this message is counted once more each time; what is said is said once.
    private void Tell(AlertmanagerMessage message, ImmutableArray<AlertDecision> decisions)
    {
        var (lines, foreign) = (0, 0UL);
        foreach (var (alert, decision) in message.Alerts!.Zip(decisions))
        {
            var verdict = SnakeCase.Of(decision.Verdict);
            _metrics.AlertsReceived.WithLabels(verdict).Inc();
            if (!_said.IsNews((new AlertKey(alert.Fingerprint!, alert.StartsAt!.Value), decision.Verdict)))
                continue;
            // A fleet has one receiver: each host hears of all.
            if (decision.Verdict == AlertVerdict.NotMine)
                foreign++;
            else if (lines++ < MostLines)
                LogReceived(alert.Fingerprint!, decision.Device?.ToString() ?? "none", verdict, decision.Explanation);
        }
        if (lines > MostLines)
            LogManyReceived(lines - MostLines);
        lock (_foreign)
            if (foreign > 0 && _foreign.IsDue(foreign, out var others))
                LogForeign(others);
        if (message.TruncatedAlerts == 0)
            return;
        _metrics.AlertsTruncated.Inc(message.TruncatedAlerts);
        lock (_truncations)
            if (_truncations.IsDue(message.TruncatedAlerts, out var sum))
                LogTruncated(sum);
    }

    private static async Task<(ReadOnlyMemory<byte>? Body, MessageFault? Fault)> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase))
            return (null, new MessageFault(StatusCodes.Status415UnsupportedMediaType, "the body must be application/json"));
        if (request.Headers.ContentEncoding.Count > 0)
            return (null, new MessageFault(StatusCodes.Status415UnsupportedMediaType, "the body must not be compressed"));
        var tooLong = new MessageFault(StatusCodes.Status413PayloadTooLarge, $"the body is longer than {MessageReader.MaxBody} bytes");
        if (request.ContentLength > MessageReader.MaxBody)
            return (null, tooLong);
        // The server's own limit is that of requests which are shorter; ours ends the reading.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MessageReader.MaxBody + 1;
        var buffer = new ArrayBufferWriter<byte>((int)(request.ContentLength ?? 0) + 1);
        try
        {
            int length;
            while ((length = await request.Body.ReadAsync(buffer.GetMemory(), context.RequestAborted)) > 0)
            {
                buffer.Advance(length);
                if (buffer.WrittenCount > MessageReader.MaxBody)
                    return (null, tooLong);
            }
            return (buffer.WrittenMemory, null);
        }
        catch (BadHttpRequestException exception)
        {
            return (null, exception.StatusCode == StatusCodes.Status413PayloadTooLarge ? tooLong
                : new MessageFault(StatusCodes.Status400BadRequest, "the body could not be read to its end"));
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Whoever sent it is gone, and nobody waits for an answer.
            return (null, null);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string detail)
    {
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = "1";
        return WriteAsync(context, status, "application/problem+json", WebhookJson.Write(status, ReasonPhrases.GetReasonPhrase(status), detail));
    }

    private static async Task WriteAsync(HttpContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It is decided, whoever hears of it; a repetition is a duplicate.
        }
    }

    [LoggerMessage(EventIds.AlertReceived, LogLevel.Information, "Alert {Fingerprint} about {Device}: {Verdict}, {Explanation}")]
    private partial void LogReceived(string fingerprint, string device, string verdict, string explanation);

    [LoggerMessage(EventIds.AlertsReceived, LogLevel.Information, "And {Alerts} more alerts in the same message: see nichang_alerts_received_total")]
    private partial void LogManyReceived(int alerts);

    [LoggerMessage(EventIds.AlertsForeign, LogLevel.Information, "{Alerts} alerts are about other hosts, and left to them; should one be about this host, see api.identities")]
    private partial void LogForeign(ulong alerts);

    [LoggerMessage(EventIds.AlertsTruncated, LogLevel.Warning, "Alertmanager has left out {Alerts} alerts: set max_alerts of the receiver to 0, or some devices will never be acted on")]
    private partial void LogTruncated(ulong alerts);

    [LoggerMessage(EventIds.AlertsRefused, LogLevel.Warning, "A message with {Alerts} alerts is to be sent again: {Reason}")]
    private partial void LogRefused(int alerts, string reason);
}
