using Microsoft.AspNetCore.Http;
using NicHangExporter.Api;
using NicHangExporter.Cli;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Text;

namespace NicHangExporter.Tests.Cli;

/// <summary>What the console sends to the daemon, and what it makes of the answers.</summary>
public sealed class ApiClientTests : IDisposable
{
    private const string Applied = """
        {"id":"r7","device":"eno1","state":"done","verdict":"applied","success":true,"explanation":"Done."}
        """;
    private const string Running = """{"id":"r7","device":"eno1","state":"running"}""";

    private readonly SocketServer _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Fact]
    public async Task Devices_OfANewerDaemon_AreReadWithoutItsNewMembers()
    {
        _daemon.Always(200, """
            {"devices":[{"device":"eno1","bus":"","driver":"igc","present":true,"new":{"a":1}}],
            "modes":{"local":"off"},"paused":true,"new":[]}
            """).Start();

        var status = (await CallAsync(api => api.GetDevicesAsync())).Value!;

        Assert.Equal(["GET /api/v1/devices"], _daemon.Requests);
        Assert.Equal("eno1", Assert.Single(status.Devices).Device);
        Assert.True(status.Paused);
    }

    [Fact]
    public async Task Remediate_SendsEverythingOnceWithAKey()
    {
        _daemon.Always(200, Applied).Start();
        var request = new CreateRemediationRequest(@"a\x1bb")
        {
            Features = ["tso", "eee"],
            Recover = true,
            DryRun = true,
            Reason = "a \"reason\"\nwith a line feed",
        };

        var outcome = (await CallAsync(api => api.RemediateAsync(request))).Value!;

        Assert.Equal((RemediationVerdict.Applied, "Done."), (outcome.Verdict, outcome.Explanation));
        var sent = Assert.Single(_daemon.Requests).Split(' ', 3);
        Assert.Equal(("POST", "/api/v1/remediations"), (sent[0], sent[1]));
        var received =
            System.Text.Json.JsonSerializer.Deserialize(sent[2], ApiRequestJson.Default.CreateRemediationRequest)!;
        Assert.Equal(request with { Features = null }, received with { Features = null });
        Assert.Equal(request.Features, received.Features);
        Assert.Equal(32, Assert.Single(_daemon.Keys).Length);
    }

    [Theory]
    [InlineData("eno1", "eno1")]
    [InlineData("$(id)", "$(id)")]
    [InlineData("a b%2f?#é", "a b%2f?#é")]
    [InlineData(@"x\x1b[2J", @"x\x1b[2J")]
    public async Task Device_InAPath_IsThatDeviceAndNothingElse(string device, string expected)
    {
        var paths = new List<string?>();
        _daemon.Answer = request =>
        {
            paths.Add(request.Path.Value);
            var isRollback = request.Path.Value!.EndsWith("rollback", StringComparison.Ordinal);
            return Task.FromResult((200, isRollback ? Applied : """{"device":"x","cleared":true}"""));
        };
        _daemon.Start();

        await CallAsync(api => api.RollBackAsync(device, new RollbackRequest { DryRun = true, Reason = "why" }));
        Assert.True((await CallAsync(api => api.ClearQuarantineAsync(device))).Value!.Cleared);

        Assert.Equal([$"/api/v1/devices/{expected}/rollback", $"/api/v1/quarantine/{expected}/clear"], paths);
        Assert.EndsWith("""{"dryRun":true,"reason":"why"}""", _daemon.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pause_IsPostedAndResumeDeletes()
    {
        _daemon.Always(200, """{"paused":true,"pausedBy":["file"],"explanation":"By the file."}""").Start();

        await CallAsync(api => api.SetPausedAsync(true));
        var resumed = (await CallAsync(api => api.SetPausedAsync(false))).Value!;

        Assert.Equal(["POST /api/v1/pause {}", "DELETE /api/v1/pause {}"], _daemon.Requests);
        Assert.Equal((true, "By the file."), (resumed.Paused, resumed.Explanation));
        Assert.Equal([PauseCause.File], resumed.PausedBy);
    }

    [Fact]
    public async Task Remediation_ThatRuns_IsLookedUpUntilItIsDone()
    {
        _daemon.Answer = request => Task.FromResult(
            HttpMethods.IsPost(request.Method) ? (202, Running[..^1] + ",\"joined\":true}") : _daemon.Requests.Count < 4
            ? (200, Running) : (200, Applied));
        _daemon.Start();

        var outcome = (await CallAsync(api => api.RollBackAsync("eno1", new RollbackRequest()))).Value!;

        Assert.Equal(4, _daemon.Requests.Count);
        Assert.All(_daemon.Requests.Skip(1), request => Assert.Equal("GET /api/v1/remediations/r7", request));
        Assert.Equal(
            (RunState.Done, RemediationVerdict.Applied, true), (outcome.State, outcome.Verdict, outcome.Joined));
    }

    [Fact]
    public async Task Declined_HasTheWholeOutcomeById()
    {
        _daemon.Answer = request =>
        {
            request.HttpContext.Response.Headers.RetryAfter = "570";
            return Task.FromResult(HttpMethods.IsPost(request.Method)
                ? (429, Problem("cooldown", "Short.", "r8"))
                : (200, """
                    {"id":"r8","device":"eno1","state":"done","verdict":"declined","success":false,
                    "explanation":"Long.","declined":"cooldown","steps":["tx off"]}
                    """));
        };
        _daemon.Start();

        var outcome = (await CallAsync(api => api.RemediateAsync(new CreateRemediationRequest("eno1")))).Value!;

        Assert.Equal(["tx off"], outcome.Steps);
        Assert.Equal(
            (DeclineReason.Cooldown, "Long.", 570, false),
            (outcome.Declined, outcome.Explanation, outcome.RetryAfter, outcome.Success));
    }

    [Theory]
    [InlineData("busy", "r8", "Busy with eno2.", "Busy with eno2.")]
    [InlineData("shutting_down", null, "It ends.", "It ends.")]
    [InlineData("unknown_device", null, "GET /api/v1/devices lists them.", "No network device is at eno1.")]
    public async Task Declined_WithoutARecord_IsWhatTheProblemSays(
        string type, string? id, string detail, string expected)
    {
        _daemon.Answer = request =>
            Task.FromResult(
                HttpMethods.IsPost(request.Method) ? (409, Problem(type, detail, id))
                : (404, Problem("not_found", "None.")));
        _daemon.Start();

        var outcome = (await CallAsync(api => api.RemediateAsync(new CreateRemediationRequest("eno1")))).Value!;

        Assert.Equal(
            (RemediationVerdict.Declined, type, expected),
            (outcome.Verdict, SnakeCase.Of(outcome.Declined!.Value), outcome.Explanation));
        Assert.Equal((id ?? "", "eno1", false), (outcome.Id, outcome.Device, outcome.Success));
    }

    [Theory]
    [InlineData(400, "malformed")]
    [InlineData(403, "scope")]
    [InlineData(503, "stuck")]
    [InlineData(500, "a_problem_of_tomorrow")]
    public async Task Problem_IsNoValue(int status, string type)
    {
        _daemon.Always(status, Problem(type, "Because.")).Start();

        foreach (var problem in new[]
        {
            (await CallAsync(api => api.GetDevicesAsync())).Problem,
            (await CallAsync(api => api.RemediateAsync(new CreateRemediationRequest("eno1")))).Problem,
            (await CallAsync(api => api.ClearQuarantineAsync("eno1"))).Problem,
            (await CallAsync(api => api.SetPausedAsync(true))).Problem,
        })
            Assert.Equal((ApiProblem.TypePrefix + type, "Because."), (problem!.Type, problem.Detail));
    }

    [Theory]
    [InlineData(200, "")]
    [InlineData(200, "null")]
    [InlineData(200, "[]")]
    [InlineData(200, "{}")]
    [InlineData(200, "not JSON")]
    [InlineData(200, """{"devices":[{"device":"eno1","bus":"","driver":"","notProtected":"tomorrow"}],"modes":{}}""")]
    [InlineData(204, "")]
    [InlineData(301, "{}")]
    [InlineData(404, "Not found.")]
    [InlineData(404, "{}")]
    [InlineData(502, "<html>")]
    public async Task Answer_ThatIsNoneOfTheApi_IsNotUnderstood(int status, string body)
    {
        _daemon.Always(status, body).Start();

        var exception = await Assert.ThrowsAsync<DaemonException>(() => CallAsync(api => api.GetDevicesAsync()));

        Assert.Equal(DaemonFailure.NotAnswering, exception.Failure);
    }

    private static string Problem(string type, string detail, string? id = null) => $$"""
        {"type":"urn:problem-type:nichang:{{type}}","title":"","status":400,
        "detail":"{{detail}}"{{(id is null ? "" : $",\"id\":\"{id}\"")}}}
        """;

    private async Task<T> CallAsync<T>(Func<IRemediationApi, Task<T>> call)
    {
        using var client = new ApiClient(new DaemonConnection(_daemon.Path, TimeProvider.System), TimeProvider.System);
        return await call(client);
    }
}
