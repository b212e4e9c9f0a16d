using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;

namespace NicHangExporter.Tests.Api;

/// <summary>Everything that is not exactly what a route takes is refused before the remediator gets it.</summary>
public sealed class StrictnessTests : StrictnessFixture
{
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
