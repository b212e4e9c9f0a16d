using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>The posts to one or several Alertmanagers and the effect of their answers. The server is real, the clock is
/// fake.</summary>
public sealed class AlertmanagerClientTests
{
    [Fact]
    public async Task Hang_IsPostedAsAlertmanagerTakesIt()
    {
        await using var server = await TestAlertmanager.StartAsync();
        using var host = new AlertingHost(server.Url);
        host.Configure(
            options => options with { Alerting = options.Alerting with { Labels = ["cluster=lab", "team=a=b ä"] } });
        var client = host.Client(server.Url);
        await AlertingHost.StepAsync(client);
        Assert.Empty(server.Requests);

        host.Hang("eno1");
        var start = host.Clock.GetUtcNow();
        await AlertingHost.StepAsync(client);
        var request = Assert.Single(server.Requests);
        Assert.Equal(("POST", "/api/v2/alerts", "application/json", null),
            (request.Method, request.Path, request.ContentType, request.Authorization));
        var alert = Assert.Single(request.Alerts)!;
        Assert.Equal(["alertname=NicHang", "cluster=lab", "device=eno1", "driver=e1000e", "instance=pve1:19642",
            "severity=critical", "team=a=b ä"],
            request.Labels().Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));
        Assert.Equal((start, start.AddMinutes(5)),
            (alert["startsAt"]!.GetValue<DateTimeOffset>(), alert["endsAt"]!.GetValue<DateTimeOffset>()));
        Assert.Equal("NIC eno1 of pve1:19642 hangs", (string?)alert["annotations"]!["summary"]);
        Assert.Contains("TDH <c4>", (string?)alert["annotations"]!["description"], StringComparison.Ordinal);

        // Nothing within the minute, the same alert after it, and at the end the resolved alert.
        host.Pass(59);
        await AlertingHost.StepAsync(client);
        Assert.Single(server.Requests);
        host.Pass(1);
        await AlertingHost.StepAsync(client);
        Assert.Equal(2, server.Requests.Count);
        host.Hang();
        for (var minute = 0; minute < 4; minute++)
        {
            host.Pass(60);
            await AlertingHost.StepAsync(client);
        }
        Assert.Equal(host.Clock.GetUtcNow(), server.Last.Alerts[0]!["endsAt"]!.GetValue<DateTimeOffset>());
        Assert.Equal("NIC eno1 of pve1:19642 hung", (string?)server.Last.Alerts[0]!["annotations"]!["summary"]);
        Assert.Equal((6, 0), (host.Sent(server.Url), host.Failures(server.Url)));
        host.Pass(3600);
        await AlertingHost.StepAsync(client);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task CutOffForHours_FiresForFiveMinutesAfterwards_AlsoOverARestart()
    {
        await using var server = await TestAlertmanager.StartAsync();
        server.Answer = (context, _) => Status(context, 503);
        using var host = new AlertingHost(server.Url);
        var client = host.Client(server.Url);
        host.Hang("eno1");
        var start = host.Clock.GetUtcNow();
        for (var minute = 0; minute < 60; minute++)
        {
            await AlertingHost.StepAsync(client);
            host.Pass(60);
        }
        host.Hang();
        Assert.Equal(1, host.Log.Count(EventIds.PushFailed));
        // The pauses are up to a quarter longer than a minute, except the first ones.
        Assert.InRange(server.Requests.Count, 25, 60);
        Assert.Equal(server.Requests.Count, host.Failures(server.Url));

        host.Restart();
        client = host.Client(server.Url);
        host.Pass(7200);
        server.Requests.Clear();
        server.Answer = (_, _) => Task.CompletedTask;
        var since = host.Clock.GetUtcNow();
        for (var second = 0; second < 600; second += 15)
        {
            await AlertingHost.StepAsync(client);
            host.Pass(15);
        }
        var ends = server.Requests.Select(request => request.Alerts[0]!["endsAt"]!.GetValue<DateTimeOffset>()).ToList();
        Assert.Equal([.. Enumerable.Range(0, 5).Select(minute => since.AddMinutes(minute + 5)), since.AddMinutes(5)],
            ends);
        Assert.All(server.Requests,
            request => Assert.Equal(start, request.Alerts[0]!["startsAt"]!.GetValue<DateTimeOffset>()));
        Assert.Empty(host.Store.Alerts);
    }

