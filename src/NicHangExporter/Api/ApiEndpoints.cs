using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Api.Auth;
using NicHangExporter.Api.Filters;
using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>
/// What answers the routes. The listeners share one, and with it the limits and the memory of requests.
/// </summary>
internal sealed record ApiHandlers(
    RemediationHandlers Remediations, QueryHandlers Queries, AdminHandlers Admin, PersistenceHandlers Persistence,
    AlertmanagerWebhook Alertmanager, TransportProtection Transport);

/// <summary>
/// The routes of the API. docs/reference/openapi.json is made from them. Checks run in this order, for each transport:
/// another site's page, credential, path, method, scope, connection, shutdown, query, body.
/// </summary>
internal static class ApiEndpoints
{
    /// <summary>The start of each path.</summary>
    public const string Prefix = "/api/";

    /// <summary>The pattern of every other path.</summary>
    public const string AnyPath = "/api/{**path}";

    private const int Ok = 200, Accepted = 202, Malformed = 400, NotFound = 404, Conflict = 409, TooLarge = 413;
    private const int NotJson = 415, Unprocessable = 422, CoolingDown = 429, Unavailable = 503;

    private static readonly string[] Get = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the routes. The listener's own authentication decides who the <see cref="Caller"/> is.</summary>
    public static void MapApi(this IEndpointRouteBuilder endpoints, ApiHandlers handlers)
    {
        var api = endpoints.MapGroup("/api/v1")
            .AddEndpointFilter(new ProtectedTransportFilter(handlers.Transport))
            .AddEndpointFilter(new ShutdownFilter());
        var strict = api.MapStrict();
        MapRemediations(strict, handlers.Remediations);
        MapDevices(strict, handlers.Queries, handlers.Remediations);
        MapPersistence(strict, handlers.Persistence);
        MapEpisodes(strict, handlers.Queries);
        MapAdmin(strict, handlers.Admin);
        api.MapPost("/alertmanager", handlers.Alertmanager.HandleAsync)
            .RequireScope(ApiScope.Remediate)
            .WithSummary("Alertmanager's webhook: see docs/how-to/alertmanager.md.")
            .WithMetadata(new RequestBody(typeof(AlertmanagerMessage), IsOptional: false))
            .Returns<WebhookAnswer>(Ok, Malformed, TooLarge, NotJson, Unavailable);
        endpoints.MapTheRest();
    }

    private static void MapRemediations(RouteGroupBuilder api, RemediationHandlers handlers)
    {
        api.MapPost("/remediations", handlers.SubmitAsync)
            .RequireScope(ApiScope.Remediate)
            .WithSummary("Change a device, or say what would be changed.")
            .WithMetadata(new RequestBody(typeof(CreateRemediationRequest), IsOptional: false))
            .Returns<RemediationResponse>(
                Ok, Accepted, Malformed, NotFound, Conflict, TooLarge, NotJson, Unprocessable, CoolingDown,
                Unavailable);
        api.MapMethods("/remediations", Get, handlers.ListAsync)
            .RequireScope(ApiScope.Read)
            .WithSummary("The last remediations on record, of all triggers, the newest first.")
            .WithMetadata(new QueryParameters(["limit", "device"]))
            .Returns<RemediationList>(Ok, Malformed, Unavailable);
        api.MapMethods("/remediations/{id}", Get, handlers.ShowAsync)
            .RequireScope(ApiScope.Read)
            .WithSummary("One remediation, also while it is running.")
            .Returns<RemediationResponse>(Ok, Malformed, NotFound, Unavailable);
    }

