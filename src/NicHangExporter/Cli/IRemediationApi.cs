using NicHangExporter.Api;

namespace NicHangExporter.Cli;

/// <summary>
/// The routes of the API that the console uses. The daemon answers them over its socket (<see cref="ApiClient"/>);
/// without a daemon the process of the command does (<see cref="OfflineHost"/>).
/// </summary>
internal interface IRemediationApi
{
    /// <summary>GET /api/v1/devices.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<DeviceList>> GetDevicesAsync();

    /// <summary>POST /api/v1/remediations, and its outcome. A declined request is a value, not a problem.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<RemediationResponse>> RemediateAsync(CreateRemediationRequest request);

    /// <summary>
    /// POST /api/v1/devices/{device}/rollback, and its outcome. A declined request is a value, not a problem.
    /// </summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<RemediationResponse>> RollBackAsync(string device, RollbackRequest request);

    /// <summary>POST /api/v1/devices/{device}/persist.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<PersistResponse>> PersistAsync(string device, PersistRequest request);

    /// <summary>POST /api/v1/devices/{device}/unpersist.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<UnpersistResponse>> UnpersistAsync(string device);

    /// <summary>GET /api/v1/persisted.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<PersistedList>> GetPersistedAsync();

    /// <summary>POST /api/v1/quarantine/{device}/clear.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<QuarantineResponse>> ClearQuarantineAsync(string device);

    /// <summary>POST or DELETE /api/v1/pause.</summary>
    /// <exception cref="DaemonException">No daemon answers.</exception>
    Task<ApiResponse<PauseResponse>> SetPausedAsync(bool paused);
}

/// <summary>An answer of the API: one of the two is set.</summary>
/// <param name="Value">The answer's body.</param>
/// <param name="Problem">Why there is no such body.</param>
internal sealed record ApiResponse<T>(T? Value, ProblemResponse? Problem)
    where T : class
{
    public static implicit operator ApiResponse<T>(T value) => new(value, null);

    public static implicit operator ApiResponse<T>(ProblemResponse problem) => new(null, problem);
}
