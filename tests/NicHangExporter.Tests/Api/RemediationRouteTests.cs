using NicHangExporter.Api;
using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Api;

/// <summary>Each status of the route that changes devices, by what the engine really does.</summary>
public sealed class RemediationRouteTests : IDisposable
{
    private const string Path = "/api/v1/remediations";

    private ApiHost _api = new();

    public void Dispose() => _api.Dispose();

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
    public async Task MissingCapability_Is409AndNamesIt()
    {
        Restart(options =>
        {
            File.WriteAllText(
                System.IO.Path.Combine(options.Paths.Procfs, "self/status"),
                "Name:\tnic-hang-exporter\nCapEff:\t0000000000000000\n");
            return options;
        });

        var reply = await _api.PostAsync(Path, """{"device":"eno1"}""");

        Assert.Equal((409, "incapable"), (reply.Status, reply.Problem));
        Assert.Contains("CAP_NET_ADMIN", reply.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eno9")]
    [InlineData("0000:99:00.0")]
    [InlineData("../../etc")]
    [InlineData("$(id)")]
    public async Task UnknownDevice_Is404AndNotRepeated(string device)
    {
        var reply = await _api.PostAsync(Path, $$"""{"device":"{{device}}"}""");

        Assert.Equal((404, "unknown_device"), (reply.Status, reply.Problem));
        Assert.DoesNotContain(device, reply.Body, StringComparison.Ordinal);
        // A name goes to the remediator, which knows devices that have left.
        var isName = InterfaceName.TryParse(device, out _);
        Assert.Equal(isName ? 1 : 0, _api.Submitted);
        Assert.Equal(isName, reply.Json["id"] is not null);
    }

    [Fact]
    public async Task DeviceThatIsNotAllowed_Is403()
    {
        Restart(options => options with { Remediation = options.Remediation with { Devices = ["eno1"] } });
        _api.Host.AddNic("eno2", "pci0000:00/0000:02:00.0");

        Assert.Equal((403, "not_allowed"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno2"}""")));
    }

    [Fact]
    public async Task ModeOff_Is403()
    {
        Restart(options => options with { Remediation = options.Remediation with { Api = RemediationMode.Off } });

        Assert.Equal((403, "mode_off"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
    }

    [Theory]
    [InlineData("""{"device":"eno1","profile":"CANARY"}""", "unknown_setting")]
    [InlineData("""{"device":"eno1","features":["tso","CANARY"]}""", "unknown_setting")]
    [InlineData("""{"device":"eno1","features":["highdma"]}""", "nothing_changeable")]
    public async Task WhatCantBeChanged_Is422(string body, string problem)
    {
        var reply = await _api.PostAsync(Path, body);

        Assert.Equal((422, problem), (reply.Status, reply.Problem));
        Assert.DoesNotContain("CANARY", reply.Body, StringComparison.Ordinal);
        Assert.Empty(_api.Nic.Operations);
    }

    [Fact]
    public async Task CoolDown_Is429AndSaysWhenToRetry()
    {
        await _api.PostAsync(Path, """{"device":"eno1","features":["tso"]}""");

        var reply = await _api.PostAsync(Path, """{"device":"eno1","features":["gso"]}""");

        Assert.Equal((429, "cooldown"), (reply.Status, reply.Problem));
        Assert.InRange(
            int.Parse(reply.Headers.RetryAfter!, System.Globalization.CultureInfo.InvariantCulture), 500, 600);
        // The answer to a dry run says what a request would be answered now.
        var dry = await _api.PostAsync(Path, """{"device":"eno1","features":["gso"],"dryRun":true}""");
        Assert.Equal((200, "cooldown"), (dry.Status, dry.Json["declined"]!.GetValue<string>()));
    }

    [Fact]
    public async Task KillSwitch_Is409()
    {
        File.WriteAllText(_api.Host.Options.Remediation.DisableFile, "");

        Assert.Equal((409, "paused"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
    }

    [Fact]
    public async Task JournalThatCantBeWritten_Is503AndNothingIsDone()
    {
        Restart(options => options with { Paths = options.Paths with { StateDirectory = null } });

        Assert.Equal((503, "journal_unavailable"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
        Assert.Empty(_api.Nic.Operations);
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
    public async Task DriverWithoutALadder_Is422UnlessItIsSaidWhatToTurnOff()
    {
        var host = new FixtureHost(options =>
        {
            options = Remediation.LocalLoop.Enforcing(options);
            return options
                with
            { Remediation = options.Remediation with { Api = RemediationMode.Enforce, Devices = ["eno1"] } };
        });
        host.AddSimulatedNic(driver: "strange");
        _api.Dispose();
        _api = new ApiHost(host: host);

        Assert.Equal((422, "no_profile"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
        var dry = await _api.PostAsync(Path, """{"device":"eno1","features":["tso"],"dryRun":true}""");
        Assert.Equal("dry_run", dry.Verdict);
    }

    [Fact]
    public async Task StoppedRemediator_Is503()
    {
        await _api.Host.Remediator.StopAsync(TimeSpan.Zero);

        Assert.Equal((503, "shutting_down"), await RefusalAsync(_api.PostAsync(Path, """{"device":"eno1"}""")));
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

    [Fact]
    public async Task SeveralDevicesAtOneAddress_AreNamed()
    {
        _api.Host.AddNic("ens1p0", "pci0000:00/0000:01:00.0");
        _api.Host.AddNic("ens1p1", "pci0000:00/0000:01:00.0");

        var reply = await _api.PostAsync(Path, """{"device":"0000:01:00.0"}""");

        Assert.Equal(400, reply.Status);
        Assert.Contains("ens1p0, ens1p1", reply.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnexpectedError_Is500AndSaidInTheLogOnly()
    {
        _api.Fault = new InvalidOperationException("CANARY");

        var reply = await _api.PostAsync(Path, """{"device":"eno1"}""");

        Assert.Equal((500, "unexpected"), (reply.Status, reply.Problem));
        Assert.DoesNotContain("CANARY", reply.Body, StringComparison.Ordinal);
        Assert.Single(_api.Host.Log.Entries, entry => entry.Event == EventIds.ApiFailed);
        Assert.Equal(
            1, await _api.Host.ValueAsync("nichang_api_requests_total{route=\"/api/v1/remediations\",status=\"500\"}"));
    }

    [Fact]
    public async Task DiskThatCantBeRead_Is503()
    {
        var journal = System.IO.Path.Combine(_api.Host.Options.Paths.StateDirectory!, "journal.jsonl");
        File.Delete(journal);
        Directory.CreateDirectory(journal);

        Assert.Equal((503, "unreadable"), await RefusalAsync(_api.GetAsync(Path)));
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

    private static async Task<(int Status, string? Problem)> RefusalAsync(Task<ApiReply> asked)
    {
        var reply = await asked;
        return (reply.Status, reply.Problem);
    }

    private void Restart(Func<ExporterOptions, ExporterOptions> configure)
    {
        _api.Dispose();
        _api = new(configure);
    }
}
