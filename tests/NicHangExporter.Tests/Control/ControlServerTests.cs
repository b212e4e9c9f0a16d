using System.Net.Sockets;
using NicHangExporter.Control;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.TestSupport;

namespace NicHangExporter.Tests.Control;

public sealed class ControlServerTests
{
    [Fact]
    public void Request_OfRoot_IsCarriedOutInItsName()
    {
        using var harness = ControlHarness.Started();

        Assert.Equal("{\"version\":1,\"done\":\"Status for root\"}\n", harness.Exchange(ControlHarness.Good));
    }

    [Fact]
    public void Socket_IsForItsOwnerOnly()
    {
        using var harness = ControlHarness.Started();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(harness.Path));
        Assert.Equal(1, harness.Log.Count(EventIds.ControlListening));
    }

    [Fact]
    public void Socket_OfADeadDaemon_IsReplaced()
    {
        using var harness = new ControlHarness();
        using (var dead = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            // Moved, so that closing it does not take it away.
            dead.Bind(new UnixDomainSocketEndPoint(harness.Path + ".x"));
            dead.Listen();
            File.Move(harness.Path + ".x", harness.Path);
        }
        Assert.Throws<SocketException>(harness.Connect);

        Assert.True(harness.Server.TryStart());

        Assert.Contains("done", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
    }

    [Fact]
    public void Start_WithADirectoryInTheWay_SaysSoAndDoesWithout()
    {
        using var harness = new ControlHarness();
        Directory.CreateDirectory(harness.Path);

        Assert.False(harness.Server.TryStart());

        Assert.Equal(1, harness.Log.Count(EventIds.ControlUnavailable));
    }

    [Fact]
    public void Start_WithTooLongAPath_SaysWhatWouldHelp()
    {
        using var harness = new ControlHarness();
        using var directory = new TemporaryDirectory();
        var longest = Path.Combine(directory.Path, new string('d', ControlProtocol.MaxPath - directory.Path.Length - 1 - "/control.sock".Length));
        Directory.CreateDirectory(longest);
        Directory.CreateDirectory(longest + "d");
        using var fits = harness.Make(longest);
        using var tooLong = harness.Make(longest + "d");

        Assert.True(fits.TryStart());
        Assert.False(tooLong.TryStart());

        Assert.Contains("choose a shorter state.directory", Assert.Single(harness.Log.Entries, entry => entry.Event == EventIds.ControlUnavailable).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u, 0u, true)]
    [InlineData(0u, 1000u, false)]
    [InlineData(999u, 999u, true)]
    [InlineData(999u, 0u, true)]
    [InlineData(999u, 1000u, false)]
    [InlineData(0u, uint.MaxValue, false)]
    public void Peer_OnlyRootAndTheDaemonsUser_AreServed(uint daemon, uint peer, bool served)
    {
        using var harness = new ControlHarness();
        var carriedOut = 0;
        harness.Handler = (_, _, _) =>
        {
            carriedOut++;
            return Task.FromResult(new ControlAnswer { Done = "yes" });
        };
        // Asked for the listening socket once, before anybody can connect.
        harness.Peer = _ => daemon;
        Assert.True(harness.Server.TryStart());
        harness.Peer = _ => peer;

        var answers = string.Concat(Enumerable.Range(0, 3).Select(_ => harness.Exchange(ControlHarness.Good)));

        Assert.Equal(served ? 3 : 0, carriedOut);
        Assert.Equal(served ? 0 : 3, answers.Split("only root").Length - 1);
        // Whoever may not ask may not fill the log either.
        Assert.Equal(served ? 0 : 1, harness.Log.Count(EventIds.ControlRefused));
    }

    [Fact]
    public void Peer_OfTheKernel_IsThisProcess()
    {
        using var harness = new ControlHarness { Peer = socket => PeerCredentials.Read(socket).Uid };
        Assert.True(harness.Server.TryStart());

        Assert.Contains("Status for ", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
    }

    [Fact]
    public void Handler_ThatFails_IsAnAnswerAndALogLine()
    {
        using var harness = ControlHarness.Started();
        harness.Handler = (_, _, _) => throw new InvalidOperationException("a fault made by the test");

        Assert.Contains("unexpected error", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
        Assert.Contains("unexpected error", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);

        Assert.Equal(1, harness.Log.Count(EventIds.ControlFailed));
    }

    [Fact]
    public void Accept_ThatFails_IsTriedAgainAfterASecond()
    {
        using var harness = ControlHarness.Started();
        harness.Peer = _ => throw new LinuxException("getsockopt SO_PEERCRED", "a socket", Errno.TooManyOpenFiles);
        Assert.Equal("", harness.Exchange(ControlHarness.Good));
        harness.Peer = _ => 0;

        using var next = harness.Connect();
        ControlHarness.Send(next, ControlHarness.Good);
        ControlHarness.Until(() => harness.Log.Count(EventIds.ControlFailed) == 1, "the failure was not logged");
        ControlHarness.Until(
            () =>
            {
                harness.Clock.Advance(TimeSpan.FromSeconds(1));
                return next.Poll(0, SelectMode.SelectRead);
            },
            "the next one was not answered");

        Assert.Contains("done", ControlHarness.ReadToEnd(next), StringComparison.Ordinal);
    }

    [Fact]
    public void Asker_WhoIsSilent_IsLetGoAfterFiveSeconds()
    {
        using var harness = ControlHarness.Started();
        using var silent = harness.Connect();
        ControlHarness.Send(silent, "{\"version\":1,"u8);

        ControlHarness.Until(
            () =>
            {
                harness.Clock.Advance(TimeSpan.FromSeconds(1));
                return silent.Poll(0, SelectMode.SelectRead);
            },
            "it was not let go");

        Assert.Contains("no request came within 5 s", ControlHarness.ReadToEnd(silent), StringComparison.Ordinal);
    }

    [Fact]
    public void Askers_AHundredSilentOnes_DoNotKeepTheNextOneOut()
    {
        using var harness = ControlHarness.Started();
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                silent.Add(harness.Connect());
                if (i % 3 == 0)
                    ControlHarness.Send(silent[^1], "{\"vers"u8);
            }

            Assert.Contains("done", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
        Assert.Contains("done", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);
        Assert.Equal(0, harness.Log.Count(EventIds.ControlFailed));
    }

    [Fact]
    public void Askers_MoreThanEightAtWork_AreToldSo()
    {
        using var harness = ControlHarness.Started();
        var work = new TaskCompletionSource<ControlAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        harness.Handler = (_, _, _) =>
        {
            Interlocked.Increment(ref begun);
            return work.Task;
        };
        var busy = Enumerable.Range(0, ControlServer.MaxConnections).Select(_ => harness.Connect()).ToList();
        busy.ForEach(socket => ControlHarness.Send(socket, ControlHarness.Good));
        ControlHarness.Until(() => begun == ControlServer.MaxConnections, "not all have begun");

        Assert.Contains("too many requests are under way", harness.Exchange(ControlHarness.Good), StringComparison.Ordinal);

        work.SetResult(new ControlAnswer { Done = "at last" });
        Assert.All(busy, socket => Assert.Contains("at last", ControlHarness.ReadToEnd(socket), StringComparison.Ordinal));
        busy.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public void Work_ThatTakesLong_ShowsSignsOfLife()
    {
        using var harness = ControlHarness.Started();
        var work = new TaskCompletionSource<ControlAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Handler = (_, _, _) => work.Task;
        using var asker = harness.Connect();
        ControlHarness.Send(asker, ControlHarness.Good);

        ControlHarness.Until(
            () =>
            {
                harness.Clock.Advance(ControlProtocol.SignOfLife);
                return asker.Poll(0, SelectMode.SelectRead);
            },
            "no sign of life");
        // The clock may have gone on before the sign was written: how long is a multiple of the interval.
        using var sign = System.Text.Json.JsonDocument.Parse(ControlHarness.ReadLine(asker));
        var waiting = sign.RootElement.GetProperty("waiting").GetDouble();
        Assert.True(waiting > 0 && waiting % ControlProtocol.SignOfLife.TotalSeconds == 0, $"waiting {waiting}");

        work.SetResult(new ControlAnswer { Done = "at last" });
        Assert.EndsWith("\"done\":\"at last\"}\n", ControlHarness.ReadToEnd(asker), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asker_WhoHasGoneBeforeTheRequestWasRead_WantsNothingAnyMore()
    {
        using var harness = ControlHarness.Started();
        using var stuck = new ManualResetEventSlim();
        var carriedOut = 0;
        harness.Handler = (_, _, _) =>
        {
            Interlocked.Increment(ref carriedOut);
            return Task.FromResult(new ControlAnswer { Done = "yes" });
        };
        harness.Peer = _ =>
        {
            stuck.Wait();
            return 0;
        };
        using (var gone = harness.Connect())
            ControlHarness.Send(gone, ControlHarness.Good);
        using var quiet = harness.Connect();
        ControlHarness.Send(quiet, ControlHarness.Good);
        quiet.Shutdown(SocketShutdown.Send);

        stuck.Set();

        Assert.Contains("yes", ControlHarness.ReadToEnd(quiet), StringComparison.Ordinal);
        await harness.Server.StopAsync(CancellationToken.None);
        Assert.Equal(1, carriedOut);
    }

    [Fact]
    public void Asker_WhoHangsUp_NeitherCancelsTheWorkNorKeepsItsPlace()
    {
        using var harness = ControlHarness.Started();
        var work = new TaskCompletionSource<ControlAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = 0;
        var ended = 0;
        var cancelled = false;
        harness.Handler = async (_, _, ending) =>
        {
            Interlocked.Increment(ref begun);
            var answer = await work.Task;
            cancelled |= ending.IsCancellationRequested;
            Interlocked.Increment(ref ended);
            return answer;
        };
        for (var i = 1; i <= ControlServer.MaxConnections; i++)
        {
            using var asker = harness.Connect();
            ControlHarness.Send(asker, ControlHarness.Good);
            ControlHarness.Until(() => begun == i, "it has not begun");
        }

        // That they have gone is found out by the next sign of life.
        ControlHarness.Until(
            () =>
            {
                using var next = harness.Connect();
                ControlHarness.Send(next, ControlHarness.Good);
                ControlHarness.Until(
                    () =>
                    {
                        harness.Clock.Advance(ControlProtocol.SignOfLife);
                        return next.Poll(0, SelectMode.SelectRead);
                    },
                    "no answer");
                return ControlHarness.ReadLine(next).Contains("waiting", StringComparison.Ordinal);
            },
            "their places were not free again");
        work.SetResult(new ControlAnswer { Done = "at last" });

        ControlHarness.Until(() => ended == begun, "the work was abandoned");
        Assert.False(cancelled);
    }

    [Fact]
    public async Task Stop_WithWorkUnderWay_WaitsForItsAnswerAndTakesNoMore()
    {
        using var harness = ControlHarness.Started();
        var work = new TaskCompletionSource<ControlAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Handler = (_, _, _) =>
        {
            begun.SetResult();
            return work.Task;
        };
        using var asker = harness.Connect();
        ControlHarness.Send(asker, ControlHarness.Good);
        await begun.Task;

        var stopping = harness.Server.StopAsync(CancellationToken.None);
        ControlHarness.Until(() => !File.Exists(harness.Path), "the socket is still there");
        Assert.False(stopping.IsCompleted);
        work.SetResult(new ControlAnswer { Done = "at last" });
        await stopping;

        Assert.Contains("at last", ControlHarness.ReadToEnd(asker), StringComparison.Ordinal);
        Assert.Equal(0, harness.Log.Count(EventIds.ControlFailed));
    }

    [Fact]
    public async Task Stop_OutOfPatience_EndsWithoutTheAnswer()
    {
        using var harness = ControlHarness.Started();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        harness.Handler = (_, _, ending) =>
        {
            begun.SetResult();
            return new TaskCompletionSource<ControlAnswer>().Task.WaitAsync(ending);
        };
        using var asker = harness.Connect();
        ControlHarness.Send(asker, ControlHarness.Good);
        using var silent = harness.Connect();
        await begun.Task;
        using var patience = new CancellationTokenSource();

        var stopping = harness.Server.StopAsync(patience.Token);
        await patience.CancelAsync();
        await stopping;

        Assert.DoesNotContain("done", ControlHarness.ReadToEnd(asker), StringComparison.Ordinal);
        _ = ControlHarness.ReadToEnd(silent);
        Assert.Equal(0, harness.Log.Count(EventIds.ControlFailed));
    }
}
