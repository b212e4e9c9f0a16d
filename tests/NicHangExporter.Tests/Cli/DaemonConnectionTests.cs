using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation;
using NicHangExporter.Web;

namespace NicHangExporter.Tests.Cli;

/// <summary>
/// A daemon that is absent, slow, stuck, or ends: what the console makes of each, and what it sends a second time.
/// </summary>
public sealed class DaemonConnectionTests : IDisposable
{
    private const string Applied = """{"id":"r7","device":"eno1","state":"done","verdict":"applied","success":true}""";
    private const string Running = """{"id":"r7","device":"eno1","state":"running"}""";

    private readonly SocketServer _daemon = new();
    private readonly ProbeClock _clock = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task WithoutASocket_NoDaemonRuns() =>
        Assert.Equal(DaemonFailure.NotRunning, await FailureAsync(Devices));

    [Fact]
    public async Task SocketOfADeadDaemon_IsAsIfNoneRuns()
    {
        _daemon.LeaveDeadSocket();

        Assert.Equal(DaemonFailure.NotRunning, await FailureAsync(Devices));
    }

    [Fact]
    public async Task PathThatNoSocketCanHave_IsAsIfNoneRuns()
    {
        using var client = Client("/" + new string('x', LocalApiServer.MaxPath));

        var exception = await Assert.ThrowsAsync<DaemonException>(() => Devices(client));

        Assert.Equal(DaemonFailure.NotRunning, exception.Failure);
        Assert.Contains("longer than the path of a socket can be", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not HTTP\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")]
    [InlineData("{\"version\":1,\"error\":\"the request can't be read\"}\n")]
    public async Task SomethingThatIsNoDaemon_DoesNotAnswer(string says)
    {
        using var listener = _daemon.Listen();
        var failing = FailureAsync(Devices);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await socket.SendAsync(Encoding.UTF8.GetBytes(says), TestContext.Current.CancellationToken);

        Assert.Equal(DaemonFailure.NotAnswering, await failing);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{")]
    public async Task ConnectionThatBreaksTwice_IsLost(string says)
    {
        using var listener = _daemon.Listen();
        var failing = FailureAsync(Remediate);
        var keys = new List<string>();
        for (var time = 0; time < 2; time++)
            using (var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken))
            {
                keys.Add(KeyOf(await ReceiveAsync(socket)));
                await socket.SendAsync(Encoding.UTF8.GetBytes(says), TestContext.Current.CancellationToken);
            }

        Assert.Equal(DaemonFailure.ConnectionLost, await failing);
        Assert.NotEmpty(keys[0]);
        Assert.Equal(keys[0], keys[1]);
    }

    [Fact]
    public async Task ConnectionThatBreaksOnce_IsMadeAgainWithTheSameKey()
    {
        using var listener = _daemon.Listen();
        using var client = Client(_daemon.Path);
        var remediating = client.RemediateAsync(new CreateRemediationRequest("eno1"));
        string first, second;
        using (var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken))
            first = await ReceiveAsync(socket);
        using (var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken))
        {
            second = await ReceiveAsync(socket);
            await socket.SendAsync(
                Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Applied.Length}\r\n\r\n{Applied}"),
                TestContext.Current.CancellationToken);
            Assert.Equal(RemediationVerdict.Applied, (await remediating).Value!.Verdict);
        }

        Assert.Equal(first, second);
        Assert.NotEmpty(KeyOf(first));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SwitchWithoutAKey_IsNotSentTwice(bool paused)
    {
        using var listener = _daemon.Listen();
        var failing = FailureAsync(api => api.SetPausedAsync(paused));
        using (var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken))
            await ReceiveAsync(socket);

        Assert.Equal(DaemonFailure.ConnectionLost, await failing);
        Assert.False(listener.Poll(0, SelectMode.SelectRead));
    }

    [Fact]
    public async Task DaemonThatEndsWithTheRequest_IsNotTakenForOneThatNeverRan()
    {
        var listener = _daemon.Listen();
        var failing = FailureAsync(Remediate);
        using (var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken))
        {
            await ReceiveAsync(socket);
            listener.Dispose();
        }

