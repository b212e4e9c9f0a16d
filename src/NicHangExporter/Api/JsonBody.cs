using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using NicHangExporter.Threads;

namespace NicHangExporter.Api;

/// <summary>
/// The type of the body that an endpoint takes; metadata of the endpoint, and part of the API document.
/// </summary>
/// <remarks>Not IAcceptsMetadata: by that, routing answers 415 before authentication.</remarks>
/// <param name="Type">A type of <see cref="ApiRequestJson"/>, or the message of Alertmanager.</param>
/// <param name="IsOptional">A request without a body counts as one with <c>{}</c>.</param>
internal sealed record RequestBody(Type Type, bool IsOptional);

/// <summary>
/// The body of a request, read strictly by <see cref="Filters.JsonBodyFilter"/> before the handler runs.
/// </summary>
internal abstract class JsonBody
{
    /// <summary>The longest body in bytes.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Reads the body.</summary>
    /// <returns>The problem with it; null for none.</returns>
    public async Task<ApiResult?> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > MaxLength)
            return ApiResult.Problem(ApiProblem.TooLarge);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxLength;
        var isTyped = request.Headers.ContentType.Count > 0;
        if (isTyped && !IsJson(request))
            return ApiResult.Problem(ApiProblem.NotJson);
        var buffer = new byte[MaxLength + 1];
        int length;
        try
        {
            length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false,
                context.RequestAborted);
            await PoolThread.SwitchAsync();
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return ApiResult.Problem(ApiProblem.TooLarge);
        }
        catch (IOException)
        {
            return ApiResult.Problem(ApiProblem.Malformed, "The body ended before its time, or came too slowly.");
        }
        if (length > MaxLength)
            return ApiResult.Problem(ApiProblem.TooLarge);
        if (length == 0 && context.GetEndpoint()!.Metadata.GetRequiredMetadata<RequestBody>().IsOptional)
            return Parse("{}"u8);
        // Only now: a request without a body needs no type of it either.
        return isTyped ? Parse(buffer.AsSpan(0, length)) : ApiResult.Problem(ApiProblem.NotJson);
    }

    /// <summary>Deserializes the body; false for null.</summary>
    protected abstract bool TryDeserialize(ReadOnlySpan<byte> json);

    private ApiResult? Parse(ReadOnlySpan<byte> json)
    {
        // The JSON reader checks the encoding of a text only when the text is used.
        if (!Utf8.IsValid(json))
            return ApiResult.Problem(ApiProblem.Malformed, "The body is not UTF-8.");
        try
        {
            return TryDeserialize(json)
                ? null
                : ApiResult.Problem(ApiProblem.Malformed, "The body is null; it has to be an object.");
        }
        catch (JsonException exception)
        {
            // The message may hold parts of the body. The position holds none.
            return ApiResult.Problem(ApiProblem.Malformed,
                exception is { LineNumber: { } line, BytePositionInLine: { } position }
                ? $"The body is not what this route takes, from line {line + 1}, byte {position + 1} at the latest: "
                    + "see the API document."
                : ApiProblem.Malformed.Detail);
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

/// <summary>A parameter of a route handler that takes a body of type <typeparamref name="T"/>.</summary>
internal sealed class JsonBody<T> : JsonBody
    where T : class
{
    private T? _value;

    /// <summary>The body as it was read.</summary>
    public T Value =>
        _value ?? throw new InvalidOperationException("The endpoint lacks the filter that reads its body.");

    /// <summary>Binds a parameter of a route handler. The filter reads the body later.</summary>
    public static ValueTask<JsonBody<T>?> BindAsync(HttpContext context) =>
        ValueTask.FromResult<JsonBody<T>?>(new JsonBody<T>());

    /// <summary>A body that is already there, for a caller within this process.</summary>
    public static JsonBody<T> Of(T value) => new() { _value = value };

    /// <inheritdoc/>
    protected override bool TryDeserialize(ReadOnlySpan<byte> json) =>
        (_value = (T?)JsonSerializer.Deserialize(json, ApiRequestJson.Default.GetTypeInfo(typeof(T))!)) is not null;
}
