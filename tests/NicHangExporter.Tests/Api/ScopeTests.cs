using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// Every route without a credential, with an invalid one, and with one of each scope; also over plain text.
/// </summary>
public sealed class ScopeTests : IDisposable
{
    private readonly ApiHost _api = new();

    public static TheoryData<string, string> Routes =>
        new(ApiDocument.Routes.Select(route => (route.Method, route.Template)));

    public void Dispose() => _api.Dispose();

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Route_IsForItsScopeAndThoseAbove(string method, string template)
    {
        var route = ApiDocument.Routes.Single(route => route.Method == method && route.Template == template);

        foreach (var (authorization, scope) in new[]
            { (ApiHost.Read, ApiScope.Read), (ApiHost.Remediate, ApiScope.Remediate), (ApiHost.Admin, ApiScope.Admin) })
        {
            var status = await AskAsync(method, template, authorization);
            if (scope < route.Scope)
                Assert.Equal(403, status);
            else
                Assert.True(status is not (401 or 403), $"{scope} gets {status}");
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Route_WithoutAValidCredential_Is401AndReachesNobody(string method, string template)
    {
        string?[] bad = [null, "", "Bearer", "Bearer ", "Bearer x", "bearer r-token ", "Basic YWRtaW46YWRtaW4=",
            "r-token", ApiHost.Admin + ",", ApiHost.Admin + "\0", new string('x', 8000)];
        foreach (var authorization in bad)
            Assert.Equal(401, await AskAsync(method, template, authorization));

        Assert.Equal(0, _api.Submitted);
        Assert.Equal(
            bad.Length,
            await _api.Host.ValueAsync($"nichang_api_requests_total{{route=\"{template}\",status=\"401\"}}"));
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task TwoAuthorizationHeaders_AreNone(string method, string template)
    {
        var context = ApiHost.Context(method, Path(template), null, null);
        context.Request.Headers.Authorization = new([ApiHost.Admin, ApiHost.Admin]);

        Assert.Equal(401, (await _api.FinishAsync(context, _api.HandleAsync(context))).Status);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Route_ThatChanges_IsRefusedWhereOthersCanRead(string method, string template)
    {
        _api.IsProtected = false;

        Assert.Equal(method == "GET", await AskAsync(method, template, ApiHost.Admin) != 403);
        Assert.Equal(0, _api.Submitted);
    }

    [Fact]
    public async Task Challenge_SaysHow_AndOnlyToWhomSentSomethingThatItIsWrong()
    {
        Assert.Equal(
            "Bearer realm=\"nic-hang-exporter\"",
            (await _api.GetAsync("/api/v1/devices", null)).Headers.WWWAuthenticate);
        Assert.Equal(
            "Bearer realm=\"nic-hang-exporter\", error=\"invalid_token\"",
            (await _api.GetAsync("/api/v1/devices", "Bearer no")).Headers.WWWAuthenticate);
    }

    [Fact]
    public async Task UnknownPath_IsNotToldApartFromAKnownOneWithoutACredential()
    {
        Assert.Equal(401, (await _api.GetAsync("/api/v1/nowhere", null)).Status);
        Assert.Equal(404, (await _api.GetAsync("/api/v1/nowhere")).Status);
        Assert.Equal(1, await _api.Host.ValueAsync("nichang_api_requests_total{route=\"other\",status=\"404\"}"));
    }

    [Theory]
    [InlineData("/api/")]
    [InlineData("/api/v1")]
    [InlineData("/api/v2/devices")]
    [InlineData("/api/v1/devices/")]
    [InlineData("/api/v1/devices/eno1/")]
    [InlineData("/api/v1//devices")]
    [InlineData("/API/v1/devices")]
    [InlineData("/api/v1/devices/eno1/rollback/now")]
    [InlineData("/api/v1/devices/{device}/x")]
    public async Task PathThatIsNoRoute_Is404(string path) =>
        Assert.Equal(404, (await _api.GetAsync(path, ApiHost.Admin)).Status);

    [Theory]
    [InlineData("PUT", "/api/v1/remediations", "POST, GET, HEAD")]
    [InlineData("OPTIONS", "/api/v1/remediations", "POST, GET, HEAD")]
    [InlineData("DELETE", "/api/v1/devices/eno1", "GET, HEAD")]
    [InlineData("GET", "/api/v1/devices/eno1/rollback", "POST")]
    [InlineData("HEAD", "/api/v1/pause", "POST, DELETE")]
    [InlineData("GET", "/api/v1/pause", "POST, DELETE")]
    [InlineData("get", "/api/v1/devices", "GET, HEAD")]
    [InlineData("GET", "/api/v1/alertmanager", "POST")]
    public async Task WrongMethod_Is405AndSaysWhichWouldBeRight(string method, string path, string allow)
    {
        var reply = await _api.SendAsync(method, path, null, ApiHost.Admin);

        Assert.Equal(405, reply.Status);
        Assert.Equal(allow, reply.Headers.Allow);
        Assert.Equal(0, _api.Submitted);
    }

    [Fact]
    public async Task Head_IsAGetWithoutItsBody()
    {
        foreach (var path in new[]
            { "/api/v1/devices", "/api/v1/devices/eno1", "/api/v1/remediations", "/api/v1/episodes" })
        {
            var (get, head) = (await _api.GetAsync(path), await _api.SendAsync("HEAD", path, null, ApiHost.Read));
            Assert.Equal(200, head.Status);
            Assert.Equal(get.Headers.ContentLength, head.Headers.ContentLength);
        }
        Assert.Equal(404, (await _api.SendAsync("HEAD", "/api/v1/devices/eno9", null, ApiHost.Read)).Status);
    }

    private async Task<int> AskAsync(string method, string template, string? authorization)
    {
        // The body is valid, so that only the credential decides.
        var body = template == "/api/v1/remediations" && method == "POST"
            ? """{"device":"eno1","dryRun":true}"""u8.ToArray()
            : null;
        var context = ApiHost.Context(method, Path(template), body, authorization);
        var handling = _api.HandleAsync(context);
        return (await _api.FinishAsync(context, handling)).Status;
    }

    private static string Path(string template) =>
        template.Replace("{device}", "eno1", StringComparison.Ordinal)
        .Replace("{id}", "r1-1", StringComparison.Ordinal);
}
