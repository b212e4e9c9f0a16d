using System.IO.Pipelines;
using System.Text;
using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Remediation;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>From a notification to a device and back, under a fake clock: what is answered, what is written down, what is done, and how often.</summary>
public sealed class AlertmanagerWebhookTests : IDisposable
{
    private readonly WebhookHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Firing_OfAHungNic_IsWrittenDownAnsweredAndHealed()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));

        // Nothing is done before the answer.
        Assert.Equal(0, _host.Operations);
        var accepted = Assert.Single(_host.Host.JournalEntries(), entry => entry.Event == JournalEvent.Alert);
        Assert.Equal(("alertmanager", "eno1", "7a443aff7796c665"), (accepted.Actor, accepted.Alerts![0].Device, accepted.Alerts[0].Key.Fingerprint));

        _host.Host.Live(60);

        Assert.False(_host.Nic.IsHung);
        var intent = Assert.Single(_host.Intents);
        Assert.Equal((RemediationTrigger.Webhook, "alertmanager", "reinit"), (intent.Trigger!.Value, intent.Actor, intent.Rung));
        Assert.Contains("7a443aff7796c665", intent.Reason, StringComparison.Ordinal);
        Assert.Equal(RemediationVerdict.Healed, _host.Host.JournalEntries().Single(entry => entry is { Event: JournalEvent.Outcome }).Verdict);
        Assert.Equal(1, await _host.Host.ValueAsync("nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"webhook\",outcome=\"healed\"}"));
    }

    [Fact]
    public async Task HealthyNic_ForgedOrStaleAlert_IsANoOperation()
    {
        _host.Begin();
        Assert.Equal(["not_hung"], await _host.VerdictsAsync(Alert()));
        _host.Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(200);
        var operations = _host.Operations;

        // Alertmanager may deliver for minutes what is over: the old one again, and one that began since.
        Assert.Equal(["duplicate", "not_hung"], await _host.VerdictsAsync(Alert(), Alert(start: "2026-07-24T16:01:00Z")));
        _host.Host.Live(60);
        Assert.Equal(operations, _host.Operations);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task Verdicts_AreGivenToEachAlertInItsOrder()
    {
        _host.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _host.Host.Sysfs.Add("vmbr0"u8);
        Directory.CreateDirectory(Path.Combine(_host.Host.Sysfs.Root, "class/net/vmbr0/lower_eno1"));
        _host.Begin().Hang();

        Assert.Equal(
            ["accepted", "duplicate", "accepted", "not_hung", "unknown_device", "unknown_device", "not_allowed", "not_mine", "resolved_noted", "not_mine"],
            await _host.VerdictsAsync(Alert(), Alert(), Alert(fingerprint: Fingerprint(2)), Alert("eno2", Fingerprint(3)), Alert("eno3"), Alert("../eno1"), Alert("vmbr0"),
                Alert(host: "pve2"), Alert(status: "resolved"), Alert(status: "resolved", host: "pve2")));
        Assert.Equal(2, await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"accepted\"}"));
        Assert.Equal(1, await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"not_allowed\"}"));
        Assert.Equal(0, await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"cooldown\"}"));
        _host.Host.Live(60);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task HighAvailability_BothPostAtOnce_OneIsTheDuplicateAndOneActionFollows()
    {
        _host.Begin().Hang();
        var body = Bytes(Of(Alert()));
        var answers = await Task.WhenAll(Enumerable.Range(0, MessageBody.Places).Select(_ => Task.Run(() => _host.PostAsync(body))));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(1, answers.Count(answer => WebhookHost.Verdicts(answer.Body)[0] == "accepted"));
        Assert.Equal(MessageBody.Places - 1, answers.Count(answer => WebhookHost.Verdicts(answer.Body)[0] == "duplicate"));
        _host.Host.Live(300);
        Assert.Single(_host.Intents);
        Assert.Equal(1, _host.Host.Log.Entries.Count(entry => entry.Event == EventIds.AlertReceived && entry.Message.Contains("accepted,", StringComparison.Ordinal)));
        Assert.Equal(1, _host.Host.Log.Entries.Count(entry => entry.Event == EventIds.AlertReceived && entry.Message.Contains("duplicate,", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ResolvedBeforeFiring_IsNotedAndTheFiringOneCounts()
    {
        _host.Begin().Hang();
        Assert.Equal(["resolved_noted"], await _host.VerdictsAsync(Alert(status: "resolved")));
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        Assert.Equal(["resolved_noted"], await _host.VerdictsAsync(Alert(status: "resolved")));
        _host.Host.Live(60);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task NewEpisode_IsANewAlert_AndActedOnAnew()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(400);
        _host.Hang();
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert(start: "2026-07-24T16:10:00Z")));
        _host.Host.Live(60);

        Assert.False(_host.Nic.IsHung);
        Assert.Equal(["segmentation", "checksum"], _host.Intents.Select(intent => intent.Profile));
    }

    [Fact]
    public async Task FirstRungDoesNotHeal_TheNextOneFollowsWithoutAnotherAlert()
    {
        _host.Nic.CuredBy.Remove("reinit");
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(120);

        Assert.False(_host.Nic.IsHung);
        Assert.Equal(["reinit", "bounce"], _host.Intents.Select(intent => intent.Rung));
    }

    [Fact]
    public async Task HangThatIsOverWhenItsTurnComes_IsNotReset()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Nic.IsHung = false;
        _host.Nic.Second();
        _host.Host.Live(60);

        Assert.DoesNotContain(_host.Nic.Operations, operation => operation.What is "reinit" or "down");
        // The next one is prevented all the same: it did hang.
        Assert.Contains(_host.Nic.Operations, operation => operation.What == "tx-tcp-segmentation off");
    }

    [Fact]
    public async Task Flap_IsPreventedAndNeverReset()
    {
        _host.Nic.ResetsItselfAfter = 2.5;
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(60);

        Assert.DoesNotContain(_host.Nic.Operations, operation => operation.What is "reinit" or "down");
        Assert.Contains(_host.Nic.Operations, operation => operation.What == "tx-tcp-segmentation off");
    }

    [Fact]
    public async Task Cooldown_OfANicThatPassesTraffic_IsSaidAndMayBeAskedAgain()
    {
        _host.Nic.ResetsItselfAfter = 2.5;
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(100);
        _host.Hang();
        _host.Host.Live(40);
        Assert.Equal(["cooldown"], await _host.VerdictsAsync(Alert(start: "2026-07-24T16:05:00Z")));
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task TwoNics_AreActedOnOneAfterTheOther()
    {
        var other = _host.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _host.Begin();
        other.Hang();
        // Together it would be no NIC's fault.
        _host.Host.Live(40);
        _host.Hang();
        Assert.Equal(["accepted", "accepted"], await _host.VerdictsAsync(Alert(), Alert("eno2", Fingerprint(2))));
        _host.Host.Live(120);

        Assert.False(_host.Nic.IsHung || other.IsHung);
        Assert.Equal(["eno1", "eno2"], _host.Intents.Select(intent => intent.Device).Order(StringComparer.Ordinal));
        // However long the door has guessed that it would take.
        Assert.InRange(_host.Intents[1].Uptime - _host.Host.JournalEntries().First(entry => entry.Event == JournalEvent.Outcome && entry.Id == _host.Intents[0].Id).Uptime, 0, 6);
        Assert.True(_host.Intents[1].Uptime - _host.Intents[0].Uptime >= 30);
    }

    [Fact]
    public async Task Observe_SaysWhatItWouldHaveDone()
    {
        _host.Host.Options.WebhookRemediation = RemediationMode.Observe;
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(5);

        Assert.Equal(0, _host.Operations);
        Assert.Equal("reinit", Assert.Single(_host.Host.JournalEntries(), entry => entry is { Event: JournalEvent.Outcome, Verdict: RemediationVerdict.Observed }).Rung);
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));
        Assert.DoesNotContain(_host.Host.Ledger.State.Alerts, alert => alert.Pending);
    }

    [Fact]
    public async Task Observe_WithoutAStateDirectory_IsTakenAsWell()
    {
        using var host = new WebhookHost(options => (options.StateDirectory, options.WebhookRemediation) = (null, RemediationMode.Observe));
        host.Begin().Hang();
        Assert.Equal(["accepted"], await host.VerdictsAsync(Alert()));
        Assert.Equal(["duplicate"], await host.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task Off_IsNotAllowed()
    {
        _host.Host.Options.WebhookRemediation = RemediationMode.Off;
        _host.Begin().Hang();
        Assert.Equal(["not_allowed"], await _host.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task KillSwitch_IsNotAllowed()
    {
        _host.Begin().Hang();
        File.WriteAllText(_host.Host.Options.DisableFile, "");
        _host.Host.Live(6);
        Assert.Equal(["not_allowed"], await _host.VerdictsAsync(Alert()));
        File.Delete(_host.Host.Options.DisableFile);
        _host.Host.Live(6);
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task Restart_BeforeItWasActedOn_ActsOnlyWhereTheHangIsSeenAgain()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        using (var next = _host.Restart())
        {
            next.Host.Open();
            Assert.True(Assert.Single(next.Host.Ledger.State.Alerts).Pending);
            next.Host.Start();
            Assert.Equal(["duplicate"], await next.VerdictsAsync(Alert()));
            next.Host.Live(60);

            Assert.False(next.Nic.IsHung);
            Assert.Single(next.Intents);
            Assert.Equal(RemediationTrigger.Webhook, next.Intents[0].Trigger);
        }
    }

    [Fact]
    public async Task Restart_WhenTheHangIsOver_ActsOnNothing()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Nic.IsHung = false;
        using var next = _host.Restart();
        next.Host.Open();
        next.Host.Start();
        next.Host.Live(50);
        Assert.True(Assert.Single(next.Host.Ledger.State.Alerts).Pending);
        next.Host.Live(20);

        Assert.False(Assert.Single(next.Host.Ledger.State.Alerts).Pending);
        Assert.Equal(DeclineReason.NotHung, next.Host.JournalEntries().Single(entry => entry.Event == JournalEvent.Answered).Declined);
        Assert.Equal(0, next.Operations);
        Assert.Equal(["duplicate"], await next.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task Restart_InTheMiddleOfTheAction_DoesNotActTwice()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(2);
        Assert.Single(_host.Intents);
        using var next = _host.Restart(options => options.WebhookRemediation = RemediationMode.Enforce);
        next.Host.Open();
        Assert.False(Assert.Single(next.Host.Ledger.State.Alerts).Pending);
        next.Host.Start();
        next.Host.Live(120);
        Assert.Single(next.Intents);
    }

    [Fact]
    public async Task Journal_ThatCantBeWritten_IsToBeAskedAgainAndThenItIsTaken()
    {
        var broken = false;
        using var host = new WebhookHost(files: new JournalFiles { Sync = (stream, path) => { if (broken) throw new IOException("no space left"); ((FileStream)stream).Flush(flushToDisk: true); } });
        host.Begin().Hang();
        broken = true;
        var (status, body) = await host.PostAsync(Bytes(Of(Alert())));
        Assert.Equal(503, status);
        Assert.Contains($"{ApiProblem.TypePrefix}journal_unavailable", body, StringComparison.Ordinal);
        Assert.Equal(503, (await host.PostAsync(Bytes(Of(Alert())))).Status);
        // What needs no journal is answered.
        Assert.Equal(["not_mine", "unknown_device"], await host.VerdictsAsync(Alert(host: "pve2"), Alert("eno7")));
        host.Host.Live(10);
        Assert.Equal(0, host.Operations);

        broken = false;
        host.Host.Live(60);
        // It was written with the rest, so it was acted on, once; whoever asks again is told so.
        Assert.Equal(["duplicate"], await host.VerdictsAsync(Alert()));
        Assert.False(host.Nic.IsHung);
        Assert.Single(host.Intents);
    }

    [Fact]
    public async Task Journal_ThatCantBeWritten_KeepsTheDoorQuietUntilItCan()
    {
        var broken = false;
        using var host = new WebhookHost(files: new JournalFiles { Sync = (stream, path) => { if (broken) throw new IOException("no space left"); ((FileStream)stream).Flush(flushToDisk: true); } });
        host.Begin().Hang();
        Assert.Equal(["accepted"], await host.VerdictsAsync(Alert()));
        broken = true;
        // Any entry finds out that the disk is full.
        Assert.False(host.Host.Ledger.Record(new JournalEntry(JournalEvent.Clock)));
        host.Host.Live(120);
        Assert.Equal(0, host.Operations);
        Assert.Equal(0, host.Host.Log.Count(EventIds.AlertAnswered));

        // It was acted on before it is a duplicate; while it waits in memory it is neither.
        Assert.Equal(503, (await host.PostAsync(Bytes(Of(Alert())))).Status);
        broken = false;
        host.Host.Live(60);
        Assert.False(host.Nic.IsHung);
        Assert.Single(host.Intents);
    }

    [Fact]
    public async Task Pause_BetweenAcceptanceAndAction_PutsItOff()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        File.WriteAllText(_host.Host.Options.DisableFile, "");
        _host.Host.Live(120);
        Assert.Equal(0, _host.Operations);
        Assert.True(Assert.Single(_host.Host.Ledger.State.Alerts).Pending);
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));

        File.Delete(_host.Host.Options.DisableFile);
        _host.Host.Live(30);
        Assert.False(_host.Nic.IsHung);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task TwoNicsThatHangTogether_AreActedOnWhenOnlyOneIsLeft()
    {
        var other = _host.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _host.Begin();
        other.Hang();
        _host.Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(60);
        Assert.Equal(0, _host.Operations);

        other.IsHung = false;
        _host.Host.Live(120);
        Assert.False(_host.Nic.IsHung);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task OneFingerprintForTwoDevices_IsTwoAlerts()
    {
        var other = _host.Host.AddSimulatedNic("eno2", "0000:02:00.0");
        _host.Begin();
        other.Hang();
        // Together it would be no NIC's fault.
        _host.Host.Live(40);
        _host.Hang();
        Assert.Equal(["accepted", "accepted", "duplicate", "duplicate"], await _host.VerdictsAsync(Alert(), Alert("eno2"), Alert(), Alert("eno2")));
        _host.Host.Live(120);
        Assert.False(_host.Nic.IsHung || other.IsHung);
        Assert.Equal(2, _host.Intents.Count);
    }

    [Fact]
    public async Task LocalLoopUnderWay_IsJoinedAndNotRepeated()
    {
        _host.Host.Options.LocalRemediation = RemediationMode.Enforce;
        _host.Begin();
        _host.Nic.Hang();
        _host.Host.Live(6);
        Assert.Single(_host.Intents);
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(120);

        Assert.False(_host.Nic.IsHung);
        Assert.Equal(RemediationTrigger.Local, Assert.Single(_host.Intents).Trigger);
        Assert.DoesNotContain(_host.Host.Ledger.State.Alerts, alert => alert.Pending);
    }

    [Fact]
    public async Task ManyAlerts_AreLoggedInAFewLines()
    {
        _host.Begin().Hang();
        await _host.VerdictsAsync([.. Enumerable.Range(0, 100).Select(number => Alert(fingerprint: Fingerprint(number)))]);
        await _host.VerdictsAsync([.. Enumerable.Range(0, 100).Select(number => Alert(fingerprint: Fingerprint(number), host: "pve2"))]);
        await _host.VerdictsAsync([.. Enumerable.Range(0, 100).Select(number => Alert(fingerprint: Fingerprint(number), host: "pve3"))]);
        Assert.Equal((20, 1, 1), (_host.Host.Log.Count(EventIds.AlertReceived), _host.Host.Log.Count(EventIds.AlertsReceived), _host.Host.Log.Count(EventIds.AlertsForeign)));
    }

    [Fact]
    public async Task ManyMessages_AreLoggedInAFewLinesAMinute()
    {
        _host.Begin();
        for (var second = 0; second < 120; second++)
        {
            await _host.VerdictsAsync([.. Enumerable.Range(0, 5).Select(number => Alert(fingerprint: Fingerprint((second * 5) + number)))]);
            _host.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal((2 * AlertmanagerWebhook.MostLines, 2), (_host.Host.Log.Count(EventIds.AlertReceived), _host.Host.Log.Count(EventIds.AlertsReceived)));
        // Of what got no line of its own by the second summary, each is in one of them.
        Assert.Contains(_host.Host.Log.Entries, entry => entry.Event == EventIds.AlertsReceived && entry.Message.StartsWith("280 more alerts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ManyMessagesToBeSentAgain_AreLoggedOnceAMinute()
    {
        _host.Begin().Hang();
        _host.Host.Desk.Stop();
        for (var second = 0; second < 61; second++)
        {
            Assert.Equal(503, (await _host.PostAsync(Bytes(Of(Alert())))).Status);
            _host.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        var lines = _host.Host.Log.Entries.Where(entry => entry.Event == EventIds.AlertsRefused).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Contains("60 messages", lines[1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Alert_OfADayAgo_IsNewAgainThoughNoOtherHasComeSince()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(120);
        _host.Host.Clock.Advance(TimeSpan.FromSeconds(AcceptedAlert.MaxAge) - TimeSpan.FromMinutes(10));
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));

        _host.Host.Clock.Advance(TimeSpan.FromMinutes(10));
        _host.Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(60);
        Assert.Equal(2, _host.Intents.Count);
        Assert.Single(_host.Host.Ledger.State.Alerts);
    }

    [Fact]
    public async Task Bodies_ThatAreBeingRead_AreAtMostEight()
    {
        _host.Begin();
        var pipes = Enumerable.Range(0, MessageBody.Places).Select(_ => new Pipe()).ToList();
        var reading = pipes.Select(pipe => _host.SendAsync(WebhookHost.Context(pipe.Reader.AsStream()))).ToList();
        using var body = new MemoryStream(Bytes(Of(Alert())));
        var context = WebhookHost.Context(body);
        Assert.Contains($"{ApiProblem.TypePrefix}many_messages", await _host.SendAsync(context), StringComparison.Ordinal);
        Assert.Equal((503, "1", 0), (context.Response.StatusCode, context.Response.Headers.RetryAfter, body.Position));

        // One that has broken off makes room as well as one that is answered.
        await pipes[0].Writer.CompleteAsync(new IOException("gone"));
        await pipes[1].Writer.CompleteAsync();
        await Task.WhenAll(reading[0], reading[1]);
        Assert.Equal(["not_hung"], await _host.VerdictsAsync(Alert()));
        foreach (var pipe in pipes)
            await pipe.Writer.CompleteAsync();
        Assert.All(await Task.WhenAll(reading), answer => Assert.Contains("malformed", answer, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("application/json", MessageReader.MaxBody + 1, 413, true)]
    [InlineData("text/plain", ApiBody.MaxLength + 1, 415, true)]
    [InlineData("text/plain", null, 415, true)]
    [InlineData("text/plain", ApiBody.MaxLength, 415, false)]
    public async Task Body_ThatIsNotRead_ClosesTheConnectionWhereTheServerDoesNotPassItOver(string type, int? length, int status, bool closes)
    {
        _host.Begin();
        using var body = new MemoryStream(new byte[length ?? 100]);
        var context = WebhookHost.Context(body, type);
        context.Request.ContentLength = length;
        if (length is null)
            context.Request.Headers.TransferEncoding = "chunked";
        await _host.SendAsync(context);
        Assert.Equal((status, closes ? "close" : null), (context.Response.StatusCode, (string?)context.Response.Headers.Connection));
    }

    [Fact]
    public async Task Disk_ThatHangs_IsAnsweredWithinASecond()
    {
        using var disk = new ManualResetEventSlim(initialState: true);
        using var host = new WebhookHost(files: new JournalFiles { Sync = (_, _) => disk.Wait() });
        host.Begin().Hang();
        disk.Reset();
        var first = host.PostAsync(Bytes(Of(Alert())));
        var second = host.PostAsync(Bytes(Of(Alert(fingerprint: Fingerprint(2)))));
        // Neither is answered before its patience ends.
        Assert.False(first.IsCompleted || second.IsCompleted);
        await AdvanceUntilAsync(host, Task.WhenAll(first, second), AlertDesk.Patience * 2);
        Assert.Equal((503, 503), ((await first).Status, (await second).Status));

        disk.Set();
        Assert.True(SpinWait.SpinUntil(() => host.Host.Ledger.State.Alerts.Count == 1, TimeSpan.FromSeconds(30)));
        await host.VerdictsAsync(Alert());
    }

    [Fact]
    public async Task Queue_IsBounded()
    {
        _host.Begin().Hang();
        Assert.All(await _host.VerdictsAsync([.. Enumerable.Range(0, 999).Select(number => Alert(fingerprint: Fingerprint(number)))]), verdict => Assert.Equal("accepted", verdict));
        var (status, body) = await _host.PostAsync(Bytes(Of(Alert(fingerprint: Fingerprint(1000)), Alert(fingerprint: Fingerprint(1001)))));
        Assert.Equal(503, status);
        Assert.Contains($"{ApiProblem.TypePrefix}many_waiting", body, StringComparison.Ordinal);
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert(fingerprint: Fingerprint(1000))));
        // They are all about the same device: one action answers them.
        _host.Host.Live(60);
        Assert.Single(_host.Intents);
        Assert.DoesNotContain(_host.Host.Ledger.State.Alerts, alert => alert.Pending);
    }

    [Fact]
    public async Task End_IsToBeAskedAgain()
    {
        _host.Begin().Hang();
        _host.Host.Desk.Stop();
        Assert.Equal(503, (await _host.PostAsync(Bytes(Of(Alert())))).Status);
        Assert.Empty(_host.Host.Ledger.State.Alerts);
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
        Assert.Equal(200, (await _host.PostAsync([.. body, .. Enumerable.Repeat((byte)' ', MessageReader.MaxBody - body.Length)])).Status);
        Assert.Equal(413, (await _host.PostAsync([.. body, .. Enumerable.Repeat((byte)' ', MessageReader.MaxBody - body.Length + 1)])).Status);
    }

    [Fact]
    public async Task Refusal_IsAShortProblemWithoutTheInput()
    {
        _host.Begin();
        foreach (var text in new[] { "{\"canary\":", "{\"version\":\"canary\",\"alerts\":[]}", "canary", "{\"version\":\"4\",\"alerts\":[{\"status\":\"canary\"}]}", "{\"version\":\"4\",\"canary\":1,\"canary\":1,\"alerts\":\"canary\"}" })
        {
            var (status, body) = await _host.PostAsync(Encoding.UTF8.GetBytes(text));
            Assert.Equal(400, status);
            Assert.DoesNotContain("canary", body, StringComparison.Ordinal);
            Assert.True(Encoding.UTF8.GetByteCount(body) <= ApiAnswer.MaxProblem);
        }
    }

    [Fact]
    public async Task TruncatedAlerts_AreCountedAndSaidOnce()
    {
        _host.Begin();
        var body = Recorded("max_alerts_3_02_firing.json");
        await _host.PostAsync(body);
        await _host.PostAsync(body);
        Assert.Equal(2, await _host.Host.ValueAsync("nichang_alerts_truncated_total"));
        Assert.Equal(1, _host.Host.Log.Count(EventIds.AlertsTruncated));
        Assert.Equal(6, await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"not_mine\"}") + await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"not_hung\"}")
            + await _host.Host.ValueAsync("nichang_alerts_received_total{verdict=\"unknown_device\"}"));
    }

    [Fact]
    public void Alerts_AreRememberedForADayAndAThousandOfThem()
    {
        var state = RemediationState.Empty;
        for (var number = 0; number < 1500; number++)
            state = state.After(new JournalEntry(JournalEvent.Alert) { Age = number, Alerts = [new AcceptedAlert(new AlertKey(Fingerprint(number), DateTimeOffset.UnixEpoch), "eno1")] });
        Assert.Equal((1000, Fingerprint(500)), (state.Alerts.Count, state.Alerts[0].Key.Fingerprint));

        // What was promised stays before what is done.
        var first = state.Alerts[0] with { Device = "eno2" };
        var promised = RemediationState.Empty.After(new JournalEntry(JournalEvent.Alert) { Alerts = [first] });
        for (var number = 0; number < 1200; number++)
        {
            promised = promised.After(new JournalEntry(JournalEvent.Alert) { Alerts = [new AcceptedAlert(new AlertKey(Fingerprint(number), DateTimeOffset.UnixEpoch), "eno1")] });
            promised = promised.After(new JournalEntry(JournalEvent.Intent) { Trigger = RemediationTrigger.Webhook, Device = "eno1", Key = "k", Id = "i" });
        }
        Assert.Equal((1000, first.Identity), (promised.Alerts.Count, Assert.Single(promised.Alerts, alert => alert.Pending).Identity));

        state = state.After(new JournalEntry(JournalEvent.Alert) { Age = AcceptedAlert.MaxAge + 1000, Alerts = [] });
        Assert.Equal((499, Fingerprint(1001)), (state.Alerts.Count, state.Alerts[0].Key.Fingerprint));
    }

    // The waiting is done in threads that the fake clock does not know: its time passes until both have begun to wait.
    private static async Task AdvanceUntilAsync(WebhookHost host, Task done, TimeSpan limit)
    {
        var start = host.Host.Clock.GetUtcNow();
        while (!done.IsCompleted)
        {
            Assert.True(host.Host.Clock.GetUtcNow() - start < limit + TimeSpan.FromMinutes(10), "no answer");
            host.Host.Clock.Advance(TimeSpan.FromMilliseconds(50));
            await Task.Yield();
        }
    }
}
