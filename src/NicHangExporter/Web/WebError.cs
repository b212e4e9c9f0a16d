using System.Collections.Immutable;

namespace NicHangExporter.Web;

/// <summary>Why the web configuration refuses a request: the values of a label.</summary>
internal static class WebError
{
    /// <summary>No header Authorization.</summary>
    public const string Absent = "absent";

    /// <summary>Not in the form of basic authentication.</summary>
    public const string Malformed = "malformed";

    /// <summary>Unknown user or wrong password.</summary>
    public const string Wrong = "wrong";

    /// <summary>Too many passwords wait for their check.</summary>
    public const string Busy = "busy";

    /// <summary>The client's certificate, or its absence.</summary>
    public const string Certificate = "certificate";

    /// <summary>The rate limit.</summary>
    public const string Rate = "rate";

    public static readonly ImmutableArray<string> All = [Absent, Malformed, Wrong, Busy, Certificate, Rate];
}
