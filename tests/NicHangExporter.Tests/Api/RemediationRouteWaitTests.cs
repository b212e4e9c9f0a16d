using NicHangExporter.Api;
using NicHangExporter.Options;

namespace NicHangExporter.Tests.Api;

/// <summary>Remediations that are not done immediately: 202, joined requests, and what does not wait.</summary>
public sealed class RemediationRouteWaitTests : RemediationRouteFixture
{
    [Fact]
    public async Task WhatTakesLonger_Is202AndIsFoundWhereItSays()
    {
        Restart(options => options with { Remediation = options.Remediation with { Local = RemediationMode.Off } });
        _api.Nic.CuredBy.Remove("reinit");
        _api.Host.Start();
        _api.Nic.Hang();
        HangNow();

        var reply = await _api.PostAsync(Path, """{"device":"eno1","recover":true}""");

        Assert.True(reply.Status == 202, reply.Body);
        Assert.Equal("running", reply.Json["state"]!.GetValue<string>());
        var location = reply.Headers.Location.ToString();
        Assert.Equal($"/api/v1/remediations/{reply.Json["id"]!.GetValue<string>()}", location);
        var meanwhile = await Frozen(() => _api.GetAsync(location));
        Assert.Equal((200, "running"), (meanwhile.Status, meanwhile.Json["state"]!.GetValue<string>()));
        Assert.NotNull(meanwhile.Json["began"]);

        _api.Settle();

        var end = await _api.GetAsync(location);
        Assert.Equal((200, "done", "not_healed"), (end.Status, end.Json["state"]!.GetValue<string>(), end.Verdict));
    }

    [Fact]
    public async Task JoinedRequest_IsAnsweredImmediatelyWithTheIdAndThePlace()
    {
        _api.IsFrozen = true;
        var first = Request("""{"device":"eno1","features":["tso"]}"""u8);
        var handling = _api.HandleAsync(first);

        var second = await _api.PostAsync(Path, """{"device":"eno1","features":["tso"]}""");

        Assert.Equal((202, true), (second.Status, second.Json["joined"]!.GetValue<bool>()));
        _api.IsFrozen = false;
        var reply = await _api.FinishAsync(first, handling);
        Assert.Equal(
            (200, reply.Json["id"]!.GetValue<string>()), (reply.Status, second.Json["id"]!.GetValue<string>()));
        Assert.Single(_api.Intents());
    }

    [Fact]
    public async Task AnotherDeviceMeanwhile_Is409AndNamesWhatIsInProgress()
    {
        _api.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _api.IsFrozen = true;
        var first = Request("""{"device":"eno1"}"""u8);
        var handling = _api.HandleAsync(first);

        var reply = await _api.PostAsync(Path, """{"device":"eno2"}""");

        Assert.Equal((409, "busy"), (reply.Status, reply.Problem));
        Assert.Contains("eno1", reply.Detail, StringComparison.Ordinal);
        Assert.True(reply.Headers.RetryAfter.Count == 1);
        _api.IsFrozen = false;
        await _api.FinishAsync(first, handling);
    }

    [Fact]
    public async Task EndingProgram_TakesNoMoreAndLetsNobodyWait()
    {
        _api.IsFrozen = true;
        var first = Request("""{"device":"eno1"}"""u8);
        var handling = _api.HandleAsync(first);

        _api.End();

        Assert.Equal(202, (await _api.FinishAsync(first, handling)).Status);
        Assert.Equal((503, "shutting_down"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
        Assert.Equal(200, (await _api.GetAsync("/api/v1/devices")).Status);
    }

    // A body may take seconds. Its request would begin, and would be abandoned.
    [Fact]
    public async Task BodyThatCameTooLate_Is503AndBeginsNothing()
    {
        var context = Request("""{"device":"eno1"}"""u8);
        var body = new System.IO.Pipelines.Pipe();
        context.Request.Body = body.Reader.AsStream();
        var handling = _api.HandleAsync(context);

        _api.End();
        await body.Writer.WriteAsync("""{"device":"eno1"}"""u8.ToArray(), TestContext.Current.CancellationToken);
        await body.Writer.CompleteAsync();

        Assert.Equal((503, "shutting_down"), await RefusalAsync(_api.FinishAsync(context, handling)));
        Assert.Equal(0, _api.Submitted);
    }

    [Fact]
    public async Task ManyRequestsThatWait_AreAnsweredRetryAfter()
    {
        _api.IsFrozen = true;
        var waiting = new List<Task>();
        for (var i = 0; i < RecentRequests.MaxWaiting; i++)
        {
            var context = Request("""{"device":"eno1","dryRun":true}"""u8);
            waiting.Add(_api.HandleAsync(context));
        }

        // Sixteen wait. The others already have an answer with the place to look.
        Assert.Equal(RecentRequests.MaxWaiting - RemediationHandlers.MaxWaiters, waiting.Count(one => one.IsCompleted));
        var reply = Request("""{"device":"eno1","dryRun":true}"""u8);
        await _api.HandleAsync(reply);
        Assert.Equal((503, "5"), (reply.Response.StatusCode, reply.Response.Headers.RetryAfter.ToString()));

        _api.Host.RemediationWorker.RunPending();
        await Task.WhenAll(waiting);
        Assert.Equal(200, (await _api.PostAsync(Path, """{"device":"eno1","dryRun":true}""")).Status);
    }

    [Fact]
    public async Task WaiterWhoseClientIsGone_FreesItsPlace()
    {
        using var gone = new CancellationTokenSource();
        var abandoned = new List<Task>();
        for (var i = 0; i < RemediationHandlers.MaxWaiters; i++)
        {
            var context = Request("""{"device":"eno1","dryRun":true}"""u8);
            context.RequestAborted = gone.Token;
            abandoned.Add(_api.HandleAsync(context));
        }
        Assert.DoesNotContain(abandoned, one => one.IsCompleted);

        await gone.CancelAsync();
        await Task.WhenAll(abandoned);

        var next = Request("""{"device":"eno1","dryRun":true}"""u8);
        var handling = _api.HandleAsync(next);
        Assert.False(handling.IsCompleted);
        Assert.Equal(200, (await _api.FinishAsync(next, handling)).Status);
    }

    private void HangNow()
    {
        var now = TimeSpan.FromSeconds(_api.Host.Uptime);
        Assert.True(NicHangExporter.Linux.BusAddress.TryParse(_api.Nic.Bus, out var bus));
        _api.Host.Evidence.Report(_api.Nic.Interface, bus, now, now, _api.Nic.TxPackets);
    }

    private async Task<ApiReply> Frozen(Func<Task<ApiReply>> ask)
    {
        _api.IsFrozen = true;
        var reply = await ask();
        _api.IsFrozen = false;
        return reply;
    }
}
