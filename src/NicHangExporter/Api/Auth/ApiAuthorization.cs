using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using NicHangExporter.Options;
using NicHangExporter.Text;

namespace NicHangExporter.Api.Auth;

/// <summary>One authentication scheme for each listener, and one authorization policy for each scope.</summary>
internal static class ApiAuthorization
{
    /// <summary>The name of the scheme. A listener has only one; which handler is behind it differs.</summary>
    public const string Scheme = "Caller";

    /// <summary>Adds authentication by a handler, and the policies.</summary>
    /// <remarks>
    /// Not AddAuthentication: that adds data protection as well, which writes keys into the user's home directory.
    /// </remarks>
    public static IServiceCollection AddApiAuthorization<[DynamicallyAccessedMembers(
        DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IServiceCollection services)
        where THandler : CallerAuthenticationHandler
    {
        services.AddAuthenticationCore(options => options.AddScheme<THandler>(Scheme, displayName: null));
        services.AddTransient<THandler>();
        services.AddOptions();
        services.AddSingleton(UrlEncoder.Default);
        return services.AddAuthorization(options =>
        {
            foreach (var scope in Enum.GetValues<ApiScope>())
                options.AddPolicy(SnakeCase.Of(scope), policy => policy
                    .AddAuthenticationSchemes(Scheme)
                    .RequireClaim(Caller.ScopeClaim, SnakeCase.Of(scope)));
        });
    }

    /// <summary>Lets only callers with a scope use the endpoints.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, ApiScope scope)
        where TBuilder : IEndpointConventionBuilder =>
        builder.RequireAuthorization(SnakeCase.Of(scope));
}
