using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NicHangExporter.Cli;

namespace NicHangExporter.Tests.Cli;

public sealed class InProcessHandlerTests
{
    [Fact]
    public async Task Request_ReachesThePipelineAsItWouldOverAConnection()
    {
        var seen = "";
        using var client = Client(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var request = context.Request;
            seen = $"{request.Method} {request.Path.Value}{request.QueryString} {request.Protocol} "
                + $"{request.ContentType} {request.Headers["X-Key"]} "
                + $"{await reader.ReadToEndAsync(TestContext.Current.CancellationToken)}";
            context.Response.StatusCode = 429;
            context.Response.ContentType = "application/problem+json";
            context.Response.Headers.RetryAfter = "7";
            await context.Response.WriteAsync("{}", TestContext.Current.CancellationToken);
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/a/$%28id%29%20x?b=1")
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{1}"))
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            },
            Headers = { { "X-Key", "k" } },
        };

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("POST /a/$(id) x?b=1 HTTP/1.1 application/json k {1}", seen);
        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), answer.Headers.RetryAfter?.Delta);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("{}", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Request_HasAScopeOfServicesThatEndsWithIt()
    {
        var services = new ServiceCollection().AddScoped<Resource>().BuildServiceProvider();
        var used = new List<Resource>();
        using var client = new HttpMessageInvoker(new InProcessHandler(
            context =>
            {
                used.Add(context.RequestServices.GetRequiredService<Resource>());
                Assert.False(used[^1].IsDisposed);
                return Task.CompletedTask;
            }, services));

        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "http://localhost/");
            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.True(used[^1].IsDisposed);
        }

        Assert.NotSame(used[0], used[1]);
    }

    private static HttpMessageInvoker Client(RequestDelegate pipeline) =>
        new(new InProcessHandler(pipeline, new ServiceCollection().BuildServiceProvider()));

    private sealed class Resource : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
