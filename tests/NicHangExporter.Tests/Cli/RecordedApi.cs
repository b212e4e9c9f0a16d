using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Persistence;

namespace NicHangExporter.Tests.Cli;

/// <summary>The API of the process itself, which does nothing and answers what the test says.</summary>
internal sealed class RecordedApi : IRemediationApi
{
    /// <summary>The calls, as METHOD device.</summary>
    public List<string> Calls { get; } = [];

    public ApiResponse<DeviceList> Devices { get; set; } = DeviceList.Of(TestStatus.Empty);
    public ApiResponse<RemediationResponse> Outcome { get; set; } = new RemediationResponse("", "", RunState.Done);
    public ApiResponse<QuarantineResponse> Quarantine { get; set; } = new QuarantineResponse("eno1", Cleared: true);
    public ApiResponse<PersistResponse> Persisted { get; set; } =
        new PersistResponse("eno1", "0000:00:1f.6", NetworkManagerKind.None, PersistenceWay.Link, "/etc/x", []);
    public ApiResponse<UnpersistResponse> Unpersisted { get; set; } =
        new UnpersistResponse("eno1", "0000:00:1f.6", []);
    public ApiResponse<PersistedList> Files { get; set; } = new PersistedList([], []);
    public ApiResponse<PauseResponse> Pause { get; set; } = new PauseResponse(Paused: false);

    public Task<ApiResponse<DeviceList>> GetDevicesAsync() => Recorded("devices", Devices);

    public Task<ApiResponse<RemediationResponse>> RemediateAsync(CreateRemediationRequest request) =>
        Recorded($"remediate {request.Device}", Outcome);

    public Task<ApiResponse<RemediationResponse>> RollBackAsync(string device, RollbackRequest request) =>
        Recorded($"rollback {device}", Outcome);

    public Task<ApiResponse<PersistResponse>> PersistAsync(string device, PersistRequest request) =>
        Recorded($"persist {device}", Persisted);

    public Task<ApiResponse<UnpersistResponse>> UnpersistAsync(string device) =>
        Recorded($"unpersist {device}", Unpersisted);

    public Task<ApiResponse<PersistedList>> GetPersistedAsync() => Recorded("persisted", Files);

    public Task<ApiResponse<QuarantineResponse>> ClearQuarantineAsync(string device) =>
        Recorded($"clear {device}", Quarantine);

    public Task<ApiResponse<PauseResponse>> SetPausedAsync(bool paused) => Recorded(paused ? "pause" : "resume", Pause);

    private Task<T> Recorded<T>(string call, T answer)
    {
        Calls.Add(call);
        return Task.FromResult(answer);
    }
}
