using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace NicHangExporter.Api;

/// <summary>Takes the body of a request in, strictly.</summary>
internal static class ApiBody
{
    /// <summary>The longest body in bytes.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Reads the body that the route takes.</summary>
    /// <returns>The body, or why there is none.</returns>
    public static async Task<(object? Body, ApiAnswer? Refusal)> ReadAsync(HttpRequest request, ApiRoute route, CancellationToken gone)
    {
        if (request.ContentLength > MaxLength)
            return (null, ApiAnswer.Refuse(ApiProblem.TooLarge));
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxLength;
        var isTyped = request.Headers.ContentType.Count > 0;
        if (isTyped && !IsJson(request))
            return (null, ApiAnswer.Refuse(ApiProblem.NotJson));
        var buffer = new byte[MaxLength + 1];
        int length;
        try
        {
            length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, gone);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (null, ApiAnswer.Refuse(ApiProblem.TooLarge));
        }
        catch (IOException)
        {
            return (null, ApiAnswer.Refuse(ApiProblem.Malformed, "The body ended before its time, or came too slowly."));
        }
        if (length > MaxLength)
            return (null, ApiAnswer.Refuse(ApiProblem.TooLarge));
        if (length == 0 && route.IsBodyOptional)
            return Parse("{}"u8, route);
        // Only now: a route that needs no body needs no type of it either.
        return isTyped ? Parse(buffer.AsSpan(0, length), route) : (null, ApiAnswer.Refuse(ApiProblem.NotJson));
    }

    private static (object?, ApiAnswer?) Parse(ReadOnlySpan<byte> json, ApiRoute route)
    {
        // The JSON reader looks at the encoding of a text only when somebody wants that text.
        if (!Utf8.IsValid(json))
            return (null, ApiAnswer.Refuse(ApiProblem.Malformed, "The body is not UTF-8."));
        try
        {
            return JsonSerializer.Deserialize(json, route.Body!) is { } body
                ? (body, null)
                : (null, ApiAnswer.Refuse(ApiProblem.Malformed, "The body is null; it has to be an object."));
        }
        catch (JsonException exception)
        {
            // Its message may hold parts of the body; where in it, may not.
            return (null, ApiAnswer.Refuse(ApiProblem.Malformed, exception is { LineNumber: { } line, BytePositionInLine: { } position }
                ? $"The body is not what this route takes, from line {line + 1}, byte {position + 1} at the latest: see the API document."
                : ApiProblem.Malformed.Detail));
        }
    }

    private static bool IsJson(HttpRequest request) =>
        request.Headers.ContentEncoding.Count == 0
        && request.Headers.ContentType is [var text]
        && MediaTypeHeaderValue.TryParse(text, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)
            && HeaderUtilities.RemoveQuotes(parameter.Value).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        && type.Parameters.Count <= 1;
}
