using System.Net.Sockets;
using System.Text;
using NicHangExporter.Control;

namespace NicHangExporter.Tests.Control;

public sealed class ControlClientTests
{
    private static readonly ControlRequest Status = new(ControlCommand.Status);

    [Fact]
    public async Task Ask_ARunningDaemon_HasItsAnswer()
    {
        using var harness = ControlHarness.Started();
        ControlRequest? taken = null;
        harness.Handler = (request, _, _) =>
        {
            taken = request;
            return Task.FromResult(new ControlAnswer { Done = "yes" });
        };
        var request = new ControlRequest(ControlCommand.Remediate)
        {
            Device = @"a\x1bb",
            Profile = "p",
            Recover = true,
            DryRun = true,
            Reason = "a \"reason\"\nwith a line feed",
        };

        var reply = await AskAsync(harness, request);

        Assert.Equal(ControlReach.Answered, reply.Reach);
        Assert.Equal("yes", reply.Answer!.Done);
        Assert.Equal(request, taken);
    }

    [Fact]
    public async Task Ask_ADaemonAtWork_WaitsAsLongAsItShowsSignsOfLife()
    {
        using var harness = ControlHarness.Started();
        var work = new TaskCompletionSource<ControlAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Handler = (_, _, _) =>
        {
            begun.SetResult();
            return work.Task;
        };
        // The real time for the asker: nobody knows when the daemon has taken up its timer again.
        var asking = ControlClient.AskAsync(harness.Path, Status, TimeProvider.System, TestContext.Current.CancellationToken);
        await begun.Task;
        for (var minute = 0; minute < 20; minute++)
            harness.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(asking.IsCompleted);
        work.SetResult(new ControlAnswer { Done = "at last" });

        Assert.Equal("at last", (await asking).Answer!.Done);
    }

    [Fact]
    public async Task Ask_WhereNoSocketIs_NobodyIsThere()
    {
        using var harness = new ControlHarness();

        Assert.Equal(ControlReach.NobodyThere, (await AskAsync(harness, Status)).Reach);
    }

    [Fact]
    public async Task Ask_AtTheSocketOfADeadDaemon_NobodyIsThere()
    {
        using var harness = new ControlHarness();
        using (var dead = Listen(harness.Path + ".x"))
            File.Move(harness.Path + ".x", harness.Path);

        Assert.Equal(ControlReach.NobodyThere, (await AskAsync(harness, Status)).Reach);
    }

    [Fact]
    public async Task Ask_AtAPathNoSocketCanHave_NobodyIsThere() =>
        Assert.Equal(ControlReach.NobodyThere, (await ControlClient.AskAsync("/" + new string('x', 200), Status, TimeProvider.System, TestContext.Current.CancellationToken)).Reach);

    [Theory]
    [InlineData("")]
    [InlineData("{\"version\":1,")]
    [InlineData("not JSON\n")]
    [InlineData("[]\n")]
    public async Task Ask_SomethingThatIsNoDaemon_IsNoAnswer(string says)
    {
        using var harness = new ControlHarness();
        using var listener = Listen(harness.Path);
        var asking = AskAsync(harness, Status);
        using (var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken))
            ControlHarness.Send(socket, Encoding.UTF8.GetBytes(says));

        Assert.Equal(ControlReach.Silent, (await asking).Reach);
    }

    [Fact]
    public async Task Ask_ADaemonThatIsStuck_GivesUp()
    {
        using var harness = new ControlHarness();
        using var listener = Listen(harness.Path);
        var asking = AskAsync(harness, Status);
        using var socket = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        ControlHarness.Until(
            () =>
            {
                harness.Clock.Advance(TimeSpan.FromSeconds(1));
                return asking.IsCompleted;
            },
            "it waits for ever");

        Assert.Equal(ControlReach.Silent, (await asking).Reach);
    }

    private static Task<ControlReply> AskAsync(ControlHarness harness, ControlRequest request) =>
        ControlClient.AskAsync(harness.Path, request, harness.Clock, TestContext.Current.CancellationToken);

    private static Socket Listen(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen();
        return socket;
    }
}
