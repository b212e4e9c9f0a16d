using System.Collections.Immutable;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>The routes: the table. docs/reference/openapi.json is made from it, and a test holds both together.</summary>
internal static class ApiRoutes
{
    /// <summary>All of them.</summary>
    /// <param name="remediations">Answers for remediations.</param>
    /// <param name="views">Answers for what can only be looked at.</param>
    /// <param name="switches">Answers for quarantine and kill switch.</param>
    /// <param name="alertmanager">Answers Alertmanager; null where nobody does.</param>
    public static ImmutableArray<ApiRoute> Of(RemediationHandlers remediations, QueryHandlers views, AdminHandlers switches, Func<HttpContext, Credential, Task<ApiAnswer>>? alertmanager)
    {
        var (questions, answers) = (ApiRequestJson.Default, ApiJson.Answers);
        ImmutableArray<ApiRoute> routes =
        [
            new("POST", "/api/v1/remediations", ApiScope.Remediate, "Change a device, or say what would be changed.", remediations.SubmitAsync)
            {
                Body = questions.CreateRemediationRequest,
                Answer = answers.RemediationResponse,
                Statuses = [200, 202, 400, 404, 409, 413, 415, 422, 429, 503],
            },
            new("GET", "/api/v1/remediations", ApiScope.Read, "The last remediations on record, of all triggers, the newest first.", remediations.ListAsync)
            {
                Query = ["limit", "device"],
                Answer = answers.RemediationList,
                Statuses = [200, 400, 503],
            },
            new("GET", "/api/v1/remediations/{id}", ApiScope.Read, "One remediation, also while it is under way.", remediations.ShowAsync)
            {
                Answer = answers.RemediationResponse,
                Statuses = [200, 400, 404, 503],
            },
            new("GET", "/api/v1/devices", ApiScope.Read, "The devices that are here or have a record, and what concerns all of them.", views.ListDevicesAsync)
            {
                Answer = answers.DeviceList,
                Statuses = [200, 400],
            },
            new("GET", "/api/v1/devices/{device}", ApiScope.Read, "One device, by its name or its address on the bus.", views.ShowDeviceAsync)
            {
                Answer = answers.DeviceResponse,
                Statuses = [200, 400, 404],
            },
            new("POST", "/api/v1/devices/{device}/rollback", ApiScope.Admin, "Undo everything that was decided for a device. Neither a cool-down nor the kill switch stops that.", remediations.RollBackAsync)
            {
                Body = questions.RollbackRequest,
                IsBodyOptional = true,
                Answer = answers.RemediationResponse,
                Statuses = [200, 202, 400, 404, 409, 413, 415, 422, 503],
            },
            new("GET", "/api/v1/episodes", ApiScope.Read, "The hang episodes whose evidence is kept, the newest first.", views.ListEpisodesAsync)
            {
                Answer = answers.EpisodeList,
                Statuses = [200, 400, 503],
            },
            new("GET", "/api/v1/episodes/{id}", ApiScope.Read, "The evidence of one hang episode.", views.ShowEpisodeAsync)
            {
                Answer = answers.EpisodeBundle,
                Statuses = [200, 400, 404, 503],
            },
            new("POST", "/api/v1/quarantine/{device}/clear", ApiScope.Admin, "Lift the quarantine of a device, and forget its cool-down and the budget spent.", switches.ClearQuarantineAsync)
            {
                Body = questions.EmptyRequest,
                IsBodyOptional = true,
                Answer = answers.QuarantineResponse,
                Statuses = [200, 400, 404, 409, 413, 415, 503],
            },
            new("POST", "/api/v1/pause", ApiScope.Admin, "Set the kill switch: nothing is changed any more, save to undo.", switches.PauseAsync)
            {
                Body = questions.EmptyRequest,
                IsBodyOptional = true,
                Answer = answers.PauseResponse,
                Statuses = [200, 400, 413, 415, 503],
            },
            new("DELETE", "/api/v1/pause", ApiScope.Admin, "Lift the kill switch. The one that is a file stays.", switches.ResumeAsync)
            {
                Body = questions.EmptyRequest,
                IsBodyOptional = true,
                Answer = answers.PauseResponse,
                Statuses = [200, 400, 409, 413, 415, 503],
            },
        ];
        return alertmanager is null ? routes : routes.Add(
            new("POST", "/api/v1/alertmanager", ApiScope.Remediate, "Alertmanager's webhook: see docs/how-to/alertmanager.md.", _ => throw new InvalidOperationException("it answers for itself"))
            {
                HandleAlone = alertmanager,
                Body = AlertmanagerJson.Default.AlertmanagerMessage,
                Answer = answers.WebhookAnswer,
                Statuses = [200, 400, 413, 415, 503],
            });
    }
}
