using NicHangExporter.Api;
using NicHangExporter.Api.Auth;
using NicHangExporter.Cli;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// Which switch is set and what ends that: one source for the console, the API, the status and the refusals.
/// </summary>
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
        Assert.Equal(expected, string.Join(' ', (status.PausedBy ?? []).Select(SnakeCase.Of)));
        Assert.Equal(command || file, status.PauseExplanation is not null);
        Assert.Equal(file, status.PauseExplanation?.Contains($"the file {_scene.Host.Options.Remediation.DisableFile}",
            StringComparison.Ordinal) ?? false);
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

        var api = await ApiAsync(false);
        var (text, isSuccess) = Console(api, isResume: true);

        Assert.True(api.Paused);
        Assert.Equal([PauseCause.File], api.PausedBy!);
        Assert.StartsWith("Remediation is paused by the file", api.Explanation, StringComparison.Ordinal);
        Assert.Equal((api.Explanation, false), (text, isSuccess));

        File.Delete(_scene.Host.Options.Remediation.DisableFile);
        api = await ApiAsync(false);
        Assert.False(api.Paused);
        Assert.Null(api.PausedBy);
        Assert.True(Console(api, isResume: true).IsSuccess);
    }

    [Fact]
    public async Task Pause_SaysTheSameByConsoleAndApi()
    {
        var api = await ApiAsync(true);

        Assert.Equal(
            (true, "Remediation is paused by command: nothing is changed, except to undo. To end that: "
            + "nic-hang-exporter resume, or DELETE /api/v1/pause."), (api.Paused, api.Explanation));
        Assert.Equal((api.Explanation, true), Console(api, isResume: false));
    }

    [Fact]
    public void Pause_ThatIsOnlyAssumed_IsNotSaidToBeByCommand()
    {
        var state = PauseState.Of(byCommand: true, new DisableFile(true), "/etc/x/disable", isAssumed: true);

        Assert.Equal([PauseCause.LostHistory, PauseCause.File], state.By);
        Assert.Equal("Remediation is paused because a part of the journal was lost, and a pause may be among it; and by"
            + " the file /etc/x/disable: nothing is changed, except to undo."
            + " To end that, remove the file, and: nic-hang-exporter resume, or DELETE /api/v1/pause.",
                state.Explanation);
    }

    [Fact]
    public void File_ThatCannotBeLookedFor_IsReportedAsSuch()
    {
        var state = PauseState.Of(byCommand: false, new DisableFile(false, "permission denied"), "/etc/x/disable");

        Assert.True(state.IsPaused);
        Assert.Equal([PauseCause.File], state.By);
        Assert.Equal("Remediation is paused: whether the file /etc/x/disable is there can't be told"
            + " (permission denied), which counts as if it were."
            + " To end that, let the exporter search its directory.", state.Explanation);
    }

    private async Task SetAsync(bool paused) =>
        Assert.Null(await Run(_scene.Host.Remediator.SetPausedAsync(paused, "root")));

    private static (string? Text, bool IsSuccess) Console(PauseResponse api, bool isResume)
    {
        var output = new StringWriter();
        var isSuccess = new AnswerWriter(new ConsoleWriter(output), json: false).Write(api, isResume);
        return (output.ToString().TrimEnd().Replace('\n', ' '), isSuccess);
    }

    private async Task<PauseResponse> ApiAsync(bool paused)
    {
        var admin = new AdminHandlers(_scene.Host.Remediator, new NetClass(_scene.Host.Options.Paths.Sysfs));
        var (body, caller) =
            (JsonBody<EmptyRequest>.Of(new EmptyRequest()), new Caller("ops", ApiScope.Admin, RemediationTrigger.Api));
        var answer = await Run(paused ? admin.PauseAsync(body, caller) : admin.ResumeAsync(body, caller));
        Assert.Equal(200, answer.Status);
        return System.Text.Json.JsonSerializer.Deserialize(answer.Body, ApiJson.Answers.PauseResponse)!;
    }

    private Task<T> Run<T>(Task<T> answer)
    {
        _scene.Host.RemediationWorker.RunPending();
        return answer;
    }
}
