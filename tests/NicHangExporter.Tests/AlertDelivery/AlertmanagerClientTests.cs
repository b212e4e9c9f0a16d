using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Hosting;
using NicHangExporter.Web;

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

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Redirect_IsNotFollowed(int status)
    {
        await using var elsewhere = await TestAlertmanager.StartAsync();
        await using var server = await TestAlertmanager.StartAsync();
        server.Answer = (context, _) =>
        {
            context.Response.Headers.Location = new Uri(elsewhere.Url, "/api/v2/alerts").ToString();
            return Status(context, status);
        };
        using var host = new AlertingHost(server.Url);
        host.Hang("eno1");
        await AlertingHost.StepAsync(host.Client(server.Url));
        Assert.Empty(elsewhere.Requests);
        Assert.Equal(1, host.Failures(server.Url));
        Assert.Contains($"it answers {status}", Assert.Single(host.Log.Entries,
            entry => entry.Event == EventIds.PushFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hang_OfTheServer_EndsWithTheTimeout()
    {
        await using var server = await TestAlertmanager.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Answer = async (context, _) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using var host = new AlertingHost(server.Url);
        host.Hang("eno1");
        var step = AlertingHost.StepAsync(host.Client(server.Url));
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(step.IsCompleted);
        host.Clock.Advance(host.Options.Alerting.Timeout);
        await step;
        Assert.Contains("no answer within 5s", Assert.Single(host.Log.Entries,
            entry => entry.Event == EventIds.PushFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NameServer_ThatFails_IsNotNeededIfAnAddressIsKnown()
    {
        await using var server = await TestAlertmanager.StartAsync();
        var (known, unknown) = (new Uri($"http://am-1.example:{server.Url.Port}"),
            new Uri($"http://am-2.example:{server.Url.Port}"));
        using var host = new AlertingHost(known, unknown);
        host.Find = _ => [IPAddress.Loopback];
        host.Hang("eno1");
        var client = host.Client(known);
        await AlertingHost.StepAsync(client);
        Assert.Equal($"am-1.example:{server.Url.Port}", server.Last.Host);

        host.Find = _ => throw new SocketException((int)SocketError.TryAgain);
        host.Pass(60);
        await AlertingHost.StepAsync(client);
        await AlertingHost.StepAsync(host.Client(unknown));
        Assert.Equal((2, 0), (host.Sent(known), host.Failures(known)));
        Assert.Equal((0, 1), (host.Sent(unknown), host.Failures(unknown)));
    }

    [Fact]
    public async Task NameServer_ThatIsSilent_EndsThePostWithTheTimeout()
    {
        var url = new Uri("http://am-1.example:9093");
        using var host = new AlertingHost(url);
        using var never = new ManualResetEvent(false);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Find = _ =>
        {
            asked.TrySetResult();
            never.WaitOne();
            return [];
        };
        host.Hang("eno1");
        var step = AlertingHost.StepAsync(host.Client(url));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(step.IsCompleted);
        host.Clock.Advance(host.Options.Alerting.Timeout);
        await step;
        Assert.Contains("no answer within 5s", Assert.Single(host.Log.Entries,
            entry => entry.Event == EventIds.PushFailed).Message, StringComparison.Ordinal);
        never.Set();
    }

    [Fact]
    public async Task Stop_EndsAPostImmediatelyAndIsNoFailure()
    {
        await using var server = await TestAlertmanager.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Answer = async (context, _) =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using var host = new AlertingHost(server.Url);
        host.Hang("eno1");
        using var stop = new CancellationTokenSource();
        var step = host.Client(server.Url).StepAsync(stop.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => step);
        Assert.Equal(0, host.Failures(server.Url));
    }

    // Only the status counts. The body is not read, however long it is.
    [Fact]
    public async Task HugeAnswer_IsNotRead()
    {
        await using var server = await TestAlertmanager.StartAsync();
        server.Answer = async (context, _) =>
        {
            var megabyte = new byte[1 << 20];
            for (var count = 0; count < 1000 && !context.RequestAborted.IsCancellationRequested; count++)
                await context.Response.Body.WriteAsync(megabyte, context.RequestAborted).AsTask()
                    .ContinueWith(_ => { }, TaskScheduler.Default);
        };
        using var host = new AlertingHost(server.Url);
        host.Hang("eno1");
        await AlertingHost.StepAsync(host.Client(server.Url));
        Assert.Equal(1, host.Sent(server.Url));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nX: ", true)]
    [InlineData("garbage\r\n\r\n", false)]
    [InlineData("", false)]
    [InlineData("HTTP/1.1 999999 x\r\n\r\n", false)]
    public async Task Answer_ThatIsNoHttp_IsAFailure(string answer, bool endless)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var serving = ServeAsync(listener, answer, endless);
        using var host = new AlertingHost(url);
        host.Hang("eno1");
        await AlertingHost.StepAsync(host.Client(url));
        Assert.Equal((0, 1), (host.Sent(url), host.Failures(url)));
        listener.Stop();
        await serving;
    }

    [Fact]
    public async Task Trickle_OfAHeader_EndsWithTheTimeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        using var host = new AlertingHost(url);
        host.Hang("eno1");
        var step = AlertingHost.StepAsync(host.Client(url));
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        for (var second = 0; second < 5; second++)
        {
            Assert.False(step.IsCompleted);
            await client.GetStream()
                .WriteAsync(Encoding.ASCII.GetBytes("HTTP/"[second].ToString()), TestContext.Current.CancellationToken);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        await step;
        Assert.Contains("no answer within 5s", Assert.Single(host.Log.Entries,
            entry => entry.Event == EventIds.PushFailed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NobodyListens_IsLoggedOnceAndRetriedWithGrowingPauses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        listener.Stop();
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

    private static async Task ServeAsync(TcpListener listener, string answer, bool endless)
    {
        try
        {
            using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            var stream = client.GetStream();
            _ = await stream.ReadAsync(new byte[4096], TestContext.Current.CancellationToken);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), TestContext.Current.CancellationToken);
            while (endless)
                await stream.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 4096)),
                    TestContext.Current.CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // The client has closed the connection, as it should.
        }
    }
}
