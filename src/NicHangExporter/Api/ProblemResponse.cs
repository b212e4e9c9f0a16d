namespace NicHangExporter.Api;

/// <summary>A refusal, as <c>application/problem+json</c> (RFC 9457). It has at most 512 bytes and repeats nothing of the request.</summary>
/// <param name="Type">Which kind: for a program.</param>
/// <param name="Title">The kind in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">A sentence for a person.</param>
internal sealed record ProblemResponse(string Type, string Title, int Status, string Detail)
{
    /// <summary>The id of the remediation that was declined.</summary>
    public string? Id { get; init; }
}
