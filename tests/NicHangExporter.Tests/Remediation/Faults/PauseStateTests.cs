using System.Text.Json;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Tests.Api;
using NicHangExporter.Tests.Api.Wire;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Remediation.Faults;

/// <summary>
/// Which switch is set and what ends that: one source for the console, the API, the status and the refusals.
/// </summary>
public sealed class PauseStateTests : IDisposable
{
    private readonly FaultScene _scene = new();
    private readonly ApiHost _api;

    public PauseStateTests() => _api = new ApiHost(host: _scene.Host);

    public void Dispose()
    {
        _api.Forget();
        _scene.Dispose();
    }

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

        var api = await ApiAsync("DELETE");
        var console = await ConsoleAsync(ConsoleVerb.Resume);

        Assert.True(api.Paused);
        Assert.Equal([PauseCause.File], api.PausedBy!);
        Assert.StartsWith("Remediation is paused by the file", api.Explanation, StringComparison.Ordinal);
        Assert.Equal((api.Explanation, CommandRunner.Failure), console);

        File.Delete(_scene.Host.Options.Remediation.DisableFile);
        api = await ApiAsync("DELETE");
        Assert.False(api.Paused);
        Assert.Null(api.PausedBy);
        Assert.Equal(CommandRunner.Success, (await ConsoleAsync(ConsoleVerb.Resume)).ExitCode);
    }

    [Fact]
    public async Task Pause_SaysTheSameByConsoleAndApi()
    {
        var api = await ApiAsync("POST");

        Assert.Equal(
            (true, "Remediation is paused by command: nothing is changed, except to undo. To end that: "
            + "nic-hang-exporter resume, or DELETE /api/v1/pause."), (api.Paused, api.Explanation));
        Assert.Equal((api.Explanation, CommandRunner.Success), await ConsoleAsync(ConsoleVerb.Pause));
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

    private async Task SetAsync(bool paused)
    {
        var setting = _scene.Host.Remediator.SetPausedAsync(paused, "root");
        _scene.Host.RemediationWorker.RunPending();
        Assert.Null(await setting);
    }

    // The command connects to the socket of the daemon.
    private async Task<(string? Text, int ExitCode)> ConsoleAsync(ConsoleVerb verb)
    {
        await using var daemon = await SocketApi.StartAsync(_api);
        var (output, error) = (new StringWriter(), new StringWriter());
        OfflineApiFactory offline = (_, _) => throw new InvalidOperationException("the daemon runs");
        var command = new CommandRunner(_scene.Host.Options, offline, TimeProvider.System, output, error);

        var exitCode = await daemon.DriveAsync(command.RunAsync(new ConsoleCall(verb, Json: false)));

        Assert.Empty(error.ToString());
        return (output.ToString().TrimEnd().Replace('\n', ' '), exitCode);
    }

    private async Task<PauseResponse> ApiAsync(string method)
    {
        var reply = await _api.SendAsync(method, "/api/v1/pause", null, ApiHost.Admin);
        Assert.Equal(200, reply.Status);
        return JsonSerializer.Deserialize(reply.Body, ApiJson.Answers.PauseResponse)!;
    }
}
