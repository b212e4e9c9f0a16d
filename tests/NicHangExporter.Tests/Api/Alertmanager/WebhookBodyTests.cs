using System.IO.Pipelines;
using System.Text;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Hosting;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>What a request may look like: its type, its length, and how many are read at a time.</summary>
public sealed class WebhookBodyTests : IDisposable
{
    private readonly WebhookHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Bodies_ThatAreBeingRead_AreAtMostEight()
    {
        _host.Begin();
        var pipes = Enumerable.Range(0, MessageBody.Places).Select(_ => new Pipe()).ToList();
        var reading = pipes.Select(pipe => _host.SendAsync(WebhookHost.Context(pipe.Reader.AsStream()))).ToList();
        using var body = new MemoryStream(Bytes(Of(Alert())));
        var context = WebhookHost.Context(body);
        Assert.Contains(
            $"{ApiProblem.TypePrefix}many_messages", await _host.SendAsync(context), StringComparison.Ordinal);
        Assert.Equal((503, "1", 0), (context.Response.StatusCode, context.Response.Headers.RetryAfter, body.Position));

        // A request that was broken off frees its place like one that is answered.
        await pipes[0].Writer.CompleteAsync(new IOException("gone"));
        await pipes[1].Writer.CompleteAsync();
        await Task.WhenAll(reading[0], reading[1]);
        Assert.Equal(["not_hung"], await _host.VerdictsAsync(Alert()));
        foreach (var pipe in pipes)
            await pipe.Writer.CompleteAsync();
        Assert.All(await Task.WhenAll(reading), answer =>
            Assert.Contains("malformed", answer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json", MessageReader.MaxBody + 1, 413, true)]
    [InlineData("text/plain", JsonBody.MaxLength + 1, 415, true)]
    [InlineData("text/plain", null, 415, true)]
    [InlineData("text/plain", JsonBody.MaxLength, 415, false)]
    public async Task Body_ThatIsNotRead_ClosesTheConnectionWhereTheServerDoesNotPassItOver(
        string type, int? length, int status, bool closes)
    {
        _host.Begin();
        using var body = new MemoryStream(new byte[length ?? 100]);
        var context = WebhookHost.Context(body, type);
        context.Request.ContentLength = length;
        if (length is null)
            context.Request.Headers.TransferEncoding = "chunked";
        await _host.SendAsync(context);
        Assert.Equal(
            (status, closes ? "close" : null),
            (context.Response.StatusCode, (string?)context.Response.Headers.Connection));
    }

    [Theory]
    [InlineData("application/json", null, 200)]
    [InlineData("application/json; charset=utf-8", null, 200)]
    [InlineData("Application/JSON", null, 200)]
    [InlineData("text/plain", null, 415)]
    [InlineData("application/x-www-form-urlencoded", null, 415)]
    [InlineData("application/problem+json", null, 415)]
    [InlineData("", null, 415)]
    [InlineData(null, null, 415)]
    [InlineData("application/json", "gzip", 415)]
    public async Task ContentType_IsChecked(string? type, string? encoding, int status)
    {
        _host.Begin();
        var (answer, body) = await _host.PostAsync(Bytes(Of(Alert())), type, encoding);
        Assert.Equal(status, answer);
        Assert.True(status == 200 || body.Contains($"\"status\": {status}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Body_LongerThanAMegabyte_IsRefusedAndOneOfAMegabyteIsNot()
    {
        _host.Begin();
        var body = Bytes(Of(Alert()));
        Assert.Equal(
            200, (await _host.PostAsync(
                [.. body, .. Enumerable.Repeat((byte)' ', MessageReader.MaxBody - body.Length)])).Status);
        Assert.Equal(
            413, (await _host.PostAsync(
                [.. body, .. Enumerable.Repeat((byte)' ', MessageReader.MaxBody - body.Length + 1)])).Status);
    }

    [Fact]
    public async Task Refusal_IsAShortProblemWithoutTheInput()
    {
        _host.Begin();
        foreach (var text in new[]
            { "{\"canary\":", "{\"version\":\"canary\",\"alerts\":[]}", "canary",
                "{\"version\":\"4\",\"alerts\":[{\"status\":\"canary\"}]}",
                "{\"version\":\"4\",\"canary\":1,\"canary\":1,\"alerts\":\"canary\"}" })
        {
            var (status, body) = await _host.PostAsync(Encoding.UTF8.GetBytes(text));
            Assert.Equal(400, status);
            Assert.DoesNotContain("canary", body, StringComparison.Ordinal);
            Assert.True(Encoding.UTF8.GetByteCount(body) <= ApiResult.MaxProblem);
        }
    }

    [Fact]
    public async Task TruncatedAlerts_AreCountedAndSaidOnce()
    {
        _host.Begin();
        _host.Host.Webhook.PublishSeries();
        var body = Recorded("max_alerts_3_02_firing.json");
        await _host.PostAsync(body);
        await _host.PostAsync(body);
        Assert.Equal(2, await _host.Host.ValueAsync("nichang_alerts_truncated_total"));
        Assert.Equal(1, _host.Host.Log.Count(EventIds.AlertsTruncated));
        Assert.Equal(
            6, await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"not_mine\"}")
            + await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"not_hung\"}")
            + await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"unknown_device\"}"));
    }
}