        Assert.Equal(DaemonFailure.ConnectionLost, await failing);
    }

    [Fact]
    public async Task DaemonThatEndsWhileARemediationRuns_IsNotTakenForOneThatNeverRan()
    {
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _daemon.Answer = request =>
        {
            if (HttpMethods.IsGet(request.Method))
                looked.TrySetResult();
            return Task.FromResult((HttpMethods.IsPost(request.Method) ? 202 : 200, Running));
        };
        _daemon.Start();
        using var client = new ApiClient(new DaemonConnection(_daemon.Path, TimeProvider.System), TimeProvider.System);
        var remediating = Remediate(client);
        await looked.Task;
        await _daemon.StopAsync();

        Assert.Equal(
            DaemonFailure.ConnectionLost, (await Assert.ThrowsAsync<DaemonException>(() => remediating)).Failure);
    }

    [Fact]
    public async Task DaemonThatIsStuck_IsGivenUpAfterTwelveSeconds()
    {
        using var listener = _daemon.Listen();
        var began = _clock.GetUtcNow();
        var failing = FailureAsync(Remediate);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await UntilAsync(failing);

        Assert.Equal(DaemonFailure.NotAnswering, await failing);
        Assert.True(_clock.GetUtcNow() - began >= DaemonConnection.ProbeInterval + DaemonConnection.ProbeTimeout);
        // The daemon sees that nobody waits any longer.
        Assert.StartsWith("POST ", await ReceiveAsync(socket), StringComparison.Ordinal);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DaemonThatStopsInTheMiddleOfItsAnswer_IsGivenUp()
    {
        using var listener = _daemon.Listen();
        var failing = FailureAsync(Devices);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await socket.SendAsync(
            "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"u8.ToArray(), TestContext.Current.CancellationToken);
        await UntilAsync(failing);

        Assert.Equal(DaemonFailure.NotAnswering, await failing);
    }

    [Fact]
    public async Task DaemonThatIsSlowButAlive_IsWaitedFor()
    {
        var work = new TaskCompletionSource<(int, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var probed = new SemaphoreSlim(0);
        _daemon.Answer = request =>
        {
            if (HttpMethods.IsPost(request.Method))
                return work.Task;
            probed.Release();
            return Task.FromResult((200, "{}"));
        };
        _daemon.Start();
        using var client = Client(_daemon.Path);
        var remediating = Remediate(client);
        for (var probe = 0; probe < 100; probe++)
        {
            // Only the interval passes: while the probe is on its way, a slow machine must not run into its timeout.
            await _clock.IntervalBegins.WaitAsync(TestContext.Current.CancellationToken);
            _clock.Advance(DaemonConnection.ProbeInterval);
            await probed.WaitAsync(TestContext.Current.CancellationToken);
        }
        Assert.False(remediating.IsCompleted);
        work.SetResult((200, Applied));

        Assert.NotNull(await remediating);
    }

    private static Task<object?> Devices(IRemediationApi api) => Boxed(api.GetDevicesAsync());

    private static Task<object?> Remediate(IRemediationApi api) =>
        Boxed(api.RemediateAsync(new CreateRemediationRequest("eno1")));

    private static async Task<object?> Boxed<T>(Task<T> task) => await task;

    private ApiClient Client(string path) => new(new DaemonConnection(path, _clock), _clock);

    private async Task<DaemonFailure> FailureAsync(Func<IRemediationApi, Task> call)
    {
        using var client = Client(_daemon.Path);
        return (await Assert.ThrowsAsync<DaemonException>(() => call(client))).Failure;
    }

    // The clock is the test's, and what it wakes works on other threads.
    private async Task UntilAsync(Task done)
    {
        for (var step = 0; !done.IsCompleted; step++)
        {
            Assert.True(step < 3000, "it waits for ever");
            _clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(done, Task.Delay(10, TestContext.Current.CancellationToken));
        }
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        var text = "";
        var buffer = new byte[4096];
        while (!text.EndsWith('}')
            && await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var length)
            text += Encoding.UTF8.GetString(buffer, 0, length);
        return text;
    }

    private static string KeyOf(string request) =>
        request.Split("\r\n").SingleOrDefault(line => line.StartsWith("Idempotency-Key: ", StringComparison.Ordinal))
        ?? "";

    /// <summary>A fake clock that shows when the console begins to wait for the next probe.</summary>
    private sealed class ProbeClock : FakeTimeProvider
    {
        public SemaphoreSlim IntervalBegins { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == DaemonConnection.ProbeInterval)
                IntervalBegins.Release();
            return timer;
        }
    }
}
