using NicHangExporter.Api;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

/// <summary>
/// Idempotency-Key: the same request again gets the same answer and causes no second action, within the process and
/// after a restart.
/// </summary>
public sealed class RequestKeyTests : IDisposable
{
    private const string Path = "/api/v1/remediations";
    private const string Body = """{"device":"eno1","features":["tso"]}""";

    private ApiHost _api = new();

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task SameKeySameRequest_IsTheSameAnswerAndNoSecondAction()
    {
        var first = await KeyedAsync("k1", Body);
        var operations = _api.Nic.Operations.Count;
        // The same members in another order, with other blanks: the same request.
        var again = await KeyedAsync("k1", """{ "features": ["tso"], "dryRun": false, "device": "eno1" }""");

        Assert.Equal((first.Status, first.Body), (again.Status, again.Body));
        Assert.Equal(operations, _api.Nic.Operations.Count);
        Assert.Equal(1, _api.Submitted);
    }

    [Fact]
    public async Task SameKeyOtherRequest_Is422AndNothingIsDone()
    {
        await KeyedAsync("k1", Body, ApiHost.Admin);
        var operations = _api.Nic.Operations.Count;

        foreach (var body in new[]
        {
            """{"device":"eno1","features":["gso"]}""", """{"device":"eno1"}""",
            """{"device":"eno1","features":["tso"],"dryRun":true}""",
            """{"device":"eno1","features":["tso"],"reason":"x"}""",
        })
        {
            var reply = await KeyedAsync("k1", body, ApiHost.Admin);
            Assert.Equal((422, "key_reused"), (reply.Status, reply.Problem));
        }
        Assert.Equal(
            422, (await _api.PostAsync(
                "/api/v1/devices/eno1/rollback", null, ApiHost.Admin, (RequestKeys.Header, "k1"))).Status);
        Assert.Equal(operations, _api.Nic.Operations.Count);
    }

    [Fact]
    public async Task SameKey_OfAnotherCredential_IsAnotherKey()
    {
        await KeyedAsync("k1", Body);

        var reply = await KeyedAsync("k1", """{"device":"eno1","dryRun":true}""", ApiHost.Other);

        Assert.Equal((200, "dry_run"), (reply.Status, reply.Verdict));
    }

    [Fact]
    public async Task WhatWasDeclined_MayBeTriedAgainWithItsKey()
    {
        File.WriteAllText(_api.Host.Options.Remediation.DisableFile, "");
        Assert.Equal(409, (await KeyedAsync("k1", Body)).Status);
        File.Delete(_api.Host.Options.Remediation.DisableFile);

        Assert.Equal("applied", (await KeyedAsync("k1", Body)).Verdict);
    }

    [Fact]
    public async Task ManyAtOnceWithOneKey_AskOnce()
    {
        _api.IsFrozen = true;
        var asked = Enumerable.Range(0, 100)
            .Select(_ =>
                ApiHost.Context(
                    "POST", Path, System.Text.Encoding.UTF8.GetBytes(Body), ApiHost.Remediate,
                    (RequestKeys.Header, "k1"))).ToList();
        var handling = new Task[asked.Count];
        await Parallel.ForAsync(0, asked.Count, (i, _) =>
        {
            handling[i] = _api.HandleAsync(asked[i]);
            return ValueTask.CompletedTask;
        });
        _api.IsFrozen = false;
        var ids = new List<string>();
        for (var i = 0; i < asked.Count; i++)
            ids.Add((await _api.FinishAsync(asked[i], handling[i])).Json["id"]!.GetValue<string>());

        Assert.Single(ids.Distinct());
        Assert.Equal(1, _api.Submitted);
        Assert.Single(_api.Intents());
    }

