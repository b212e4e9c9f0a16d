using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>Answers for what a person decides about the remediation itself: quarantine and kill switch.</summary>
internal sealed class AdminHandlers(ApiDoor door, NetClass devices)
{
    /// <summary>POST /api/v1/quarantine/{device}/clear.</summary>
    public async Task<ApiAnswer> ClearQuarantineAsync(ApiRequest call)
    {
        if (DeviceResolver.Find(devices, call.Subject, out var device) is { } refusal)
            return refusal;
        return await door.ClearQuarantine(device, call.Credential.Name) is not { } no
            ? ApiAnswer.Of(new QuarantineResponse(device.ToString(), Cleared: true), ApiJson.Answers.QuarantineResponse)
            : Refused(no) ?? ApiAnswer.Of(new QuarantineResponse(device.ToString(), Cleared: false) { Explanation = no.Explanation }, ApiJson.Answers.QuarantineResponse);
    }

    /// <summary>POST /api/v1/pause.</summary>
    public Task<ApiAnswer> PauseAsync(ApiRequest call) => SwitchAsync(true, call.Credential);

    /// <summary>DELETE /api/v1/pause.</summary>
    public Task<ApiAnswer> ResumeAsync(ApiRequest call) => SwitchAsync(false, call.Credential);

    private async Task<ApiAnswer> SwitchAsync(bool paused, Credential credential)
    {
        if (await door.SetPaused(paused, credential.Name) is { } no && Refused(no) is { } refused)
            return refused;
        return ApiAnswer.Of(PauseResponse.Of(door.Status()), ApiJson.Answers.PauseResponse);
    }

    // The device has just been found, so its name is one of ours.
    private static ApiAnswer? Refused(AdminError refusal) =>
        HttpStatusMapping.OfRefusal[refusal.Kind] is { } problem ? ApiAnswer.Refuse(problem, refusal.Kind == AdminErrorKind.UnknownDevice ? null : refusal.Explanation) : null;
}
