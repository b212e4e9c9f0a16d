using System.Text;

namespace NicHangExporter.Tests.Api;

/// <summary>The type, the length and the encoding of a body.</summary>
public sealed class ContentStrictnessTests : StrictnessFixture
{
    [Fact]
    public async Task BytesThatAreNoUtf8_Are400()
    {
        foreach (var bad in new byte[][]
            { [0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xe2, 0x82] })
        {
            byte[] body = [.. """{"device":"eno1","dryRun":true,"reason":"x"""u8, .. bad, .. "\"}"u8];
            Assert.Equal(400, (await _api.SendAsync("POST", Path, body, ApiHost.Admin)).Status);
        }
    }

    [Theory]
    [InlineData(16 * 1024, 200)]
    [InlineData(16 * 1024 + 1, 413)]
    [InlineData(1_000_000, 413)]
    public async Task LongBody_Is413(int length, int status)
    {
        var body = Encoding.UTF8.GetBytes(Body.PadRight(length));

        var reply = await _api.SendAsync("POST", Path, body, ApiHost.Admin);
        Assert.Equal((status, status == 413 ? "close" : ""), (reply.Status, reply.Headers.Connection.ToString()));
        // It is not read for a refusal of another kind either.
        Assert.Equal(
            status == 413 ? "close"
            : "", (await _api.SendAsync("POST", Path, body, null)).Headers.Connection.ToString());

        // Also without Content-Length.
        var context = ApiHost.Context("POST", Path, body, ApiHost.Admin);
        context.Request.ContentLength = null;
        Assert.Equal(status, (await _api.FinishAsync(context, _api.HandleAsync(context))).Status);
    }

    [Theory]
    [InlineData("application/json", 200)]
    [InlineData("Application/JSON", 200)]
    [InlineData("application/json; charset=utf-8", 200)]
    [InlineData("application/json;charset=UTF-8", 200)]
    [InlineData("application/json; charset=\"utf-8\"", 200)]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=iso-8859-1", 415)]
    [InlineData("application/json; charset=utf-8; charset=utf-8", 415)]
    [InlineData("application/json; version=1", 415)]
    [InlineData("application/json, text/plain", 415)]
    [InlineData("application/problem+json", 415)]
    [InlineData("application/jsonp", 415)]
    [InlineData("text/plain", 415)]
    [InlineData("text/json", 415)]
    [InlineData("application/x-www-form-urlencoded", 415)]
    [InlineData("multipart/form-data; boundary=x", 415)]
    [InlineData("*/*", 415)]
    [InlineData("", 415)]
    [InlineData("CANARY", 415)]
    public async Task ContentType_IsJsonInUtf8AndNothingElse(string type, int status)
    {
        var reply = await _api.PostAsync(Path, Body, ApiHost.Admin, ("Content-Type", type));

        Assert.Equal(status, reply.Status);
        Assert.DoesNotContain("CANARY", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyWithoutAType_OrPacked_Is415()
    {
        var context = ApiHost.Context("POST", Path, Encoding.UTF8.GetBytes(Body), ApiHost.Admin);
        context.Request.Headers.Remove("Content-Type");
        Assert.Equal(415, (await _api.FinishAsync(context, _api.HandleAsync(context))).Status);
        Assert.Equal(415, (await _api.PostAsync(Path, Body, ApiHost.Admin, ("Content-Encoding", "gzip"))).Status);
        Assert.Equal(415, (await _api.PostAsync(Path, null)).Status);
    }

    [Theory]
    [InlineData("/api/v1/devices/eno1/rollback")]
    [InlineData("/api/v1/quarantine/eno1/clear")]
    [InlineData("/api/v1/pause")]
    public async Task BodyThatNeedNotBe_IsRefusedWhereItSaysSomethingElse(string path)
    {
        Assert.Equal(400, (await _api.PostAsync(path, """{"all":true}""")).Status);
        Assert.Equal(400, (await _api.PostAsync(path, "x")).Status);
        Assert.Equal(
            415, (await _api.PostAsync(
                path, "a=b", ApiHost.Admin, ("Content-Type", "application/x-www-form-urlencoded"))).Status);
        Assert.Equal(415, (await _api.PostAsync(path, null, ApiHost.Admin, ("Content-Type", "text/plain"))).Status);
        Assert.True((await _api.PostAsync(path, "{}")).Status is 200 or 409);
        Assert.True((await _api.PostAsync(path)).Status is 200 or 409);
    }
}
