using System.Text;
using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Api;

/// <summary>Everything that is not exactly what a route takes is refused before the remediator gets it.</summary>
public sealed class StrictnessTests : IDisposable
{
    private const string Path = "/api/v1/remediations";
    private const string Body = """{"device":"eno1","dryRun":true}""";

    private readonly ApiHost _api = new();

    public void Dispose() => _api.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("\"eno1\"")]
    [InlineData("1")]
    [InlineData("{}")]
    [InlineData("""{"device":null}""")]
    [InlineData("""{"device":""}""")]
    [InlineData("""{"device":1}""")]
    [InlineData("""{"device":["eno1"]}""")]
    [InlineData("""{"Device":"eno1"}""")]
    [InlineData("""{"device":"eno1","dryrun":true}""")]
    [InlineData("""{"device":"eno1","dryRun":"true"}""")]
    [InlineData("""{"device":"eno1","dryRun":1}""")]
    [InlineData("""{"device":"eno1","dryRun":null}""")]
    [InlineData("""{"device":"eno1","dryRun":true,"dryRun":false}""")]
    [InlineData("""{"device":"eno1","device":"eno1"}""")]
    [InlineData("""{"device":"eno1","\u0064evice":"eno1"}""")]
    [InlineData("""{"device":"eno1","CANARY":1}""")]
    [InlineData("""{"device":"eno1","features":"tso"}""")]
    [InlineData("""{"device":"eno1","features":[]}""")]
    [InlineData("""{"device":"eno1","features":[null]}""")]
    [InlineData("""{"device":"eno1","features":[""]}""")]
    [InlineData("""{"device":"eno1","features":[["tso"]]}""")]
    [InlineData("""{"device":"eno1","profile":"","dryRun":true}""")]
    [InlineData("""{"device":"eno1","profile":"segmentation","features":["tso"]}""")]
    [InlineData("""{"device":"eno1","trigger":"cli"}""")]
    [InlineData("""{"device":"eno1","actor":"root"}""")]
    [InlineData("""{"device":"eno1",}""")]
    [InlineData("""{"device":"eno1"} x""")]
    [InlineData("""{"device":"eno1"}{"device":"eno1"}""")]
    [InlineData("""{"device":"eno1"/*c*/}""")]
    [InlineData("""{'device':'eno1'}""")]
    [InlineData("\uFEFF{\"device\":\"eno1\"}")]
    [InlineData("""{"device":"eno1","reason":"\ud800"}""")]
    [InlineData("""{"device":"eno1","reason":NaN}""")]
    [InlineData("""{"device":true}""")]
    [InlineData("""{"devices":["eno1"]}""")]
    [InlineData("""{"device":"eno1","recover":"yes"}""")]
    [InlineData("""{"device":"eno1","recover":0}""")]
    [InlineData("""{"device":"eno1","features":{"tso":false}}""")]
    [InlineData("""{"device":"eno1","features":[1]}""")]
    [InlineData("""{"device":"eno1","profile":["segmentation"]}""")]
    [InlineData("""{"device":"eno1","reason":"a","reason":"a"}""")]
    [InlineData("""{"device":"eno1" "dryRun":true}""")]
    [InlineData("""{"device":"eno1","dryRun":TRUE}""")]
    [InlineData("{\"device\":\"eno1\",\"reason\":\"a\nb\"}")]
    public async Task BodyThatIsNotAnOrder_Is400(string body)
    {
        var reply = await _api.PostAsync(Path, body);

        Assert.Equal((400, "malformed"), (reply.Status, reply.Problem));
        Assert.Equal(0, _api.Submitted);
        Assert.DoesNotContain("CANARY", reply.Body, StringComparison.Ordinal);
    }

    // No word for "all devices" means more than a device of that name.
    [Theory]
    [InlineData("*")]
    [InlineData("all")]
    [InlineData("any")]
    [InlineData(" ")]
    [InlineData("eno1,eno2")]
    [InlineData("eno*")]
    [InlineData("eno1 ")]
    [InlineData("ENO1")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("0000:00:1f")]
    public async Task WordForAllDevices_IsNobodysName(string device)
    {
        var reply = await _api.PostAsync(Path, $$"""{"device":"{{device}}"}""");

        Assert.Equal((404, "unknown_device"), (reply.Status, reply.Problem));
        // A text that can be a name goes to the remediator, which declines it.
        Assert.Equal(InterfaceName.TryParse(device, out _) ? 1 : 0, _api.Submitted);
        Assert.Empty(_api.Intents());
        Assert.Empty(_api.Nic.Operations);
    }

    [Fact]
    public async Task Limits_AreThoseOfTheDocument()
    {
        var name = new string('x', RequestValidator.MaxName);
        string[] features = [.. Enumerable.Repeat("\"tso\"", RequestValidator.MaxFeatures)];
        foreach (var (sound, body) in new[]
        {
            (true, $$"""{"device":"eno1","dryRun":true,"reason":"{{new string('x', RequestValidator.MaxReason)}}"}"""),
            (false, $$"""{"device":"eno1","dryRun":true,"reason":"{{new string(
                'x', RequestValidator.MaxReason + 1)}}"}"""),
            (true, $$"""{"device":"eno1","dryRun":true,"features":[{{string.Join(',', features)}}]}"""),
            (false, $$"""{"device":"eno1","dryRun":true,"features":[{{string.Join(',', features)}},"tso"]}"""),
            (false, $$"""{"device":"eno1","dryRun":true,"features":["{{name}}x"]}"""),
            (false, $$"""{"device":"eno1","dryRun":true,"profile":"{{name}}x"}"""),
            (false, $$"""{"device":"{{new string('x', RequestValidator.MaxDevice + 1)}}","dryRun":true}"""),
        })
            Assert.Equal(sound ? 200 : 400, (await _api.PostAsync(Path, body)).Status);
        Assert.Equal(
            422, (await _api.PostAsync(Path, $$"""{"device":"eno1","dryRun":true,"profile":"{{name}}"}""")).Status);
        Assert.Equal(
            404, (await _api.PostAsync(
                Path, $$"""{"device":"{{new string('x', RequestValidator.MaxDevice)}}","dryRun":true}""")).Status);
    }

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
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(1000)]
    public async Task DeepNesting_IsRefused(int depth)
    {
        var body = $$"""{"device":"eno1","features":{{new string('[', depth)}}{{new string(']', depth)}}}""";

        Assert.Equal(400, (await _api.PostAsync(Path, body)).Status);
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

    [Theory]
    [InlineData("POST", "/api/v1/remediations?dryRun=true")]
    [InlineData("POST", "/api/v1/pause?for=1h")]
    [InlineData("GET", "/api/v1/remediations?limits=1")]
    [InlineData("GET", "/api/v1/remediations?limit=1&limit=2")]
    [InlineData("GET", "/api/v1/remediations?Device=eno1&limit=1&x")]
    [InlineData("GET", "/api/v1/remediations?limit=0")]
    [InlineData("GET", "/api/v1/remediations?limit=501")]
    [InlineData("GET", "/api/v1/remediations?limit=-1")]
    [InlineData("GET", "/api/v1/remediations?limit=1e2")]
    [InlineData("GET", "/api/v1/remediations?limit=+1")]
    [InlineData("GET", "/api/v1/remediations?limit=99999999999999999999")]
    [InlineData("GET", "/api/v1/remediations?limit=")]
    [InlineData("GET", "/api/v1/remediations?device=")]
    [InlineData("GET", "/api/v1/remediations?device=a%2fb")]
    [InlineData("GET", "/api/v1/devices?device=eno1")]
    [InlineData("GET", "/api/v1/episodes?limit=1")]
    public async Task QueryThatIsNotTaken_Is400(string method, string path)
    {
        var body = method == "POST" ? """{"device":"eno1"}"""u8.ToArray() : null;
        Assert.Equal(400, (await _api.SendAsync(method, path, body, ApiHost.Admin)).Status);
        Assert.Equal(0, _api.Submitted);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Sec-Fetch-Site", "", 403)]
    [InlineData("Sec-Fetch-Site", "CROSS-SITE", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    [InlineData("Sec-Fetch-Site", "none", 200)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "", 403)]
    [InlineData("Origin", "http://127.0.0.1", 403)]
    [InlineData("Origin", "http://127.0.0.1:19642.evil.example", 403)]
    [InlineData("Origin", "http://127.0.0.1:19642", 200)]
    [InlineData("Origin", "https://127.0.0.1:19642", 200)]
    public async Task AnotherSitesPage_Is403(string header, string value, int status)
    {
        foreach (var method in new[] { "POST", "GET" })
        {
            var reply = await _api.SendAsync(method, Path, method == "POST" ? Encoding.UTF8.GetBytes(Body)
                : null, ApiHost.Admin, (header, value));
            Assert.Equal(status, reply.Status);
            Assert.True(status == 200 || reply.Problem == "cross_site");
        }
    }

    [Fact]
    public async Task NoAnswer_LetsAnotherSiteRead()
    {
        var reply = await _api.SendAsync("OPTIONS", Path, null, null, ("Origin", "https://evil.example"),
            ("Access-Control-Request-Method", "POST"));

        Assert.Equal(403, reply.Status);
        Assert.DoesNotContain(
            reply.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    // Every place in a request that can have text.
    [Fact]
    public async Task NothingThatWasSent_IsInAnyRefusal()
    {
        const string Canary = "CANARY";
        var replies = new List<ApiReply>();
        foreach (var body in new[]
        {
            """{"device":"CANARY"}""", """{"device":"CANARY/x"}""", """{"device":"eno1","profile":"CANARY"}""",
            """{"device":"eno1","features":["CANARY"]}""", """{"CANARY":"CANARY"}""",
            """{"device":"eno1","reason":"CANARY","x":1}""", "CANARY", """{"device":"eno1","dryRun":"CANARY"}""",
            """{"device":{"CANARY":1}}""", """{"device":"eno1","device":"CANARY"}""",
        })
            replies.Add(await _api.PostAsync(Path, body));
        foreach (var path in new[]
        {
            "/api/CANARY", "/api/v1/CANARY", "/api/v1/devices/CANARY", "/api/v1/remediations/CANARY",
                "/api/v1/episodes/CANARY", "/api/v1/episodes/20260101T000000Z-CANARY",
            "/api/v1/remediations?limit=CANARY", "/api/v1/remediations?CANARY=1",
            "/api/v1/remediations?device=CANARY%2f",
        })
            replies.Add(await _api.GetAsync(path));
        foreach (var path in new[]
            { "/api/v1/devices/CANARY/rollback", "/api/v1/quarantine/CANARY/clear", "/api/v1/pause?CANARY=CANARY" })
            replies.Add(await _api.PostAsync(path));
        foreach (var header in new[]
            { "Origin", "Sec-Fetch-Site", "Content-Type", "Content-Encoding", "Authorization" })
            replies.Add(await _api.PostAsync(Path, Body, ApiHost.Admin, (header, Canary)));
        replies.Add(await _api.PostAsync(Path, Body, ApiHost.Admin, (RequestKeys.Header, "CANARY CANARY")));
        replies.Add(await _api.SendAsync("CANARY", Path, null, ApiHost.Admin));

        Assert.All(replies, reply => Assert.InRange(reply.Status, 400, 499));
        Assert.All(replies, reply =>
            Assert.DoesNotContain(Canary, reply.Body + string.Join('\n', reply.Headers), StringComparison.Ordinal));
        // Log and journal name the setting that a client with a credential requested, once a minute, and nothing else
        // of the requests.
        Assert.Equal(1, _api.Host.Log.Count(EventIds.RemediationDeclined));
        Assert.All(_api.Host.Log.Entries.Where(entry => entry.Event != EventIds.RemediationDeclined), entry =>
            Assert.DoesNotContain(Canary, entry.Message, StringComparison.Ordinal));
        Assert.DoesNotContain(Canary, await _api.Host.ScrapeAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            "r-token", string.Join('\n', replies) + await _api.Host.ScrapeAsync(), StringComparison.Ordinal);
    }
}
