using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.State;

namespace NicHangExporter.Api;

/// <summary>Answers questions about devices and episodes. No answer waits for RTNL.</summary>
internal sealed class QueryHandlers(Remediator remediator, ExporterOptions options) : IDisposable
{
    // A list reads all bundles, which are some megabytes: one list at a time.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>GET /api/v1/devices.</summary>
    public ApiResult ListDevices() => ApiResult.Of(DeviceList.Of(remediator.Status()), ApiJson.Answers.DeviceList);

    /// <summary>GET /api/v1/devices/{device}.</summary>
    public ApiResult ShowDevice(string device)
    {
        var name = InterfaceName.TryParse(device, out var parsed) ? parsed.ToString() : null;
        var devices = remediator.Status().Devices;
        // By name first: virtio0 can be a name and an address. The ports of a card share one address.
        var found = devices.Where(one => one.Device == name).ToList();
        if (found.Count == 0)
            found = [.. devices.Where(one => one.Bus.Length > 0 && one.Bus == device)];
        return found switch
        {
            [var only] => ApiResult.Of(DeviceResponse.Of(only), ApiJson.Answers.DeviceResponse),
            [_, ..] => DeviceResolver.Ambiguous(found.Select(one => one.Device)),
            _ => ApiResult.Problem(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice]),
        };
    }

    /// <summary>GET /api/v1/episodes.</summary>
    public async Task<ApiResult> ListEpisodesAsync(CancellationToken aborted)
    {
        await _turn.WaitAsync(aborted);
        try
        {
            var bundles = options.Paths.StateDirectory is { } directory
                ? await Task.Run(() => EpisodeFiles.List(directory), aborted)
                : [];
            return ApiResult.Of(new EpisodeList([.. bundles.Select(EpisodeResponse.Of)]), ApiJson.Answers.EpisodeList);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>GET /api/v1/episodes/{id}.</summary>
    public async Task<ApiResult> ShowEpisodeAsync(string id, CancellationToken aborted) =>
        options.Paths.StateDirectory is { } directory
            && await Task.Run(() => EpisodeFiles.Read(directory, id), aborted) is { } bundle
            ? ApiResult.Of(bundle, ApiJson.Answers.EpisodeBundle)
            : ApiResult.Problem(ApiProblem.NotFound);

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