    private static void MapDevices(
        RouteGroupBuilder api, QueryHandlers queries, RemediationHandlers remediations)
    {
        api.MapMethods("/devices", Get, queries.ListDevices)
            .RequireScope(ApiScope.Read)
            .WithSummary("The devices that are here or have a record, and what concerns all of them.")
            .Returns<DeviceList>(Ok, Malformed);
        api.MapMethods("/devices/{device}", Get, queries.ShowDevice)
            .RequireScope(ApiScope.Read)
            .WithSummary("One device, by its name or its address on the bus.")
            .Returns<DeviceResponse>(Ok, Malformed, NotFound);
        api.MapPost("/devices/{device}/rollback", remediations.RollBackAsync)
            .RequireScope(ApiScope.Admin)
            .WithSummary("Undo everything that was decided for a device. "
                + "Neither a cool-down nor the kill switch stops that.")
            .WithMetadata(new RequestBody(typeof(RollbackRequest), IsOptional: true))
            .Returns<RemediationResponse>(
                Ok, Accepted, Malformed, NotFound, Conflict, TooLarge, NotJson, Unprocessable, Unavailable);
    }

    private static void MapPersistence(RouteGroupBuilder api, PersistenceHandlers handlers)
    {
        api.MapPost("/devices/{device}/persist", handlers.PersistAsync)
            .RequireScope(ApiScope.Admin)
            .WithSummary("Keep settings of a device off at boot, without the exporter, by a file of its network "
                + "manager.")
            .WithMetadata(new RequestBody(typeof(PersistRequest), IsOptional: true))
            .Returns<PersistResponse>(
                Ok, Malformed, NotFound, Conflict, TooLarge, NotJson, Unprocessable, Unavailable);
        api.MapPost("/devices/{device}/unpersist", handlers.UnpersistAsync)
            .RequireScope(ApiScope.Admin)
            .WithSummary("Remove the files that keep settings of a device off at boot. The device may be absent.")
            .WithMetadata(new RequestBody(typeof(EmptyRequest), IsOptional: true))
            .Returns<UnpersistResponse>(Ok, Malformed, NotFound, Conflict, TooLarge, NotJson, Unavailable);
        api.MapMethods("/persisted", Get, handlers.ListAsync)
            .RequireScope(ApiScope.Read)
            .WithSummary("The files that keep settings off at boot, and what else on the host sets offloads.")
            .Returns<PersistedList>(Ok, Malformed, Unavailable);
    }

    private static void MapEpisodes(RouteGroupBuilder api, QueryHandlers handlers)
    {
        api.MapMethods("/episodes", Get, handlers.ListEpisodesAsync)
            .RequireScope(ApiScope.Read)
            .WithSummary("The hang episodes whose evidence is kept, the newest first.")
            .Returns<EpisodeList>(Ok, Malformed, Unavailable);
        api.MapMethods("/episodes/{id}", Get, handlers.ShowEpisodeAsync)
            .RequireScope(ApiScope.Read)
            .WithSummary("The evidence of one hang episode.")
            .Returns<Remediation.Evidence.EpisodeBundle>(Ok, Malformed, NotFound, Unavailable);
    }

    private static void MapAdmin(RouteGroupBuilder api, AdminHandlers handlers)
    {
        api.MapPost("/quarantine/{device}/clear", handlers.ClearQuarantineAsync)
            .RequireScope(ApiScope.Admin)
            .WithSummary("Lift the quarantine of a device, and forget its cool-down and the budget spent.")
            .WithMetadata(new RequestBody(typeof(EmptyRequest), IsOptional: true))
            .Returns<QuarantineResponse>(Ok, Malformed, NotFound, Conflict, TooLarge, NotJson, Unavailable);
        api.MapPost("/pause", handlers.PauseAsync)
            .RequireScope(ApiScope.Admin)
            .WithSummary("Set the kill switch: nothing is changed any more, except to undo.")
            .WithMetadata(new RequestBody(typeof(EmptyRequest), IsOptional: true))
            .Returns<PauseResponse>(Ok, Malformed, TooLarge, NotJson, Unavailable);
        api.MapDelete("/pause", handlers.ResumeAsync)
            .RequireScope(ApiScope.Admin)
            .WithSummary("Lift the kill switch. The one that is a file stays.")
            .WithMetadata(new RequestBody(typeof(EmptyRequest), IsOptional: true))
            .Returns<PauseResponse>(Ok, Malformed, Conflict, TooLarge, NotJson, Unavailable);
    }
}
