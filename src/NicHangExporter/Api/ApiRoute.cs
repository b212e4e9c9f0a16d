using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using NicHangExporter.Options;

namespace NicHangExporter.Api;

/// <summary>One thing that can be asked for: a row of the table <see cref="ApiRoutes"/>, which routing, refusing and the API document are made from.</summary>
/// <param name="Method">The HTTP method; a GET may also come as HEAD.</param>
/// <param name="Template">The path. At most one of its segments is a name in braces, which stands for any one segment.</param>
/// <param name="Scope">What the credential must allow.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Handle">Does it.</param>
internal sealed record ApiRoute(string Method, string Template, ApiScope Scope, string Summary, Func<ApiRequest, Task<ApiAnswer>> Handle)
{
    private readonly ImmutableArray<string> _segments = [.. Template.Split('/')];

    /// <summary>The type of its body; null for a route that takes none.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>The body may be left out; then it is as if it were <c>{}</c>.</summary>
    public bool IsBodyOptional { get; init; }

    /// <summary>The parameters that its query may have, each at most once.</summary>
    public ImmutableArray<string> Query { get; init; } = [];

    /// <summary>The type of its answer.</summary>
    public JsonTypeInfo? Answer { get; init; }

    /// <summary>Every status that it may be answered with, besides those that any route may: 401, 403, 500.</summary>
    public required ImmutableArray<int> Statuses { get; init; }

    /// <summary>It reads its body by itself, in a manner of its own; then no query of it is looked at.</summary>
    public Func<HttpContext, Credential, Task<ApiAnswer>>? HandleAlone { get; init; }

    /// <summary>True where it may change something.</summary>
    public bool Changes => Method != HttpMethods.Get;

    /// <summary>True where it answers this method.</summary>
    public bool Answers(string method) => Method == method || (Method == HttpMethods.Get && method == HttpMethods.Head);

    /// <summary>True for a path of its form.</summary>
    /// <param name="path">The path, decoded, in segments.</param>
    /// <param name="subject">What stands in the place of the name in braces.</param>
    public bool Matches(string[] path, out string subject)
    {
        subject = "";
        if (path.Length != _segments.Length)
            return false;
        for (var i = 0; i < path.Length; i++)
            if (_segments[i] is ['{', ..])
                subject = path[i];
            else if (_segments[i] != path[i])
                return false;
        return subject.Length > 0 || !Template.Contains('{', StringComparison.Ordinal);
    }
}
