namespace NicHangExporter.Api;

/// <summary>A problem document (RFC 9457). It has at most 512 bytes and repeats nothing of the request.</summary>
/// <param name="Type">The kind of problem: <see cref="ApiProblem.TypePrefix"/> and a name.</param>
/// <param name="Title">The kind of problem in words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">One sentence about this case.</param>
internal sealed record ProblemResponse(string Type, string Title, int Status, string Detail)
{
    /// <summary>The id of the remediation that was declined.</summary>
    public string? Id { get; init; }
}

/// <summary>A kind of problem.</summary>
/// <param name="Name">The end of its <c>type</c>.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">The kind in words, the same each time.</param>
/// <param name="Detail">What to do; a case that knows more has a detail of its own.</param>
internal sealed record ApiProblem(string Name, int Status, string Title, string Detail)
{
    /// <summary>The start of each <c>type</c>.</summary>
    public const string TypePrefix = "urn:problem-type:nichang:";

    /// <summary>Seconds until a new request can succeed; null if unknown, or known only from case to case.</summary>
    public double? RetryAfter { get; init; }

    public static readonly ApiProblem Malformed = new("malformed", 400, "The request is malformed",
        "The request is not as the API document describes it.");
    public static readonly ApiProblem Unauthenticated = new("unauthenticated", 401, "No valid credential",
        "Send Authorization: Bearer with a token that the exporter is configured with.");
    public static readonly ApiProblem Scope = new("scope", 403, "The credential may not do that",
        "The credential is valid, but it lacks the scope.");
    public static readonly ApiProblem Peer = new("peer", 403, "Not for this user",
        "Only root and the user of the exporter may use its socket.");
    public static readonly ApiProblem Unprotected = new("unprotected", 403, "Not over an unprotected connection",
        "What changes something is only taken over TLS or loopback: else everybody on the way can read the "
        + "credential. See api.allow-plaintext.");
    public static readonly ApiProblem CrossSite = new("cross_site", 403, "Not on behalf of another site",
        "The request comes from a web page of another origin.");
    public static readonly ApiProblem NotFound = new("not_found", 404, "There is nothing of that name",
        "Paths are in the API document; what was looked up by an id may be forgotten by now.");
    public static readonly ApiProblem MethodNotAllowed = new("method_not_allowed", 405, "Not by this method",
        "See the header Allow.");
    public static readonly ApiProblem Overtaken = new("overtaken", 409, "Something newer was decided",
        "Between this request and its turn somebody decided otherwise; nothing was done. Look, then ask again.");
    public static readonly ApiProblem FileInTheWay = new("file_in_the_way", 409, "A file is in the way",
        "A file that the exporter did not write, or that somebody has edited, is in the place of a persistence file.");
    public static readonly ApiProblem TooLarge = new("too_large", 413, "The body is too large",
        "A body has at most 16 KiB, a message of Alertmanager 1 MiB.");
    public static readonly ApiProblem NotJson = new("not_json", 415, "The body is not JSON",
        "Send Content-Type: application/json, in UTF-8 and without Content-Encoding.");
    public static readonly ApiProblem KeyReused = new("key_reused", 422,
        "The Idempotency-Key was used for something else",
        "The same key came with another request within the last 24 hours; nothing was done now.");
    public static readonly ApiProblem NotPersistable = new("not_persistable", 422, "The settings can't be persisted",
        "The device, its settings or the way do not fit this host.");
    public static readonly ApiProblem Unexpected = new("unexpected", 500, "An unexpected error",
        "It is in the log of the exporter.");
    public static readonly ApiProblem Overloaded = new("overloaded", 503, "Too many requests wait for an answer",
        "The remediation thread does not come to them; ask again when it does.")
    { RetryAfter = 5 };
    public static readonly ApiProblem ManyMessages = new("many_messages", 503, "Too many messages at once",
        "As many messages of Alertmanager are being read as are allowed; send it again.")
    { RetryAfter = 1 };
    public static readonly ApiProblem ManyWaiting = new("many_waiting", 503, "Too many alerts wait to be acted on",
        "Nothing of this message was taken in; send it again when those have been answered.");
    public static readonly ApiProblem SlowDisk = new("slow_disk", 503, "The disk of the journal does not answer",
        "What is not on the disk is not promised; send it again, and what has got there after all is a duplicate.");
    public static readonly ApiProblem Unreadable = new("unreadable", 503, "It can't be read now",
        "The disk or the kernel did not let the exporter look; the detail is in its log or in its metrics.");
    public static readonly ApiProblem Stuck = new("stuck", 503, "The remediation thread is busy",
        "A command to the kernel does not return, and nothing can cancel it.")
    { RetryAfter = 30 };
    public static readonly ApiProblem NotWritten = new("not_written", 503, "The file can't be written",
        "The disk refuses it, or the exporter is not root and its persistence helper does not answer.");
    public static readonly ApiProblem NotDurable = new("not_durable", 503, "Done, but not on record",
        "It is done, but the journal can't be written: a restart undoes it.");
}
