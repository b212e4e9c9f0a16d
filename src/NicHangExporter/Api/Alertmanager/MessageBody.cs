using System.Buffers;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using NicHangExporter.Threads;

namespace NicHangExporter.Api.Alertmanager;

/// <summary>
/// Reads the body of a notification, which may be longer than other bodies. Only a few are in memory at the same time;
/// further requests are refused, and Alertmanager repeats them within seconds.
/// </summary>
internal sealed class MessageBody : IDisposable
{
    /// <summary>How many bodies are in memory at the same time: a megabyte each, and as much again in alerts.</summary>
    public const int Places = 8;

    private readonly SemaphoreSlim _places = new(Places);

    /// <summary>Reads the body and answers the request, if there is a place.</summary>
    /// <param name="context">The request.</param>
    /// <param name="answer">Answers the request; the place is taken until then.</param>
    public async Task<ApiResult> ReadAsync(HttpContext context, Func<ReadOnlyMemory<byte>, Task<ApiResult>> answer)
    {
        if (!IsJson(context.Request))
            return ApiResult.Problem(ApiProblem.NotJson);
        if (context.Request.ContentLength > MessageReader.MaxBody)
            return TooLong;
        if (!await _places.WaitAsync(0, CancellationToken.None))
            return ApiResult.Problem(ApiProblem.ManyMessages);
        try
        {
            var (body, refusal) = await ReadAsync(context);
            return refusal ?? await answer(body);
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private static ApiResult TooLong =>
        ApiResult.Problem(ApiProblem.TooLarge, $"The body is longer than {MessageReader.MaxBody} bytes.");

    private static async Task<(ReadOnlyMemory<byte> Body, ApiResult? Refusal)> ReadAsync(HttpContext context)
    {
        // The server's own limit is for shorter requests; here the loop below stops at the limit.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MessageReader.MaxBody + 1;
        var buffer = new ArrayBufferWriter<byte>((int)(context.Request.ContentLength ?? 0) + 1);
        try
        {
            int length;
            while ((length = await context.Request.Body.ReadAsync(buffer.GetMemory(), context.RequestAborted)) > 0)
            {
                buffer.Advance(length);
                if (buffer.WrittenCount > MessageReader.MaxBody)
                    return (default, TooLong);
            }
            await PoolThread.SwitchAsync();
            return (buffer.WrittenMemory, null);
        }
        catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return (default, TooLong);
        }
        catch (IOException)
        {
            return (default,
                ApiResult.Problem(ApiProblem.Malformed, "The body ended before its time, or came too slowly."));
        }
    }

    private static bool IsJson(HttpRequest request) => request.Headers.ContentEncoding.Count == 0
        && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);
}
