using System.Text;
using Microsoft.AspNetCore.Http;
using NicHangExporter.Api;

namespace NicHangExporter.Tests.Api;

/// <summary>What all answers of the API have in common.</summary>
internal static class ApiPromises
{
    private static readonly OpenApiFile Document = OpenApiFile.Committed;

    public static void Check(HttpContext context, ApiReply reply)
    {
        var request = context.Request;
        var length = Encoding.UTF8.GetByteCount(reply.Body);
        Assert.Equal("no-store", reply.Headers.CacheControl);
        Assert.Equal("nosniff", reply.Headers.XContentTypeOptions);
        Assert.False(reply.Headers.ContainsKey("Access-Control-Allow-Origin"));
        if (request.Method == "HEAD")
            Assert.Empty(reply.Body);
        else
            Assert.Equal(length, reply.Headers.ContentLength);
        var isProblem = reply.Headers.ContentType == "application/problem+json";
        Assert.Equal(reply.Status >= 400, isProblem);
        Assert.True(!isProblem || length <= ApiResult.MaxProblem, $"a problem of {length} bytes: {reply.Body}");
        Assert.Equal(reply.Status == 401, reply.Headers.WWWAuthenticate.Count == 1);
        Assert.Equal(reply.Status == 405, reply.Headers.Allow.Count == 1);
        Assert.Equal(reply.Status == 202, reply.Headers.Location.Count == 1);
        Assert.True(reply.Status != 429 || reply.Headers.RetryAfter.Count == 1, "429 without Retry-After");
        if (reply.Body.Length == 0)
            return;
        Assert.EndsWith("}\n", reply.Body, StringComparison.Ordinal);
        Assert.Equal(isProblem ? reply.Status : reply.Json["status"]?.GetValue<int>() ?? reply.Status, reply.Status);

        var route = ApiDocument.Routes.FirstOrDefault(route => route.Matches(context.GetEndpoint(), request.Method));
        if (route is not null)
            Assert.True(Document.Errors(route, reply) is { Count: 0 } errors,
                string.Join('\n', Document.Errors(route, reply)) + "\n" + reply.Body);
        else
            Assert.Empty(Document.ProblemErrors(reply));
    }
}
