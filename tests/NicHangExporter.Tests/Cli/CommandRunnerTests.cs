using System.Text.Json;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Admin;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Cli;

public sealed class CommandRunnerTests : CommandRunnerFixture
{
    [Fact]
    public async Task Change_WithADaemon_IsDoneByIt()
    {
        _daemon.Always(200, Json(RemediationResponse.Of(Applied) with { Joined = true })).Start();

        Assert.Equal(0, await RunAsync(Remediate()));

        Assert.Empty(_directories);
        Assert.StartsWith("eno1: applied\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("asked for by somebody else", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("eno1: working; a change is verified for up to 30s ...\n", _error.ToString());
    }

    [Fact]
    public async Task Change_WithoutADaemon_IsDoneHere()
    {
        Assert.Equal(0, await RunAsync(Remediate()));

        Assert.Equal([_daemon.Directory], _directories);
        Assert.Equal(["remediate eno1"], _offline.Calls);
    }

    [Fact]
    public async Task Change_AfterADaemonThatWasKilled_IsDoneHere()
    {
        _daemon.LeaveDeadSocket();

        Assert.Equal(0, await RunAsync(Remediate()));

        Assert.Equal(["remediate eno1"], _offline.Calls);
    }

    [Fact]
    public async Task Change_WithADaemonThatDoesNotAnswer_IsNotDone()
    {
        using var broken = _daemon.Listen();
        var running = RunAsync(Remediate());
        for (var time = 0; time < 2; time++)
            using (await broken.AcceptAsync(TestContext.Current.CancellationToken))
            {
                // Closed immediately, without an answer.
            }

        Assert.Equal(1, await running);

        Assert.Empty(_directories);
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
        _offline.Outcome =
            RemediationResponse.Of(Applied with { Verdict = SnakeCase.Parse<RemediationVerdict>(verdict)!.Value });

        Assert.Equal(expected, await RunAsync(Remediate() with { Json = true }));

        using var answer = JsonDocument.Parse(_output.ToString());
        Assert.Equal(verdict, answer.RootElement.GetProperty("verdict").GetString());
    }

    [Theory]
    [InlineData(ConsoleVerb.Remediate)]
    [InlineData(ConsoleVerb.Rollback)]
    [InlineData(ConsoleVerb.ClearQuarantine)]
    [InlineData(ConsoleVerb.Pause)]
    [InlineData(ConsoleVerb.Resume)]
    [InlineData(ConsoleVerb.Status)]
    internal async Task Problem_IsALineOfErrorAndExitCode1(ConsoleVerb verb)
    {
        var problem = new ProblemResponse("urn:problem-type:nichang:stuck", "Stuck", 503, "because of \u001b[31mred");
        (_offline.Outcome, _offline.Quarantine, _offline.Pause, _offline.Devices) =
            (problem, problem, problem, problem);

        Assert.Equal(1, await RunAsync(Call(verb)));

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
        _offline.Outcome = RemediationResponse.Of(
            new RemediationOutcome("", "eno9", RemediationVerdict.Declined, "There is no device eno9.")
            { Declined = DeclineReason.UnknownDevice });

        Assert.Equal(1, await RunAsync(Remediate(device: "eno9")));

        Assert.Empty(_error.ToString());
        Assert.Contains("There is no device eno9.", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DryRun_ThatWouldBeDeclined_IsNoSuccess()
    {
        _offline.Outcome = RemediationResponse.Of(
            new RemediationOutcome("", "eno1", RemediationVerdict.DryRun, "It would be declined now.")
            { Declined = DeclineReason.Cooldown });

        Assert.Equal(1, await RunAsync(Remediate(dryRun: true)));

        Assert.StartsWith(
            "eno1: dry run, would be DECLINED (cooldown)\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("nic-hang-exporter quarantine clear eno1", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clear_OfAnUnknownDevice_NamesIt()
    {
        _offline.Quarantine = new ProblemResponse("urn:problem-type:nichang:unknown_device",
            "There is no such device here", 404, "GET /api/v1/devices lists them.");

        Assert.Equal(1, await RunAsync(Call(ConsoleVerb.ClearQuarantine)));

        Assert.Equal("there is no device eno1, or it can't be read\n", _error.ToString());
    }

    [Fact]
    public async Task Clear_OfWhatIsNotInQuarantine_IsNoSuccess()
    {
        Assert.Equal(0, await RunAsync(Call(ConsoleVerb.ClearQuarantine)));
        _offline.Quarantine = new QuarantineResponse("eno1", Cleared: false) { Explanation = "it is in no quarantine" };
        Assert.Equal(1, await RunAsync(Call(ConsoleVerb.ClearQuarantine)));

        Assert.Equal("eno1: no quarantine, no cool-down, and its budget is full again.\n", _output.ToString());
        Assert.Equal("it is in no quarantine\n", _error.ToString());
    }

    [Theory]
    [InlineData(ConsoleVerb.Pause, true, 0)]
    [InlineData(ConsoleVerb.Resume, false, 0)]
    [InlineData(ConsoleVerb.Resume, true, 1)]
    internal async Task Resume_ThatLeavesItPaused_IsNoSuccess(ConsoleVerb verb, bool paused, int expected)
    {
        _offline.Pause =
            new PauseResponse(paused) { PausedBy = paused ? [PauseCause.File] : null, Explanation = "What is so now." };

        Assert.Equal(expected, await RunAsync(new ConsoleCall(verb, Json: false)));
        Assert.Equal(expected, await RunAsync(new ConsoleCall(verb, Json: true)));

        var lines = _output.ToString().Split('\n');
        Assert.Equal("What is so now.", lines[0]);
        var json = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal(
            (paused, paused),
            (json.GetProperty("paused").GetBoolean(), json.TryGetProperty("pausedBy", out var by)
                && by.GetArrayLength() == 1));
    }

    [Fact]
    public async Task Resume_ThatEndsThePause_SaysSo()
    {
        Assert.Equal(0, await RunAsync(new ConsoleCall(ConsoleVerb.Resume, Json: false)));

        Assert.Equal("Remediation is resumed: it is paused neither by command nor by a file.\n", _output.ToString());
    }
}
