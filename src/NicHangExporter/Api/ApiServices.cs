using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using NicHangExporter.Api.Auth;
using NicHangExporter.Web;

namespace NicHangExporter.Api;

/// <summary>Sets up the services and the middleware that a server with API needs.</summary>
internal static class ApiServices
{
    /// <summary>Adds exact routing, and authentication by <typeparamref name="THandler"/>.</summary>
    public static void AddApi<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services)
        where THandler : CallerAuthenticationHandler
    {
        services.AddRoutingCore();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, StrictRoutePolicy>());
        services.AddApiAuthorization<THandler>();
    }

    /// <summary>
    /// Adds the middleware: routing, then for paths of the API its own, then authentication and authorization.
    /// </summary>
    /// <param name="application">The application.</param>
    /// <param name="middleware">The middleware of the API; null for a server without API.</param>
    public static void UseApi(this IApplicationBuilder application, ApiMiddleware? middleware)
    {
        application.UseRouting();
        if (middleware is not null)
            application.UseWhen(IsApi, api => api.Use(middleware.InvokeAsync));
        // Also without API: ASP.NET Core adds both by itself where their services are, and then before everything else.
        application.UseAuthentication();
        application.UseAuthorization();
    }

    /// <summary>True for a request to a path of the API.</summary>
    public static bool IsApi(HttpContext context) =>
        context.Request.Path.Value?.StartsWith(ApiEndpoints.Prefix, StringComparison.Ordinal) == true;
}
