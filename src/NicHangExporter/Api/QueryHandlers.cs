using NicHangExporter.Linux;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>Answers for what can only be looked at: devices and episodes. None of it waits for RTNL.</summary>
/// <param name="door">The door, for its picture of the devices.</param>
/// <param name="stateDirectory">Where the evidence of episodes is; null for nowhere.</param>
internal sealed class QueryHandlers(ApiDoor door, string? stateDirectory) : IDisposable
{
    // One look at all of them at a time: they are some megabytes.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>GET /api/v1/devices.</summary>
    public Task<ApiAnswer> ListDevicesAsync(ApiRequest call) => Task.FromResult(ApiAnswer.Of(DeviceList.Of(door.Status()), ApiJson.Answers.DeviceList));

    /// <summary>GET /api/v1/devices/{device}.</summary>
    public Task<ApiAnswer> ShowDeviceAsync(ApiRequest call)
    {
        var name = InterfaceName.TryParse(call.Subject, out var parsed) ? parsed.ToString() : null;
        var devices = door.Status().Devices;
        // By name first: virtio0 could be either. Of several at one address, as the ports of one card are, none is meant.
        var found = devices.Where(device => device.Device == name).ToList();
        if (found.Count == 0)
            found = [.. devices.Where(device => device.Bus.Length > 0 && device.Bus == call.Subject)];
        return Task.FromResult(found switch
        {
            [var only] => ApiAnswer.Of(DeviceResponse.Of(only), ApiJson.Answers.DeviceResponse),
            [_, ..] => ApiAnswer.Refuse(ApiProblem.Malformed, $"Several devices are at that address; name one of them: {string.Join(", ", found.Select(device => device.Device))}."),
            _ => ApiAnswer.Refuse(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice]),
        });
    }

    /// <summary>GET /api/v1/episodes.</summary>
    public async Task<ApiAnswer> ListEpisodesAsync(ApiRequest call)
    {
        await _turn.WaitAsync(call.Gone);
        try
        {
            var bundles = stateDirectory is null ? [] : await Task.Run(() => EpisodeFiles.List(stateDirectory), call.Gone);
            return ApiAnswer.Of(new EpisodeList([.. bundles.Select(EpisodeResponse.Of)]), ApiJson.Answers.EpisodeList);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>GET /api/v1/episodes/{id}.</summary>
    public async Task<ApiAnswer> ShowEpisodeAsync(ApiRequest call) =>
        stateDirectory is not null && await Task.Run(() => EpisodeFiles.Read(stateDirectory, call.Subject), call.Gone) is { } bundle
            ? ApiAnswer.Of(bundle, ApiJson.Answers.EpisodeBundle)
            : ApiAnswer.Refuse(ApiProblem.NotFound);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
