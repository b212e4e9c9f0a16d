using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Options;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Web;

/// <summary>Which requests stay on the thread of the socket. Here that is a thread outside the pool.</summary>
public sealed class SocketThreadsTests
{
    [Theory]
    [InlineData("GET", "/metrics", true)]
    [InlineData("HEAD", "/metrics", true)]
    [InlineData("POST", "/metrics", false)]
    [InlineData("GET", "/METRICS", false)]
    [InlineData("GET", "/", false)]
    [InlineData("GET", "/metrics/", false)]
    [InlineData("GET", "/api/v1/devices", false)]
    public async Task Request_StaysOnTheThread_OnlyAsAScrape(string method, string path, bool stays)
    {
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var middleware = SocketThreads.KeepOnly("/metrics")(_ =>
        {
            ran.SetResult(Thread.CurrentThread.IsThreadPoolThread);
            return Task.CompletedTask;
        });
        var context = new DefaultHttpContext { Request = { Method = method, Path = path } };

        RunOnOwnThread(() => middleware(context));

        Assert.Equal(!stays, await ran.Task);
    }

    [Fact]
    public async Task LeaveAsync_ContinuesOnTheThreadPool()
    {
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        RunOnOwnThread(async () =>
        {
            await SocketThreads.LeaveAsync();
            ran.SetResult(Thread.CurrentThread.IsThreadPoolThread);
        });
        Assert.True(await ran.Task);
    }

    [Fact]
    public async Task Message_ThatArrivesOnTheThread_IsHandledOnTheThreadPool()
    {
        using var places = new MessageBody();
        var isPool = false;
        await ReadAsync(context => places.ReadAsync(context, _ =>
        {
            isPool = Thread.CurrentThread.IsThreadPoolThread;
            return Task.FromResult(ApiResult.Problem(ApiProblem.NotJson));
        }));
        Assert.True(isPool);
    }

    [Fact]
    public async Task Body_ThatArrivesOnTheThread_IsHandledOnTheThreadPool()
    {
        var isPool = false;
        await ReadAsync(async context =>
        {
            await new JsonBody<EmptyRequest>().ReadAsync(context);
            isPool = Thread.CurrentThread.IsThreadPoolThread;
        });
        Assert.True(isPool);
    }

    [Fact]
    public void TryUse_WithTlsPasswordsOrAlertmanagers_IsFalse()
    {
        Assert.False(SocketThreads.TryUse(new ExporterOptions { Web = new WebOptions { ConfigFile = "web.yml" } }));
        Assert.False(SocketThreads.TryUse(new ExporterOptions
        {
            Alerting = new AlertingOptions { Alertmanagers = [new Uri("http://alertmanager:9093")] },
        }));
    }

    // The end of the body arrives on a thread of its own.
    private static async Task ReadAsync(Func<HttpContext, Task> read)
    {
        var pipe = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        await pipe.Writer.WriteAsync("{"u8.ToArray(), TestContext.Current.CancellationToken);
        var reading = read(new DefaultHttpContext
        {
            Request = { Body = pipe.Reader.AsStream(), ContentType = "application/json" },
        });
        RunOnOwnThread(() => pipe.Writer.CompleteAsync().AsTask());
        await reading;
    }

    private static void RunOnOwnThread(Func<Task> work)
    {
        var thread = new Thread(() => _ = work());
        thread.Start();
        thread.Join();
    }
}
