using NicHangExporter.Api.Auth;
using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>Handles what an operator decides about remediation itself: quarantine and kill switch.</summary>
internal sealed class AdminHandlers(Remediator remediator, NetClass devices)
{
    /// <summary>POST /api/v1/quarantine/{device}/clear. The device may be absent.</summary>
    public async Task<ApiResult> ClearQuarantineAsync(string device, JsonBody<EmptyRequest> body, Caller caller)
    {
        if (DeviceResolver.Find(devices, device, out var found) is { } problem)
            return problem;
        if (await remediator.ClearQuarantineAsync(found, caller.Name) is not { } error)
            return Answer(new QuarantineResponse(found.ToString(), Cleared: true));
        return ProblemOf(error)
            ?? Answer(new QuarantineResponse(found.ToString(), Cleared: false) { Explanation = error.Explanation });

        static ApiResult Answer(QuarantineResponse response) =>
            ApiResult.Of(response, ApiJson.Answers.QuarantineResponse);
    }

    /// <summary>POST /api/v1/pause.</summary>
    public Task<ApiResult> PauseAsync(JsonBody<EmptyRequest> body, Caller caller) => SetPausedAsync(true, caller);

    /// <summary>DELETE /api/v1/pause.</summary>
    public Task<ApiResult> ResumeAsync(JsonBody<EmptyRequest> body, Caller caller) => SetPausedAsync(false, caller);

    private async Task<ApiResult> SetPausedAsync(bool paused, Caller caller)
    {
        if (await remediator.SetPausedAsync(paused, caller.Name) is { } error && ProblemOf(error) is { } problem)
            return problem;
        return ApiResult.Of(PauseResponse.Of(remediator.Status()), ApiJson.Answers.PauseResponse);
    }

    // The explanation of an unknown device would repeat the request.
    private static ApiResult? ProblemOf(AdminError error) => HttpStatusMapping.OfRefusal[error.Kind] is { } problem
        ? ApiResult.Problem(problem, error.Kind == AdminErrorKind.UnknownDevice ? null : error.Explanation)
        : null;
}
