using System.Collections.Immutable;

namespace NicHangExporter.Api.Auth;

/// <summary>Why nobody is known by a request: the values of a label.</summary>
internal static class RefusalReasons
{
    /// <summary>No header Authorization.</summary>
    public const string Absent = "absent";

    /// <summary>Another scheme than Bearer.</summary>
    public const string Scheme = "scheme";

    /// <summary>What no token can be, or two headers.</summary>
    public const string Malformed = "malformed";

    /// <summary>A token of nobody's.</summary>
    public const string Unknown = "unknown";

    public static readonly ImmutableArray<string> All = [Absent, Scheme, Malformed, Unknown];
}
