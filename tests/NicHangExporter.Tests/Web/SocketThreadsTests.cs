using System.IO.Pipelines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Options;
using NicHangExporter.Threads;
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
        var application = new ApplicationBuilder(new ServiceCollection().BuildServiceProvider());
        application.UseMetrics("/metrics", Answer);
        application.Use(SocketThreads.LeaveAsync);
        application.Run(Answer);
        var handle = application.Build();
        var context = new DefaultHttpContext { Request = { Method = method, Path = path } };

        RunOnOwnThread(() => handle(context));

        Assert.Equal(!stays, await ran.Task);

        Task Answer(HttpContext _)
        {
            ran.SetResult(Thread.CurrentThread.IsThreadPoolThread);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task SwitchAsync_ContinuesOnTheThreadPool()
    {
        var ran = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        RunOnOwnThread(async () =>
        {
            await PoolThread.SwitchAsync();
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

    [Theory]
    [InlineData(null, true)]
    [InlineData("1", true)]
    [InlineData("0", false)]
    public void MayUse_WithoutTlsPasswordsAndAlertmanagers_FollowsTheEnvironment(string? variable, bool expected) =>
        Assert.Equal(expected, SocketThreads.MayUse(new ExporterOptions(), variable));

    [Theory]
    [InlineData(null)]
    [InlineData("1")]
    public void MayUse_WithTlsPasswordsOrAlertmanagers_IsFalse(string? variable)
    {
        var web = new WebOptions { ConfigFile = "web.yml" };
        var alerting = new AlertingOptions { Alertmanagers = [new Uri("http://alertmanager:9093")] };
        Assert.False(SocketThreads.MayUse(new ExporterOptions { Web = web }, variable));
        Assert.False(SocketThreads.MayUse(new ExporterOptions { Alerting = alerting }, variable));
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
