using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Api;

/// <summary>Each status of the route that changes devices, by what the engine really does.</summary>
public sealed class RemediationRouteTests : RemediationRouteFixture
{
    [Fact]
    public async Task Features_AreTurnedOffAndRecordedUnderTheCredentialsName()
    {
        var reply = await _api.PostAsync(
            Path, """{"device":"eno1","features":["tso"],"reason":"ticket 17"}""", ApiHost.Remediate);

        Assert.Equal((200, "applied", true), (reply.Status, reply.Verdict, reply.Json["success"]!.GetValue<bool>()));
        Assert.False(_api.Nic.IsRequested("tx-tcp-segmentation"));
        Assert.Equal("off", reply.Json["after"]!["tx-tcp-segmentation"]!.GetValue<string>());
        var intent = Assert.Single(_api.Intents());
        Assert.Equal(
            (RemediationTrigger.Api, "controller", "ticket 17", reply.Json["id"]!.GetValue<string>()),
            (intent.Trigger!.Value, intent.Actor, intent.Reason, intent.Id));
        Assert.Equal(
            1, await _api.Host.ValueAsync("nichang_api_requests_total{route=\"/api/v1/remediations\",status=\"200\"}"));
        Assert.Equal(
            1, await _api.Host.ValueAsync("nichang_remediation_attempts_total{device=\"eno1\",trigger=\"api\"}"));
    }

    [Fact]
    public async Task Profile_IsTurnedOffByItsName()
    {
        var reply = await _api.PostAsync(Path, """{"device":"0000:00:1f.6","profile":"segmentation"}""");

        Assert.Equal(
            (200, "applied", "segmentation"), (reply.Status, reply.Verdict, reply.Json["profile"]!.GetValue<string>()));
        Assert.Equal("segmentation", Assert.Single(_api.Intents()).Profile);
    }

    [Fact]
    public async Task NothingNamed_IsTheNextStageOfTheLadder() =>
        Assert.Equal(
            "segmentation",
            (await _api.PostAsync(Path, """{"device":"eno1"}""")).Json["profile"]!.GetValue<string>());

    [Fact]
    public async Task DryRun_SaysThePlanAndTouchesNothing()
    {
        var reply = await _api.PostAsync(Path, """{"device":"eno1","features":["tso"],"dryRun":true}""");

        Assert.Equal((200, "dry_run"), (reply.Status, reply.Verdict));
        Assert.Contains(
            "tx-tcp-segmentation off", reply.Json["steps"]!.AsArray().Select(step => step!.GetValue<string>()));
        Assert.Empty(_api.Nic.Operations);
        Assert.Empty(_api.Intents());
    }

    [Fact]
    public async Task DryRun_OfADeviceThatIsNotAllowed_IsNoSuccess()
    {
        using var api =
            new ApiHost(options => options with { Remediation = options.Remediation with { Devices = ["eno9"] } });

        var reply = await api.PostAsync(Path, """{"device":"eno1","dryRun":true}""");

        Assert.Equal(
            (200, "dry_run", "not_allowed"), (reply.Status, reply.Verdict, reply.Json["declined"]!.GetValue<string>()));
        Assert.False(reply.Json["success"]!.GetValue<bool>());
    }

    [Fact]
    public async Task WhatIsOffAlready_IsNothingToDo()
    {
        _api.Nic.Request("rx-lro", false);

        var reply = await _api.PostAsync(Path, """{"device":"eno1","features":["lro"]}""");

        Assert.Equal((200, "nothing_to_do"), (reply.Status, reply.Verdict));
    }

    [Fact]
    public async Task Observe_SaysWhatWouldBeDone()
    {
        Restart(options => options with { Remediation = options.Remediation with { Api = RemediationMode.Observe } });

        var reply = await _api.PostAsync(Path, """{"device":"eno1"}""");

        Assert.Equal((200, "observed"), (reply.Status, reply.Verdict));
        Assert.Empty(_api.Nic.Operations);
    }

    [Fact]
    public async Task WhatDidNotHelp_Is200AndSaysSo()
    {
        _api.Nic.SilentlyKept.Add("tx-tcp-segmentation");

        var reply = await _api.PostAsync(Path, """{"device":"eno1","features":["tso"]}""");

        Assert.Equal(
            (200, "rolled_back", false), (reply.Status, reply.Verdict, reply.Json["success"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task Rollback_UndoesWhatWasDecided()
    {
        var before = _api.Nic.Requested;
        await _api.PostAsync(Path, """{"device":"eno1","features":["tso"]}""");
        Assert.NotEqual(before, _api.Nic.Requested);

        var dry = await _api.PostAsync("/api/v1/devices/eno1/rollback", """{"dryRun":true}""");
        Assert.Equal((200, "dry_run"), (dry.Status, dry.Verdict));
        var reply = await _api.PostAsync("/api/v1/devices/eno1/rollback", """{"reason":"it was the cable"}""");

        Assert.Equal((200, "applied"), (reply.Status, reply.Verdict));
        Assert.Equal(before, _api.Nic.Requested);
        Assert.Equal(("operator", "it was the cable"), (_api.Intents()[^1].Actor, _api.Intents()[^1].Reason));
        Assert.Equal(
            (409, "nothing_to_roll_back"), await RefusalAsync(_api.PostAsync("/api/v1/devices/0000:00:1f.6/rollback")));
        Assert.Equal(404, (await _api.PostAsync("/api/v1/devices/eno9/rollback")).Status);
    }
}
