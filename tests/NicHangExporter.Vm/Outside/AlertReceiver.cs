using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace NicHangExporter.Vm.Outside;

/// <summary>A notification as it came.</summary>
/// <param name="Receiver">Whom it was for.</param>
/// <param name="Body">Alertmanager's message.</param>
internal sealed record Notification(string Receiver, JsonElement Body)
{
    /// <summary>The labels by which it is a group of its own.</summary>
    public Dictionary<string, string> Group => Labels(Body.GetProperty("groupLabels"));

    /// <summary>Its alerts: whether each fires or is resolved, since when it has fired, by the clock of this machine, and its labels.</summary>
    public List<(string Status, DateTimeOffset Start, Dictionary<string, string> Labels)> Alerts =>
        [.. Body.GetProperty("alerts").EnumerateArray().Select(alert => (alert.GetProperty("status").GetString()!, alert.GetProperty("startsAt").GetDateTimeOffset(), Labels(alert.GetProperty("labels"))))];

    /// <summary>Whether it says this of that alert, as it began after a moment.</summary>
    public bool Says(string status, string alert, string instance, DateTimeOffset since = default) =>
        Alerts.Exists(one => one.Status == status && one.Start >= since && one.Labels["alertname"] == alert && one.Labels.GetValueOrDefault("instance") == instance);

    /// <inheritdoc/>
    public override string ToString() => $"{Receiver}: {string.Join(", ", Alerts.Select(alert => $"{alert.Status} {alert.Labels["alertname"]} {alert.Labels.GetValueOrDefault("instance")}"))}";

    private static Dictionary<string, string> Labels(JsonElement labels) => labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);
}

/// <summary>The people whom Alertmanager tells, and somebody outside: each is a path of one small server.</summary>
internal sealed class AlertReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _receiving;
    private ImmutableList<Notification> _notifications = [];

    public AlertReceiver()
    {
        Address = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>What somebody was told so far.</summary>
    public IReadOnlyList<Notification> Of(string receiver) => [.. Notifications.Where(notification => notification.Receiver == receiver)];

    /// <summary>Waits until somebody is told this of an alert that began after a moment; returns the first notification that does.</summary>
    public async Task<Notification> ToldAsync(string receiver, string status, string alert, string instance, DateTimeOffset since = default)
    {
        var told = await Eventually.HoldsAsync($"{receiver} is told that {alert} of {instance} is {status}", () => new Told(Notifications), told => told.All.Exists(IsIt), TimeSpan.FromMinutes(2));
        return told.All.Find(IsIt)!;

        bool IsIt(Notification one) => one.Receiver == receiver && one.Says(status, alert, instance, since);
    }

    // What has kept it from receiving is not to be waited for.
    private ImmutableList<Notification> Notifications
    {
        get
        {
            if (_receiving.IsFaulted)
                _receiving.GetAwaiter().GetResult();
            return _notifications;
        }
    }

    public void Dispose() => _listener.Close();

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var body = await JsonDocument.ParseAsync(context.Request.InputStream);
                _notifications = _notifications.Add(new Notification(context.Request.Url!.AbsolutePath.Trim('/'), body.RootElement));
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    // Shown where a test fails: all of them, each in a line.
    private sealed record Told(ImmutableList<Notification> All)
    {
        public override string ToString() => string.Join('\n', All);
    }
}