    [Fact]
    public async Task KeyIsForgotten_AfterADayOfTheMonotonicClock()
    {
        await KeyedAsync("k1", """{"device":"eno1","dryRun":true}""");
        _api.Host.Clock.Advance(RecentRequests.KeyLife - TimeSpan.FromMinutes(1));
        Assert.Equal(422, (await KeyedAsync("k1", Body)).Status);
        _api.Host.Clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(200, (await KeyedAsync("k1", Body)).Status);
    }

    [Fact]
    public async Task KeyInTheJournal_IsForgottenAfterADayAsWell()
    {
        await KeyedAsync("k1", Body);
        _api.Host.Clock.Advance(RecentRequests.KeyLife);
        _api.Host.Live(1);

        Assert.Equal("nothing_to_do", (await KeyedAsync("k1", Body)).Verdict);
    }

    [Fact]
    public async Task Restart_AnswersAsBefore_AndActsNotAgain()
    {
        var first = await KeyedAsync("k1", Body);
        var operations = _api.Nic.Operations.Count;
        Restart();

        var again = await KeyedAsync("k1", Body);

        Assert.Equal((200, "applied"), (again.Status, again.Verdict));
        Assert.Equal(first.Json["id"]!.GetValue<string>(), again.Json["id"]!.GetValue<string>());
        Assert.Equal(operations, _api.Nic.Operations.Count);
        Assert.Equal(0, _api.Submitted);
        Assert.Equal("key_reused", (await KeyedAsync("k1", """{"device":"eno1"}""")).Problem);
    }

    [Fact]
    public async Task Crash_InTheMiddle_IsAnsweredWithWhatCameOfIt()
    {
        _api.IsFrozen = true;
        _ = _api.HandleAsync(
            ApiHost.Context(
                "POST", Path, System.Text.Encoding.UTF8.GetBytes(Body), ApiHost.Remediate, (RequestKeys.Header, "k1")));
        // The search in the journal is on another thread.
        Assert.True(SpinWait.SpinUntil(() => _api.Submitted == 1, TimeSpan.FromSeconds(30)));
        _api.Host.RemediationWorker.RunPending();
        Assert.Single(_api.Intents());
        var operations = _api.Nic.Operations.Count;
        Restart();

        var again = await KeyedAsync("k1", Body);

        Assert.Equal((200, "unverified"), (again.Status, again.Verdict));
        Assert.Equal(operations, _api.Nic.Operations.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a\tb")]
    [InlineData("long")]
    public async Task KeyThatIsNone_Is400(string key)
    {
        Assert.Equal(400, (await KeyedAsync(key == "long" ? new string('x', 256) : key, Body)).Status);
        Assert.Equal(0, _api.Submitted);
    }

    [Fact]
    public async Task TwoKeys_AreNone()
    {
        var context = ApiHost.Context("POST", Path, System.Text.Encoding.UTF8.GetBytes(Body), ApiHost.Remediate);
        context.Request.Headers[RequestKeys.Header] = new(["a", "b"]);

        Assert.Equal(400, (await _api.FinishAsync(context, _api.HandleAsync(context))).Status);
    }

    [Fact]
    public async Task LongestKey_IsTaken() => Assert.Equal(200, (await KeyedAsync(new string('~', 255), Body)).Status);

    [Fact]
    public async Task Key_StandsNowhereAsItWasSent()
    {
        await KeyedAsync("CANARY-KEY", Body);

        Assert.DoesNotContain(
            "CANARY",
            await File.ReadAllTextAsync(
                System.IO.Path.Combine(_api.Host.Options.Paths.StateDirectory!, "journal.jsonl"),
                TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Task<ApiReply> KeyedAsync(string key, string body, string authorization = ApiHost.Remediate) =>
        _api.PostAsync(Path, body, authorization, (RequestKeys.Header, key));

    private void Restart()
    {
        _api.Forget();
        var host = _api.Host.Restart(configure: options =>
        {
            options = Remediation.LocalLoop.Enforcing(options);
            return options with { Remediation = options.Remediation with { Api = RemediationMode.Enforce } };
        });
        _api = new ApiHost(host: host);
    }
}
