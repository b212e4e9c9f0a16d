using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Api.Filters;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Api;

/// <summary>A route as the metadata of its endpoint describes it.</summary>
internal sealed class ApiRoute(RouteEndpoint endpoint)
{
    public string Method { get; } = endpoint.Metadata.GetRequiredMetadata<IHttpMethodMetadata>().HttpMethods[0];

    public string Template { get; } = endpoint.RoutePattern.RawText!;

    public ApiScope Scope { get; } = Enum.GetValues<ApiScope>()
        .Single(scope => SnakeCase.Of(scope) == endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Single().Policy);

    public string Summary { get; } = endpoint.Metadata.GetRequiredMetadata<IEndpointSummaryMetadata>().Summary;

    public ImmutableArray<string> Query { get; } = endpoint.Metadata.GetMetadata<QueryParameters>()?.Names ?? [];

    /// <summary>The body; null where the route takes none.</summary>
    public JsonTypeInfo? Body { get; } = endpoint.Metadata.GetMetadata<RequestBody>()?.Type is { } type
        ? ApiRequestJson.Default.GetTypeInfo(type) ?? AlertmanagerJson.Default.GetTypeInfo(type)!
        : null;

    public bool IsBodyOptional { get; } = endpoint.Metadata.GetMetadata<RequestBody>()?.IsOptional == true;

    public JsonTypeInfo Answer { get; } = ApiJson.Answers.GetTypeInfo(
        endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>()
            .First(one => one.StatusCode == 200).Type!)!;

    /// <summary>Every status of the route besides those of all routes: 401, 403, 500.</summary>
    public ImmutableArray<int> Statuses { get; } =
        [.. endpoint.Metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>().Select(one => one.StatusCode)];

    public bool Changes => Method != HttpMethods.Get;

    /// <summary>True where a request by that method that was routed to an endpoint was meant for this route.</summary>
    public bool Matches(Endpoint? routed, string method) =>
        routed is RouteEndpoint { RoutePattern.RawText: { } template } && template == Template
        && (method == Method || (Method == HttpMethods.Get && method == HttpMethods.Head));
}