    [Fact]
    public async Task SeveralAlertmanagers_EachHasItsOwnProgress()
    {
        await using var one = await TestAlertmanager.StartAsync();
        await using var other = await TestAlertmanager.StartAsync();
        other.Answer = (context, _) => Status(context, 500);
        using var host = new AlertingHost(one.Url, other.Url);
        var (first, second) = (host.Client(one.Url), host.Client(other.Url));
        host.Hang("eno1");
        await AlertingHost.StepAsync(first);
        await AlertingHost.StepAsync(second);
        Assert.Equal((1, 0, 0, 1),
            (host.Sent(one.Url), host.Failures(one.Url), host.Sent(other.Url), host.Failures(other.Url)));

        other.Answer = (_, _) => Task.CompletedTask;
        host.Pass(2);
        await AlertingHost.StepAsync(first);
        await AlertingHost.StepAsync(second);
        Assert.Equal((1, 1), (host.Sent(one.Url), host.Sent(other.Url)));
        Assert.Equal(1, host.Log.Count(EventIds.PushRecovered));
    }

    [Fact]
    public async Task OneBadAlert_DoesNotHoldUpTheOthers()
    {
        await using var server = await TestAlertmanager.StartAsync();
        server.Answer = (context, request) =>
            request.Alerts.Any(alert => (string?)alert!["labels"]!["device"] == "eno2")
                ? Status(context, 400)
                : Task.CompletedTask;
        using var host = new AlertingHost(server.Url);
        var client = host.Client(server.Url);
        host.Hang("eno1", "eno2", "eno3");
        await AlertingHost.StepAsync(client);
        Assert.Equal(2, host.Sent(server.Url));
        Assert.Equal([3, 1, 1, 1], server.Requests.Select(request => request.Alerts.Count));
        Assert.Contains("eno2", Assert.Single(host.Log.Entries, entry => entry.Event == EventIds.PushRefused).Message,
            StringComparison.Ordinal);

        // It is posted again each minute. A fourth alert does not wait for that.
        host.Pass(1);
        host.Hang("eno1", "eno2", "eno3", "eno4");
        await AlertingHost.StepAsync(client);
        Assert.Equal("eno4", (string?)Assert.Single(server.Last.Alerts)!["labels"]!["device"]);
        Assert.Equal(3, host.Sent(server.Url));
        server.Answer = (_, _) => Task.CompletedTask;
        host.Pass(60);
        await AlertingHost.StepAsync(client);
        Assert.Equal(4, server.Last.Alerts.Count);
        Assert.Equal(1, host.Log.Count(EventIds.PushRefused));
        Assert.Equal(0, host.Log.Count(EventIds.PushFailed));
    }

    [Fact]
    public async Task NobodyListens_IsLoggedOnceAndRetriedWithGrowingPauses()
    {
        // Bound, so that no other test gets the port. It does not listen, so the kernel refuses connections.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var url = new Uri($"http://{taken.LocalEndPoint}");
        using var host = new AlertingHost(url);
        var client = host.Client(url);
        host.Hang("eno1");
        var tries = new List<int>();
        for (var second = 0; second < 600; second++)
        {
            var before = host.Failures(url);
            await AlertingHost.StepAsync(client);
            if (host.Failures(url) > before)
                tries.Add(second);
            host.Pass(1);
        }
        Assert.Equal(1, host.Log.Count(EventIds.PushFailed));
        // Pauses of 1, 2, 4 … 60 seconds, each up to a quarter longer.
        Assert.InRange(tries.Count, 11, 16);
        Assert.All(tries.Zip(tries.Skip(1), (one, next) => next - one), pause => Assert.InRange(pause, 1, 76));
        Assert.True(tries[^1] - tries[^2] >= 60);
    }

    private static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
