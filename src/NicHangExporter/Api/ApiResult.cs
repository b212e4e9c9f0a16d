using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>
/// What a route handler or a filter returns. The framework's own results write no Content-Length and no newline at the
/// end, and limit neither the size of a problem nor what it repeats of the request.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON in UTF-8, with a newline at its end.</param>
/// <param name="IsProblem">True for <c>application/problem+json</c>.</param>
internal sealed record ApiResult(int Status, byte[] Body, bool IsProblem = false)
    : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    /// <summary>
    /// The longest problem in bytes: clients write problems into their logs, some without a limit of their own.
    /// </summary>
    public const int MaxProblem = 512;

    /// <summary>The header <c>Location</c>: the path of a remediation that is still running.</summary>
    public string? Location { get; init; }

    /// <summary>Seconds until a repetition can succeed, for the header <c>Retry-After</c>.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>The header <c>Allow</c>: the methods that the path has.</summary>
    public string? Allow { get; init; }

    /// <summary>The header <c>WWW-Authenticate</c>.</summary>
    public string? Challenge { get; init; }

    /// <inheritdoc/>
    public int? StatusCode => Status;

    /// <inheritdoc/>
    public string ContentType => IsProblem ? "application/problem+json" : "application/json";

    /// <summary>A value as JSON.</summary>
    public static ApiResult Of<T>(T value, JsonTypeInfo<T> type, int status = 200) => new(status, Bytes(value, type));

    /// <summary>A problem document, cut to <see cref="MaxProblem"/> bytes.</summary>
    /// <param name="problem">The kind of problem.</param>
    /// <param name="detail">What is known of this case; it must not repeat anything of the request.</param>
    /// <param name="id">The id of the remediation that was declined.</param>
    public static ApiResult Problem(ApiProblem problem, string? detail = null, string? id = null)
    {
        detail ??= problem.Detail;
        while (true)
        {
            var view = new ProblemResponse(ApiProblem.TypePrefix + problem.Name, problem.Title, problem.Status,
                detail)
            { Id = id };
            var body = Bytes(view, ApiJson.Answers.ProblemResponse);
            if (body.Length <= MaxProblem)
                return new ApiResult(problem.Status, body, IsProblem: true) { RetryAfter = problem.RetryAfter };
            detail = Shortened(detail, body.Length - MaxProblem);
        }
    }

    /// <summary>How a remediation ended; a problem where it was declined.</summary>
    public static ApiResult Of(RemediationOutcome outcome)
    {
        if (outcome.Verdict != RemediationVerdict.Declined)
            return Of(RemediationResponse.Of(outcome), ApiJson.Answers.RemediationResponse,
                HttpStatusMapping.OfVerdict[outcome.Verdict]);
        var reason = outcome.Declined ?? default;
        var detail = HttpStatusMapping.RepeatsTheRequest(reason) ? null : outcome.Explanation;
        return Problem(HttpStatusMapping.OfReason[reason], detail, outcome.Id) with { RetryAfter = outcome.RetryAfter };
    }

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        response.Headers.CacheControl = "no-store";
        if (IsProblem && (Status == StatusCodes.Status413PayloadTooLarge || MayBeUnread(httpContext))
            && HttpProtocol.IsHttp11(httpContext.Request.Protocol))
            response.Headers.Connection = "close";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        if (Location is not null)
            response.Headers.Location = Location;
        if (Allow is not null)
            response.Headers.Allow = Allow;
        if (Challenge is not null)
            response.Headers.WWWAuthenticate = Challenge;
        if (RetryAfter is { } seconds)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(Math.Min(seconds, int.MaxValue)))
                .ToString(CultureInfo.InvariantCulture);
        if (!HttpMethods.IsHead(httpContext.Request.Method))
            await response.Body.WriteAsync(Body, httpContext.RequestAborted);
    }

    // The server does not read a body that is too long, not even to skip it: it closes the connection. Without the
    // header the client's next request would be lost. A route with a higher limit sets it before it reads; the length
    // of a chunked body is unknown.
    private static bool MayBeUnread(HttpContext context) => context.Request.ContentLength is { } length
        ? length > (context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? JsonBody.MaxLength)
        : context.Request.Headers.TransferEncoding.Count > 0;

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    // A character has at least one byte, so the loop ends. Half of a surrogate pair would be no character.
    private static string Shortened(string text, int excess)
    {
        var length = Math.Max(0, text.Length - 1 - Math.Max(1, excess / 6));
        if (length > 0 && char.IsHighSurrogate(text[length - 1]))
            length--;
        return text[..length] + "…";
    }
}
