using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Control;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>Which switch is set and what ends that: one source for the console, the API, the status and the refusals.</summary>
public sealed class PauseStateTests : IDisposable
{
    private readonly FaultScene _scene = new FaultScene().Open();

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(false, false, "")]
    [InlineData(true, false, "command")]
    [InlineData(false, true, "file")]
    [InlineData(true, true, "command file")]
    public async Task Status_TellsWhichSwitchIsSetAndWhatEndsIt(bool command, bool file, string expected)
    {
        if (command)
            await SetAsync(true);
        if (file)
            File.WriteAllText(_scene.Host.Options.Remediation.DisableFile, "");

        var status = _scene.Host.Remediator.Status();

        Assert.Equal(command || file, status.Paused);
        Assert.Equal(expected, string.Join(' ', status.PausedBy.Select(SnakeCase.Of)));
        Assert.Equal(command || file, status.PauseExplanation is not null);
        Assert.Equal(file, status.PauseExplanation?.Contains($"the file {_scene.Host.Options.Remediation.DisableFile}", StringComparison.Ordinal) ?? false);
        Assert.Equal(file, status.PauseExplanation?.Contains("remove the file", StringComparison.Ordinal) ?? false);
        Assert.Equal(command, status.PauseExplanation?.Contains("resume", StringComparison.Ordinal) ?? false);
        if (command || file)
        {
            var declined = _scene.Ask(_scene.Request("tso"));
            Assert.Equal((DeclineReason.Paused, status.PauseExplanation), (declined.Declined, declined.Explanation));
        }
        var list = DeviceList.Of(status);
        Assert.Equal((status.Paused, status.PauseExplanation), (list.Paused, list.PauseExplanation));
    }

    [Fact]
    public async Task Resume_WhileTheFileIsThere_SaysTheSameByConsoleAndApi()
    {
        await SetAsync(true);
        File.WriteAllText(_scene.Host.Options.Remediation.DisableFile, "");

        var console = await ConsoleAsync(ControlCommand.Resume);
        var api = await ApiAsync(false);

        Assert.Null(console.Error);
        Assert.True(console.Paused);
        Assert.Equal([PauseCause.File], console.PausedBy!);
        Assert.StartsWith("Remediation is paused by the file", console.Done, StringComparison.Ordinal);
        Assert.Contains("\"paused\": true", api, StringComparison.Ordinal);
        Assert.Contains("\"file\"", api, StringComparison.Ordinal);
        Assert.DoesNotContain("\"command\"", api, StringComparison.Ordinal);
        Assert.Contains(console.Done!, api, StringComparison.Ordinal);

        File.Delete(_scene.Host.Options.Remediation.DisableFile);
        Assert.False((await ConsoleAsync(ControlCommand.Resume)).Paused);
        Assert.Contains("\"paused\": false", await ApiAsync(false), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_SaysTheSameByConsoleAndApi()
    {
        var console = await ConsoleAsync(ControlCommand.Pause);
        var api = await ApiAsync(true);

        Assert.Equal((true, "Remediation is paused by command: nothing is changed, except to undo. To end that: nic-hang-exporter resume, or DELETE /api/v1/pause."), (console.Paused, console.Done));
        Assert.Contains(console.Done!, api, StringComparison.Ordinal);
    }

    [Fact]
    public void Pause_ThatIsOnlyAssumed_IsNotSaidToBeByCommand()
    {
        var state = PauseState.Of(byCommand: true, new DisableFile(true), "/etc/x/disable", isAssumed: true);

        Assert.Equal([PauseCause.LostHistory, PauseCause.File], state.By);
        Assert.Equal("Remediation is paused because a part of the journal was lost, and a pause may be among it; and by the file /etc/x/disable: nothing is changed, except to undo."
            + " To end that, remove the file, and: nic-hang-exporter resume, or DELETE /api/v1/pause.", state.Explanation);
    }

    [Fact]
    public void File_ThatCannotBeLookedFor_IsToldAsSuch()
    {
        var state = PauseState.Of(byCommand: false, new DisableFile(false, "permission denied"), "/etc/x/disable");

        Assert.True(state.IsPaused);
        Assert.Equal([PauseCause.File], state.By);
        Assert.Equal("Remediation is paused: whether the file /etc/x/disable is there can't be told (permission denied), which counts as if it were."
            + " To end that, let the exporter search its directory.", state.Explanation);
    }

    private async Task SetAsync(bool paused) => Assert.Null(await Run(_scene.Host.Remediator.SetPausedAsync(paused, "root")));

    private Task<ControlAnswer> ConsoleAsync(ControlCommand command) => Run(
        new ControlDesk(ControlDoor.Of(_scene.Host.Remediator), new NetClass(_scene.Host.Options.Paths.Sysfs))
            .AnswerAsync(new ControlRequest(command), "root", TestContext.Current.CancellationToken));

    private async Task<string> ApiAsync(bool paused)
    {
        var desk = new AdminHandlers(_scene.Host.Remediator, new NetClass(_scene.Host.Options.Paths.Sysfs));
        var (body, caller) = (JsonBody<EmptyRequest>.Of(new EmptyRequest()), new Caller("ops", ApiScope.Admin, RemediationTrigger.Api));
        var answer = await Run(paused ? desk.PauseAsync(body, caller) : desk.ResumeAsync(body, caller));
        Assert.Equal(200, answer.Status);
        return System.Text.Encoding.UTF8.GetString(answer.Body);
    }

    private Task<T> Run<T>(Task<T> answer)
    {
        _scene.Host.RemediationWorker.RunPending();
        return answer;
    }
}
