using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Alerting;

/// <summary>
/// Posts alerts to one Alertmanager and retries with growing pauses. Alertmanagers do not affect each other, and an
/// alert that is refused does not hold up the others. For one thread at a time.
/// </summary>
internal sealed partial class AlertmanagerClient
{
    /// <summary>How often a refused alert is posted again.</summary>
    private static readonly TimeSpan RefusedInterval = TimeSpan.FromMinutes(1);

    private readonly string _url;
    private readonly Uri _target;
    private readonly PendingAlertStore _store;
    private readonly Func<CancellationToken, HttpMessageHandler> _open;
    private readonly AlertmanagerConnection _connection;
    private readonly ExporterOptions _options;
    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RetryBackoff _backoff;
    private readonly Dictionary<(string Device, string Driver), long> _refused = [];

    /// <param name="url">The Alertmanager.</param>
    /// <param name="store">The alerts.</param>
    /// <param name="connection">How the Alertmanager is reached.</param>
    /// <param name="open">Makes the handler of one post, given the post's end.</param>
    /// <param name="options">The options.</param>
    /// <param name="metrics">The metrics.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">The log.</param>
    public AlertmanagerClient(
        Uri url, PendingAlertStore store, AlertmanagerConnection connection,
        Func<CancellationToken, HttpMessageHandler> open, ExporterOptions options, ExporterMetrics metrics,
        TimeProvider clock, ILogger logger)
    {
        (_url, _store, _connection, _open) = (url.ToString(), store, connection, open);
        (_options, _metrics, _clock, _logger) = (options, metrics, clock, logger);
        _backoff = new RetryBackoff(clock);
        _target = new Uri(url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts");
        metrics.AlertsSent.WithLabels(_url).Publish();
        metrics.AlertSendFailures.WithLabels(_url).Publish();
    }

    /// <summary>Posts what is due, unless the pause after a failure is not over.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        if (_backoff.IsPausing)
            return;
        IReadOnlyList<DueAlert> due = [.. _store.Due(_url).Where(one => !IsRefused(one.Alert))];
        if (due.Count == 0 || await SendAsync(due, stop) is not { IsRefusal: true } || due.Count == 1)
            return;
        // The answer does not say which alert is wrong, so each is posted by itself.
        foreach (var one in due)
            if (await SendAsync([one], stop) is { IsRefusal: false })
                return;
    }

    private bool IsRefused(OutgoingAlert alert) =>
        _refused.TryGetValue(Key(alert), out var at) && _clock.GetElapsedTime(at) < RefusedInterval;

    private async Task<DeliveryFailure?> SendAsync(IReadOnlyList<DueAlert> due, CancellationToken stop)
    {
        var failure = await PostAsync(due, stop);
        if (failure is null)
        {
            Succeed(due);
            return null;
        }
        stop.ThrowIfCancellationRequested();
        _metrics.AlertSendFailures.WithLabels(_url).Inc();
        if (!failure.IsRefusal)
        {
            if (!_backoff.IsFailing)
                LogFailed(_url, failure.Reason);
            _backoff.Fail();
        }
        else if (due is [var (alert, _)])
        {
            if (!_refused.ContainsKey(Key(alert)))
                LogRefused(_url, alert.Device, failure.Reason);
            _refused[Key(alert)] = _clock.GetTimestamp();
        }
        return failure;
    }

    private void Succeed(IReadOnlyList<DueAlert> due)
    {
        _store.Taken(_url, due);
        foreach (var (alert, _) in due)
            _refused.Remove(Key(alert));
        _metrics.AlertsSent.WithLabels(_url).Inc(due.Count);
        if (_backoff.IsFailing)
            LogRecovered(_url);
        _backoff.Succeed();
    }

    private static (string, string) Key(OutgoingAlert alert) => (alert.Device, alert.Driver);

    // Returns null if the Alertmanager has accepted the alerts.
    private async Task<DeliveryFailure?> PostAsync(IReadOnlyList<DueAlert> due, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_options.Alerting.Timeout, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            using var sender = new HttpMessageInvoker(_open(end.Token));
            using var request = new HttpRequestMessage(HttpMethod.Post, _target);
            request.Content = new ByteArrayContent(AlertJson.Write(Postable(due)))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
            request.Headers.Authorization = AlertmanagerCredentials.Read(_options);
            request.Headers.Host = _connection.Host(_target);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("nic-hang-exporter", null));
            using var response = await sender.SendAsync(request, end.Token);
            return response.IsSuccessStatusCode
                ? null
                : new DeliveryFailure(
                    $"it answers {(int)response.StatusCode}", response.StatusCode == HttpStatusCode.BadRequest);
        }
        // Either the post or the connecting beneath it notices the end first.
        catch (Exception exception) when (exception is OperationCanceledException
            || (exception is HttpRequestException && end.IsCancellationRequested))
        {
            return new DeliveryFailure($"no answer within {PrometheusDuration.Format(_options.Alerting.Timeout)}");
        }
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            var cause = exception is HttpRequestException ? exception.InnerException ?? exception : exception;
            return new DeliveryFailure(cause.Message.Split('\n')[0]);
        }
    }

    private List<PostableAlert> Postable(IReadOnlyList<DueAlert> due)
    {
        var labels = new Dictionary<string, string>();
        foreach (var label in _options.Alerting.Labels)
        {
            var end = label.IndexOf('=', StringComparison.Ordinal);
            labels[label[..end]] = label[(end + 1)..];
        }
        labels["instance"] = HostIdentity.Instance(_options);
        var now = _clock.GetUtcNow();
        return [.. due.Select(one => PostableAlert.Of(one.Alert, _url, one.Status, labels, now))];
    }

    /// <summary>Why a post was not accepted.</summary>
    /// <param name="Reason">Half a sentence, without secrets and without the answer's body.</param>
    /// <param name="IsRefusal">The Alertmanager was reached and rejects the content.</param>
    private sealed record DeliveryFailure(string Reason, bool IsRefusal = false);

    [LoggerMessage(EventIds.PushFailed, LogLevel.Warning,
        "Alerts can't be pushed to {Alertmanager} and are kept for it: {Reason}")]
    private partial void LogFailed(string alertmanager, string reason);

    [LoggerMessage(EventIds.PushRefused, LogLevel.Warning,
        "{Alertmanager} refuses the alert about {Device}, which is posted again each minute: {Reason}")]
    private partial void LogRefused(string alertmanager, string device, string reason);

    [LoggerMessage(EventIds.PushRecovered, LogLevel.Information, "Alerts reach {Alertmanager} again")]
    private partial void LogRecovered(string alertmanager);
}
