using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using NicHangExporter.Remediation;

namespace NicHangExporter.Api;

/// <summary>An answer, ready to be sent.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">JSON, with a newline at its end.</param>
/// <param name="IsProblem">It is <c>application/problem+json</c>.</param>
internal sealed record ApiAnswer(int Status, byte[] Body, bool IsProblem = false)
{
    /// <summary>The longest problem in bytes: clients write them into their logs, some without a limit of their own.</summary>
    public const int MaxProblem = 512;

    /// <summary>Where to look for what is still under way.</summary>
    public string? Location { get; init; }

    /// <summary>Seconds until it is worth asking again.</summary>
    public double? RetryAfter { get; init; }

    /// <summary>The methods that would have been right.</summary>
    public string? Allow { get; init; }

    /// <summary>How to prove who asks.</summary>
    public string? Challenge { get; init; }

    /// <summary>An answer with a value.</summary>
    public static ApiAnswer Of<T>(T value, JsonTypeInfo<T> type, int status = 200) => new(status, Bytes(value, type));

    /// <summary>A refusal.</summary>
    /// <param name="problem">Its kind.</param>
    /// <param name="detail">What is known of this case; it must hold nothing that the asker has sent.</param>
    /// <param name="id">The remediation that was declined.</param>
    public static ApiAnswer Refuse(ApiProblem problem, string? detail = null, string? id = null)
    {
        detail ??= problem.Detail;
        while (true)
        {
            var view = new ProblemResponse(ApiProblem.TypePrefix + problem.Name, problem.Title, problem.Status, detail) { Id = id };
            var body = Bytes(view, ApiJson.Answers.ProblemResponse);
            if (body.Length <= MaxProblem)
                return new ApiAnswer(problem.Status, body, IsProblem: true) { RetryAfter = problem.RetryAfter };
            detail = Shortened(detail, body.Length - MaxProblem);
        }
    }

    /// <summary>The verdict of the door.</summary>
    public static ApiAnswer Of(RemediationOutcome outcome)
    {
        if (outcome.Verdict != RemediationVerdict.Declined)
            return Of(RemediationResponse.Of(outcome), ApiJson.Answers.RemediationResponse, HttpStatusMapping.OfVerdict[outcome.Verdict]);
        var reason = outcome.Declined ?? default;
        return Refuse(HttpStatusMapping.OfReason[reason], HttpStatusMapping.RepeatsTheAsker(reason) ? null : outcome.Explanation, outcome.Id) with { RetryAfter = outcome.RetryAfter };
    }

    /// <summary>Sends it.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = Status;
        response.ContentType = IsProblem ? "application/problem+json" : "application/json";
        response.ContentLength = Body.Length;
        response.Headers.CacheControl = "no-store";
        if (IsProblem && (Status == StatusCodes.Status413PayloadTooLarge || MayBeUnread(context)) && HttpProtocol.IsHttp11(context.Request.Protocol))
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
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(Math.Min(seconds, int.MaxValue))).ToString(CultureInfo.InvariantCulture);
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(Body, context.RequestAborted);
    }

    // The server reads no body that is too long, not even to pass it over: it closes. Unsaid, the client's next request would go into that. A route that reads more
    // than the others says so before it does; and how long a body in pieces is, nobody knows.
    private static bool MayBeUnread(HttpContext context) => context.Request.ContentLength is { } length
        ? length > (context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize ?? ApiBody.MaxLength)
        : context.Request.Headers.TransferEncoding.Count > 0;

    private static byte[] Bytes<T>(T value, JsonTypeInfo<T> type) => [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    // A character has at least one byte, so this ends; and half a surrogate pair is none.
    private static string Shortened(string text, int excess)
    {
        var length = Math.Max(0, text.Length - 1 - Math.Max(1, excess / 6));
        if (length > 0 && char.IsHighSurrogate(text[length - 1]))
            length--;
        return text[..length] + "…";
    }
}
