using System.Collections.Immutable;
using System.Net;
using System.Text.Json;

namespace NicHangExporter.Vm.Outside;

/// <summary>A received notification.</summary>
/// <param name="Receiver">The receiver that it was for.</param>
/// <param name="Body">Alertmanager's message.</param>
internal sealed record Notification(string Receiver, JsonElement Body)
{
    /// <summary>The labels of its group.</summary>
    public Dictionary<string, string> Group => Labels(Body.GetProperty("groupLabels"));

    /// <summary>Its alerts: status (firing or resolved), start by this machine's clock, and labels.</summary>
    public List<(string Status, DateTimeOffset Start, Dictionary<string, string> Labels)> Alerts =>
        [.. Body.GetProperty("alerts").EnumerateArray()
            .Select(alert =>
                (alert.GetProperty("status").GetString()!, alert.GetProperty("startsAt").GetDateTimeOffset(),
                    Labels(alert.GetProperty("labels"))))];

    /// <summary>True if it contains that alert in that status, with a start not before a moment.</summary>
    public bool Says(string status, string alert, string instance, DateTimeOffset since = default) =>
        Alerts.Exists(
            one => one.Status == status && one.Start >= since && one.Labels["alertname"] == alert
            && one.Labels.GetValueOrDefault("instance") == instance);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Receiver}: " + string.Join(", ", Alerts.Select(alert =>
            $"{alert.Status} {alert.Labels["alertname"]} {alert.Labels.GetValueOrDefault("instance")}"));

    private static Dictionary<string, string> Labels(JsonElement labels) =>
        labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);
}

/// <summary>
/// The receivers of Alertmanager's notifications, and one outside receiver. Each is a path of one small server.
/// </summary>
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

    /// <summary>The address that it listens on.</summary>
    public Uri Address { get; }

    /// <summary>The notifications of a receiver so far.</summary>
    public IReadOnlyList<Notification> Of(string receiver) =>
        [.. Notifications.Where(notification => notification.Receiver == receiver)];

    /// <summary>
    /// Waits for a notification to a receiver about an alert that began after a moment, and returns the first one.
    /// </summary>
    public async Task<Notification> NotifiedAsync(
        string receiver, string status, string alert, string instance, DateTimeOffset since = default)
    {
        var received = await Eventually.HoldsAsync($"{receiver} is notified that {alert} of {instance} is {status}",
            () => new Received(Notifications), received => received.All.Exists(IsIt), TimeSpan.FromMinutes(2));
        return received.All.Find(IsIt)!;

        bool IsIt(Notification one) => one.Receiver == receiver && one.Says(status, alert, instance, since);
    }

    // Reports an error of the server immediately instead of waiting for the time limit.
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
                _notifications =
                    _notifications.Add(new Notification(context.Request.Url!.AbsolutePath.Trim('/'), body.RootElement));
                context.Response.Close();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    // Part of failure messages: all notifications, one per line.
    private sealed record Received(ImmutableList<Notification> All)
    {
        public override string ToString() => string.Join('\n', All);
    }
}
