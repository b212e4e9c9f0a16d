using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Hosting;
using NicHangExporter.Metrics;
using NicHangExporter.Options;
using Due = System.Collections.Generic.IReadOnlyList<(NicHangExporter.Alerting.OutgoingAlert Alert, NicHangExporter.Alerting.PushKind Kind)>;

namespace NicHangExporter.Alerting;

/// <summary>Why a post was not taken.</summary>
/// <param name="Reason">Half a sentence. It holds no secret and nothing of the answer's body.</param>
/// <param name="IsRefusal">The Alertmanager was reached and finds fault with what it was told.</param>
internal sealed record PushFailure(string Reason, bool IsRefusal = false);

/// <summary>
/// Tells one Alertmanager, and tries again with growing pauses where it is out of reach: what the others do has no bearing on it. Nor has an alert that it
/// refuses any on the rest. For one thread at a time.
/// </summary>
internal sealed partial class AlertmanagerClient
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly string _url;
    private readonly Uri _target;
    private readonly PendingAlertStore _book;
    private readonly Func<CancellationToken, HttpMessageHandler> _open;
    private readonly PushConnection _connection;
    private readonly ExporterOptions _options;
    private readonly ExporterMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Dictionary<(string Device, string Driver), long> _refused = [];
    private long _failedAt;
    private TimeSpan _pause;

    /// <param name="url">The Alertmanager.</param>
    /// <param name="book">What is to be told.</param>
    /// <param name="connection">How it is reached.</param>
    /// <param name="open">Makes the sender of one post, given the post's end.</param>
    /// <param name="options">The options.</param>
    /// <param name="metrics">Where it is counted.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="logger">Where it is said.</param>
    public AlertmanagerClient(
        Uri url, PendingAlertStore book, PushConnection connection, Func<CancellationToken, HttpMessageHandler> open, ExporterOptions options, ExporterMetrics metrics, TimeProvider clock, ILogger logger)
    {
        (_url, _book, _connection, _open, _options, _metrics, _clock, _logger) = (url.ToString(), book, connection, open, options, metrics, clock, logger);
        _target = new Uri(url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts");
        metrics.AlertsSent.WithLabels(_url).Publish();
        metrics.AlertSendFailures.WithLabels(_url).Publish();
    }

    /// <summary>Posts what is due, if anything is and the pause after the last failure is over.</summary>
    public async Task StepAsync(CancellationToken stop)
    {
        if (_pause > TimeSpan.Zero && _clock.GetElapsedTime(_failedAt) < _pause)
            return;
        Due due = [.. _book.Due(_url).Where(one => !_refused.TryGetValue(Name(one.Alert), out var at) || _clock.GetElapsedTime(at) >= LongestPause)];
        if (due.Count == 0 || await TellAsync(due, stop) is not { IsRefusal: true } || due.Count == 1)
            return;
        // It says that one of them is wrong, and not which: each by itself, so that the others need not suffer for it.
        foreach (var one in due)
            if (await TellAsync([one], stop) is { IsRefusal: false })
                return;
    }

    private async Task<PushFailure?> TellAsync(Due due, CancellationToken stop)
    {
        var failure = await PostAsync(due, stop);
        if (failure is null)
        {
            Succeed(due);
            return null;
        }
        stop.ThrowIfCancellationRequested();
        _metrics.AlertSendFailures.WithLabels(_url).Inc();
        if (failure.IsRefusal)
        {
            if (due is [var (alert, _)] && !_refused.ContainsKey(Name(alert)))
                LogRefused(_url, alert.Device, failure.Reason);
            if (due is [var (wrong, _)])
                _refused[Name(wrong)] = _clock.GetTimestamp();
            return failure;
        }
        if (_pause == TimeSpan.Zero)
            LogFailed(_url, failure.Reason);
        (_failedAt, _pause) = (_clock.GetTimestamp(), Longer(_pause));
        return failure;
    }

    private void Succeed(Due due)
    {
        _book.Taken(_url, due);
        foreach (var (alert, _) in due)
            _refused.Remove(Name(alert));
        _metrics.AlertsSent.WithLabels(_url).Inc(due.Count);
        if (_pause > TimeSpan.Zero)
            LogRecovered(_url);
        _pause = TimeSpan.Zero;
    }

    private static (string, string) Name(OutgoingAlert alert) => (alert.Device, alert.Driver);

    // Null, or why it was not taken.
    private async Task<PushFailure?> PostAsync(Due due, CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(_options.Alerting.Timeout, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        try
        {
            using var sender = new HttpMessageInvoker(_open(end.Token));
            using var request = new HttpRequestMessage(HttpMethod.Post, _target);
            request.Content = new ByteArrayContent(PushJson.Write(Wire(due))) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.Authorization = _connection.Authorization();
            request.Headers.Host = _connection.Host(_target);
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("nic-hang-exporter", null));
            using var response = await sender.SendAsync(request, end.Token);
            return response.IsSuccessStatusCode ? null : new($"it answers {(int)response.StatusCode}", response.StatusCode == HttpStatusCode.BadRequest);
        }
        // Whichever notices the end first, the post or the connecting that goes on beside it.
        catch (Exception exception) when (exception is OperationCanceledException || (exception is HttpRequestException && end.IsCancellationRequested))
        {
            return new($"no answer within {PrometheusDuration.Format(_options.Alerting.Timeout)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or UnauthorizedAccessException or CryptographicException)
        {
            return new((exception is HttpRequestException && exception.InnerException is { } cause ? cause : exception).Message.Split('\n')[0]);
        }
    }

    private List<PostableAlert> Wire(Due due)
    {
        var labels = new Dictionary<string, string>();
        foreach (var label in _options.Alerting.Labels)
            labels[label[..label.IndexOf('=', StringComparison.Ordinal)]] = label[(label.IndexOf('=', StringComparison.Ordinal) + 1)..];
        labels["instance"] = HostIdentity.Instance(_options);
        var now = _clock.GetUtcNow();
        return [.. due.Select(one => PostableAlert.Of(one.Alert, _url, one.Kind, labels, now))];
    }

    // Up to a quarter more: hosts that were cut off together are not back in the same second for ever.
    private static TimeSpan Longer(TimeSpan pause)
    {
        var next = pause == TimeSpan.Zero ? FirstPause : pause * 2;
        next = next > LongestPause ? LongestPause : next;
        return next * (1 + RandomNumberGenerator.GetInt32(250) / 1000.0);
    }

    [LoggerMessage(EventIds.PushFailed, LogLevel.Warning, "Alerts can't be pushed to {Alertmanager} and are kept for it: {Reason}")]
    private partial void LogFailed(string alertmanager, string reason);

    [LoggerMessage(EventIds.PushRefused, LogLevel.Warning, "{Alertmanager} refuses the alert about {Device}, which is offered to it again each minute: {Reason}")]
    private partial void LogRefused(string alertmanager, string device, string reason);

    [LoggerMessage(EventIds.PushRecovered, LogLevel.Information, "Alerts reach {Alertmanager} again")]
    private partial void LogRecovered(string alertmanager);
}
