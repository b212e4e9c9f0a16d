using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NicHangExporter.Api;

namespace NicHangExporter.Cli;

/// <summary>An HTTP answer to the console.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body as it came.</param>
/// <param name="RetryAfter">Seconds until another attempt is worthwhile; null if the answer does not say.</param>
internal sealed record ApiReply(int Status, byte[] Body, double? RetryAfter)
{
    /// <summary>
    /// The body: a value, or a problem if the status is an error. Members that this version does not know are ignored.
    /// </summary>
    /// <exception cref="DaemonException">It is neither.</exception>
    public ApiResponse<T> Read<T>(JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            if (Status is >= 200 and < 300 && JsonSerializer.Deserialize(Body, type) is { } value)
                return value;
            if (Status >= 400
                && JsonSerializer.Deserialize(Body, ApiJson.Answers.ProblemResponse) is { Type: not null } problem)
                return problem;
        }
        catch (JsonException)
        {
            // As for any other answer that is not one of the API.
        }
        throw new DaemonException(DaemonFailure.NotAnswering, "this version does not understand what it answers");
    }
}
