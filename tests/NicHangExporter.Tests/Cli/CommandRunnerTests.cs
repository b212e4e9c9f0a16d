using System.Net.Sockets;
using System.Text.Json;
using NicHangExporter.Cli;
using NicHangExporter.Control;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Tests.Control;

namespace NicHangExporter.Tests.Cli;

public sealed class CommandRunnerTests : IDisposable
{
    private static readonly RemediationOutcome Applied = new("7", "eno1", RemediationVerdict.Applied, "Done.");

    private readonly ControlHarness _daemon = new();
    private readonly TestSupport.TemporaryDirectory _sysfs = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly List<(string? Directory, ControlRequest Request)> _alone = [];
    private ControlAnswer _aloneAnswer = new() { Outcome = Applied };

    public CommandRunnerTests() => Directory.CreateDirectory(_sysfs.File("class/net/eno1"));

    public void Dispose()
    {
        _daemon.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public async Task Change_WithADaemon_IsDoneByIt()
    {
        Assert.True(_daemon.Server.TryStart());
        _daemon.Handler = (_, _, _) => Task.FromResult(new ControlAnswer { Outcome = Applied, Joined = true });

        Assert.Equal(0, await RunAsync(Remediate()));

        Assert.Empty(_alone);
        Assert.StartsWith("eno1: applied\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("asked for by somebody else", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("eno1: working; a change is verified for up to 30s ...\n", _error.ToString());
    }

    [Fact]
    public async Task Change_WithoutADaemon_IsDoneHere()
    {
        Assert.Equal(0, await RunAsync(Remediate()));

        Assert.Equal((_daemon.Directory, "eno1"), (Assert.Single(_alone).Directory, _alone[0].Request.Device));
    }

    [Fact]
    public async Task Change_WithADaemonThatDoesNotAnswer_IsNotDone()
    {
        using var stuck = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stuck.Bind(new UnixDomainSocketEndPoint(_daemon.Path));
        stuck.Listen();
        var running = RunAsync(Remediate());
        using (await stuck.AcceptAsync(TestContext.Current.CancellationToken))
        {
            // Closed at once, without an answer.
        }

        Assert.Equal(1, await running);

        Assert.Empty(_alone);
        Assert.Empty(_output.ToString());
        Assert.Contains("Nothing was done by this command", Unbroken(_error), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("healed", 0)]
    [InlineData("applied", 0)]
    [InlineData("nothing_to_do", 0)]
    [InlineData("dry_run", 0)]
    [InlineData("observed", 0)]
    [InlineData("not_healed", 1)]
    [InlineData("did_not_hold", 1)]
    [InlineData("inconclusive", 1)]
    [InlineData("rolled_back", 1)]
    [InlineData("rollback_failed", 1)]
    [InlineData("declined", 1)]
    [InlineData("failed", 1)]
    [InlineData("device_gone", 1)]
    [InlineData("unverified", 1)]
    public async Task ExitCode_IsTheVerdicts(string verdict, int expected)
    {
        _aloneAnswer = new ControlAnswer { Outcome = Applied with { Verdict = SnakeCase.Parse<RemediationVerdict>(verdict)!.Value } };

        Assert.Equal(expected, await RunAsync(Remediate() with { Json = true }));

        using var answer = JsonDocument.Parse(_output.ToString());
        Assert.Equal(verdict, answer.RootElement.GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Refusal_IsALineOfErrorAndExitCode1()
    {
        _aloneAnswer = ControlAnswer.Refuse("because of \u001b[31mred");

        Assert.Equal(1, await RunAsync(Remediate(dryRun: true)));

        Assert.Equal("because of \\u001b[31mred\n", _error.ToString());
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public async Task DryRun_SaysNothingOfVerification()
    {
        Assert.Equal(0, await RunAsync(Remediate(dryRun: true)));

        Assert.Empty(_error.ToString());
    }

    [Fact]
    public async Task Change_OfAnUnknownDevice_DoesNotSayThatItIsWorking()
    {
        var unknown = new RemediationOutcome("", "eno9", RemediationVerdict.Declined, "There is no device eno9.") { Declined = DeclineReason.UnknownDevice };
        _aloneAnswer = new ControlAnswer { Outcome = unknown };

        Assert.Equal(1, await RunAsync(new(ConsoleVerb.Change, Json: false) { Request = new ControlRequest(ControlCommand.Remediate) { Device = "eno9" } }));

        Assert.Empty(_error.ToString());
        Assert.Contains("There is no device eno9.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_ThatWouldBeDeclined_IsNoSuccess()
    {
        _aloneAnswer = new ControlAnswer
        {
            Outcome = new RemediationOutcome("", "eno1", RemediationVerdict.DryRun, "It would be declined now.") { Declined = DeclineReason.Cooldown },
        };

        Assert.Equal(1, await RunAsync(Remediate(dryRun: true)));

        Assert.StartsWith("eno1: dry run, would be DECLINED (cooldown)\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("nic-hang-exporter quarantine clear eno1", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WithADaemon_NamesIt()
    {
        Assert.True(_daemon.Server.TryStart());
        _daemon.Handler = (_, _, _) => Task.FromResult(new ControlAnswer { Status = TestStatus.Busy });

        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: false)));
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Devices, Json: false)));

        Assert.Contains($"daemon runs; answered at {_daemon.Path}", Unbroken(_output), StringComparison.Ordinal);
        Assert.Contains("\nenp3s0 ", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_WithoutADaemon_IsTheJournals()
    {
        _aloneAnswer = new ControlAnswer { Status = TestStatus.Empty };

        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: false)));

        Assert.Equal(ControlCommand.Status, Assert.Single(_alone).Request.Command);
        Assert.Contains("what the journal in " + _daemon.Directory, Unbroken(_output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_OfStatusAndDevices_HasTheRecordsMembers()
    {
        _aloneAnswer = new ControlAnswer { Status = TestStatus.Busy };

        await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: true));
        await RunAsync(new ConsoleCall(ConsoleVerb.Devices, Json: true));

        var lines = _output.ToString().Split('\n');
        using var status = JsonDocument.Parse(lines[0]);
        using var devices = JsonDocument.Parse(lines[1]);
        Assert.True(status.RootElement.GetProperty("paused").GetBoolean());
        Assert.False(status.RootElement.GetProperty("daemonAnswered").GetBoolean());
        Assert.Equal("enforce", status.RootElement.GetProperty("modes").GetProperty("local").GetString());
        Assert.Equal(4, status.RootElement.GetProperty("devices").GetArrayLength());
        Assert.Equal("eno1", devices.RootElement[0].GetProperty("device").GetString());
        Assert.Equal("upper", devices.RootElement[2].GetProperty("notAllowed").GetString());
        Assert.Equal("did_not_hold", devices.RootElement[0].GetProperty("last").GetProperty("verdict").GetString());
    }

    [Fact]
    public async Task Status_ThroughTheSocket_IsTheSameAsBefore()
    {
        Assert.True(_daemon.Server.TryStart());
        _daemon.Handler = (_, _, _) => Task.FromResult(new ControlAnswer { Status = TestStatus.Busy });
        await RunAsync(new ConsoleCall(ConsoleVerb.Status, Json: true));

        Assert.Equal(JsonSerializer.Serialize(TestStatus.Busy, ConsoleJson.Default.RemediationStatus)[..^1] + ",\"daemonAnswered\":true}\n", _output.ToString());
    }

    [Theory]
    [InlineData("pause", true, 0)]
    [InlineData("resume", false, 0)]
    [InlineData("resume", true, 1)]
    public async Task Resume_ThatLeavesItPaused_IsNoSuccess(string command, bool paused, int expected)
    {
        _aloneAnswer = new ControlAnswer { Done = "What is so now.", Paused = paused, PausedBy = paused ? [PauseCause.File] : [] };
        var request = new ControlRequest(SnakeCase.Parse<ControlCommand>(command)!.Value);

        Assert.Equal(expected, await RunAsync(new ConsoleCall(ConsoleVerb.Change, Json: false) { Request = request }));
        Assert.Equal(expected, await RunAsync(new ConsoleCall(ConsoleVerb.Change, Json: true) { Request = request }));

        var lines = _output.ToString().Split('\n');
        Assert.Equal("What is so now.", lines[0]);
        var json = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal((paused, paused ? 1 : 0), (json.GetProperty("paused").GetBoolean(), json.GetProperty("pausedBy").GetArrayLength()));
    }

    [Fact]
    public async Task Episodes_AreReadFromTheirFiles()
    {
        EpisodeFiles.Write(_daemon.Directory, new EpisodeBundle("20260724T031109Z-eno1", "eno1") { Driver = "e1000e" });
        EpisodeFiles.Write(_daemon.Directory, new EpisodeBundle("20260725T031109Z-eno2", "eno2"));

        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: false)));
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: true)));
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: true) { Episode = "20260724T031109Z-eno1" }));
        Assert.Equal(1, await RunAsync(new ConsoleCall(ConsoleVerb.Episodes, Json: true) { Episode = "../journal" }));

        var lines = _output.ToString().Split('\n');
        Assert.StartsWith("20260725T031109Z-eno2 ", lines[1], StringComparison.Ordinal);
        Assert.Equal("eno2", JsonDocument.Parse(lines[3]).RootElement[0].GetProperty("device").GetString());
        Assert.Equal("e1000e", JsonDocument.Parse(lines[4]).RootElement.GetProperty("driver").GetString());
        Assert.Contains("there is no episode '../journal'", Unbroken(_error), StringComparison.Ordinal);
    }

    private static ConsoleCall Remediate(bool dryRun = false) =>
        new(ConsoleVerb.Change, Json: false) { Request = new ControlRequest(ControlCommand.Remediate) { Device = "eno1", DryRun = dryRun } };

    private static string Unbroken(StringWriter text) => string.Join(' ', text.ToString().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private Task<int> RunAsync(ConsoleCall call)
    {
        ActAlone alone = (options, request, _) =>
        {
            _alone.Add((options.Paths.StateDirectory, request));
            return Task.FromResult(_aloneAnswer);
        };
        return new CommandRunner(new ExporterOptions { Paths = new() { StateDirectory = _daemon.Directory, Sysfs = _sysfs.Path } }, alone, TimeProvider.System, _output, _error).RunAsync(call);
    }
}
