using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>
/// A configuration value <c>NAME=PART+PART</c>. Not with commas: lists in the environment are split at them.
/// </summary>
internal readonly record struct NamedList(string Name, ImmutableArray<string> Parts)
{
    /// <summary>Null if there is no <c>=</c>. Parts may be empty; the caller checks that.</summary>
    public static NamedList? Parse(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            ? new NamedList(text[..equals], [.. text[(equals + 1)..].Split('+')])
            : null;
}
