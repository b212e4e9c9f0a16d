using System.Collections.Immutable;

namespace NicHangExporter.Web;

/// <summary>Why the web configuration keeps somebody out: the values of a label.</summary>
internal static class WebError
{
    /// <summary>No header Authorization.</summary>
    public const string Absent = "absent";

    /// <summary>Not the form of basic authentication.</summary>
    public const string Malformed = "malformed";

    /// <summary>No such user, or not the password.</summary>
    public const string Wrong = "wrong";

    /// <summary>Too many passwords wait to be checked.</summary>
    public const string Busy = "busy";

    /// <summary>The client's certificate, or that there is none.</summary>
    public const string Certificate = "certificate";

    /// <summary>The limit of requests.</summary>
    public const string Rate = "rate";

    public static readonly ImmutableArray<string> All = [Absent, Malformed, Wrong, Busy, Certificate, Rate];
}
