using NicHangExporter.Api.Auth;
using NicHangExporter.Options;
using NicHangExporter.Persistence;
using NicHangExporter.Persistence.Control;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Api;

/// <summary>Writes, removes and shows the files that keep settings off at boot.</summary>
internal sealed class PersistenceHandlers(
    Persister persister, HostRoot root, Remediator remediator, ExporterOptions options) : IDisposable
{
    private const string PersistsAgain =
        "remediation.persist is on: decided settings are persisted again after the next remediation or start; roll"
        + " back, or set it to false";

    // A list reads many files: one list at a time.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>POST /api/v1/devices/{device}/persist.</summary>
    public Task<ApiResult> PersistAsync(string device, JsonBody<PersistRequest> body, Caller caller)
    {
        var order = body.Value;
        if (RequestValidator.Objection(order) is { } objection)
            return Task.FromResult(ApiResult.Problem(ApiProblem.Malformed, $"The request is not sound: {objection}."));
        return AnswerAsync(async () =>
        {
            var mode = options.Remediation.Mode(caller.Trigger);
            if (!order.DryRun && WhyNot(mode, device) is { } reason)
                return ApiResult.Problem(HttpStatusMapping.OfReason[reason]);
            var result = await persister.PersistAsync(new PersistOrder(device)
            {
                Profile = order.Profile,
                Via = order.Via,
                DryRun = order.DryRun || mode == RemediationMode.Observe,
            });
            return ApiResult.Of(PersistResponse.Of(result), ApiJson.Answers.PersistResponse);
        });
    }

    /// <summary>
    /// POST /api/v1/devices/{device}/unpersist. The device may be absent. No mode prevents it: it removes only what the
    /// exporter has written, and changes no device.
    /// </summary>
    public Task<ApiResult> UnpersistAsync(string device, JsonBody<EmptyRequest> body) => AnswerAsync(async () =>
    {
        var (bus, removed) = await persister.UnpersistAsync(device);
        return ApiResult.Of(
            new UnpersistResponse(device, bus.ToString(), removed.Removed)
            {
                Notes = options.Remediation.Persist ? [.. removed.Notes, PersistsAgain] : removed.Notes,
            },
            ApiJson.Answers.UnpersistResponse);
    });

    /// <summary>GET /api/v1/persisted.</summary>
    public async Task<ApiResult> ListAsync(CancellationToken aborted)
    {
        await _turn.WaitAsync(aborted);
        try
        {
            return await AnswerAsync(() => Task.Run(() => ApiResult.Of(Read(), ApiJson.Answers.PersistedList)));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private PersistedList Read()
    {
        var files = PersistenceScan.Read(root);
        var devices = PersistedHost.Read(root, remediator.Status().Devices, files, isWhole: true);
        return new PersistedList(
            [.. files.Select(PersistedFileResponse.Of)],
            [
                .. devices.Select(device => PersistedDeviceResponse.Of(
                    device, PersistenceFindings.Read(root, HostNic.Find(root, device.Bus.ToString())))),
            ]);
    }

    // The gates of remediation that apply to a file: mode, allowed device, kill switch.
    private DeclineReason? WhyNot(RemediationMode mode, string device)
    {
        if (mode == RemediationMode.Off)
            return DeclineReason.ModeOff;
        if (persister.DeviceOf(HostNic.Find(root, device))?.NotAllowed is { } reason)
            return reason;
        return remediator.Status().Paused ? DeclineReason.Paused : null;
    }

    private static async Task<ApiResult> AnswerAsync(Func<Task<ApiResult>> work)
    {
        try
        {
            return await work();
        }
        catch (PersistenceException exception)
        {
            return exception.Error == PersistenceError.UnknownDevice
                // The message repeats the request.
                ? ApiResult.Problem(HttpStatusMapping.OfReason[DeclineReason.UnknownDevice])
                : ApiResult.Problem(HttpStatusMapping.OfPersistence[exception.Error], Sentence(exception.Message));
        }
    }

    private static string Sentence(string message) => message.EndsWith('.') ? message : message + ".";
}
