using System.Collections.Immutable;

namespace NicHangExporter.Remediation.Planning;

/// <summary>A row in the configuration: <c>NAME=PART+PART</c>. Commas would not do, because lists in the environment are split at them.</summary>
internal readonly record struct NamedList(string Name, ImmutableArray<string> Parts)
{
    /// <summary>The row; parts may be empty texts, which is for the caller to refuse. Null where there is no <c>=</c>.</summary>
    public static NamedList? Parse(string text) =>
        text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            ? new NamedList(text[..equals], [.. text[(equals + 1)..].Split('+')])
            : null;
}
