using System.Net;
using System.Net.Sockets;
using System.Text;
using NicHangExporter.Hosting;

namespace NicHangExporter.Tests.AlertDelivery;

/// <summary>Alertmanagers and name servers that are slow, silent, or answer something else.</summary>
public sealed class AlertmanagerConnectionTests
{
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
            context.Response.StatusCode = status;
            return Task.CompletedTask;
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
