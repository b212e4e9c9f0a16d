using NicHangExporter.Linux.Sysfs;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>Answers for what a person decides about the remediation itself: quarantine and kill switch.</summary>
internal sealed class SwitchDesk(ApiDoor door, NetClass devices)
{
    /// <summary>POST /api/v1/quarantine/{device}/clear.</summary>
    public async Task<ApiAnswer> ClearQuarantineAsync(ApiCall call)
    {
        if (NamedDevice.Find(devices, call.Subject, out var device) is { } refusal)
            return refusal;
        return await door.ClearQuarantine(device, call.Credential.Name) is not { } no
            ? ApiAnswer.Of(new QuarantineView(device.ToString(), Cleared: true), ApiJson.Answers.QuarantineView)
            : Refused(no) ?? ApiAnswer.Of(new QuarantineView(device.ToString(), Cleared: false) { Explanation = no.Explanation }, ApiJson.Answers.QuarantineView);
    }

    /// <summary>POST /api/v1/pause.</summary>
    public Task<ApiAnswer> PauseAsync(ApiCall call) => SwitchAsync(true, call.Credential);

    /// <summary>DELETE /api/v1/pause.</summary>
    public Task<ApiAnswer> ResumeAsync(ApiCall call) => SwitchAsync(false, call.Credential);

    private async Task<ApiAnswer> SwitchAsync(bool paused, Credential credential)
    {
        if (await door.SetPaused(paused, credential.Name) is { } no && Refused(no) is { } refused)
            return refused;
        return ApiAnswer.Of(PauseView.Of(door.Status()), ApiJson.Answers.PauseView);
    }

    // The device has just been found, so its name is one of ours.
    private static ApiAnswer? Refused(DoorRefusal refusal) =>
        DoorStatuses.OfRefusal[refusal.Kind] is { } problem ? ApiAnswer.Refuse(problem, refusal.Kind == RefusalKind.UnknownDevice ? null : refusal.Explanation) : null;
}
