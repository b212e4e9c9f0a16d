using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>
/// From a notification to a device and back, with a fake clock: the answer, the journal, the action, and how often.
/// </summary>
public sealed class AlertmanagerWebhookTests : AlertmanagerWebhookFixture
{
    [Fact]
    public async Task Firing_OfAHungNic_IsWrittenDownAnsweredAndHealed()
    {
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));

        // Nothing is done before the answer.
        Assert.Equal(0, _host.Operations);
        var accepted = Assert.Single(_host.Host.JournalEntries(), entry => entry.Event == JournalEvent.Alert);
        Assert.Equal(
            ("alertmanager", "eno1", "7a443aff7796c665"),
            (accepted.Actor, accepted.Alerts![0].Device, accepted.Alerts[0].Key.Fingerprint));

        _host.Host.Live(60);

        Assert.False(_host.Nic.IsHung);
        var intent = Assert.Single(_host.Intents);
        Assert.Equal(
            (RemediationTrigger.Webhook, "alertmanager", "reinit"),
            (intent.Trigger!.Value, intent.Actor, intent.RecoveryAction));
        Assert.Contains("7a443aff7796c665", intent.Reason, StringComparison.Ordinal);
        Assert.Equal(
            RemediationVerdict.Healed,
            _host.Host.JournalEntries().Single(entry => entry is { Event: JournalEvent.Outcome }).Verdict);
        Assert.Equal(
            1, await _host.Host.ValueAsync(
                "nichang_remediation_outcomes_total{device=\"eno1\",trigger=\"webhook\",outcome=\"healed\"}"));
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

        // Alertmanager may deliver alerts that are over for minutes: the old one again, and a later one.
        Assert.Equal(
            ["duplicate", "not_hung"], await _host.VerdictsAsync(Alert(), Alert(start: "2026-07-24T16:01:00Z")));
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
        _host.Host.Webhook.PublishSeries();

        Assert.Equal(
            ["accepted", "duplicate", "accepted", "not_hung", "unknown_device", "unknown_device", "not_allowed",
                "not_mine", "resolved_noted", "not_mine"],
            await _host.VerdictsAsync(
                Alert(), Alert(), Alert(fingerprint: Fingerprint(2)), Alert("eno2", Fingerprint(3)), Alert("eno3"),
                Alert("../eno1"), Alert("vmbr0"),
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
        var answers = await Task.WhenAll(Enumerable.Range(0, MessageBody.Places)
            .Select(_ => Task.Run(() => _host.PostAsync(body))));

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal(1, answers.Count(answer => WebhookHost.Verdicts(answer.Body)[0] == "accepted"));
        Assert.Equal(
            MessageBody.Places - 1, answers.Count(answer => WebhookHost.Verdicts(answer.Body)[0] == "duplicate"));
        _host.Host.Live(300);
        Assert.Single(_host.Intents);
        Assert.Equal(
            1, _host.Host.Log.Entries.Count(
                entry => entry.Event == EventIds.AlertReceived
                && entry.Message.Contains("accepted,", StringComparison.Ordinal)));
        Assert.Equal(
            1, _host.Host.Log.Entries.Count(
                entry => entry.Event == EventIds.AlertReceived
                && entry.Message.Contains("duplicate,", StringComparison.Ordinal)));
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
    public async Task NewEpisode_IsANewAlert_AndActedOnAgain()
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
    public async Task FirstRecoveryActionDoesNotHeal_TheNextOneFollowsWithoutAnotherAlert()
    {
        _host.Nic.CuredBy.Remove("reinit");
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(120);

        Assert.False(_host.Nic.IsHung);
        Assert.Equal(["reinit", "bounce"], _host.Intents.Select(intent => intent.RecoveryAction));
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
        // Hangs at the same time would not be the fault of a NIC.
        _host.Host.Live(40);
        _host.Hang();
        Assert.Equal(["accepted", "accepted"], await _host.VerdictsAsync(Alert(), Alert("eno2", Fingerprint(2))));
        _host.Host.Live(120);

        Assert.False(_host.Nic.IsHung || other.IsHung);
        Assert.Equal(["eno1", "eno2"], _host.Intents.Select(intent => intent.Device).Order(StringComparer.Ordinal));
        // Also if the remediator has estimated a longer time.
        Assert.InRange(
            _host.Intents[1].Uptime - _host.Host.JournalEntries()
            .First(entry => entry.Event == JournalEvent.Outcome && entry.Id == _host.Intents[0].Id).Uptime, 0, 6);
        Assert.True(_host.Intents[1].Uptime - _host.Intents[0].Uptime >= 30);
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
        // Hangs at the same time would not be the fault of a NIC.
        _host.Host.Live(40);
        _host.Hang();
        Assert.Equal(
            ["accepted", "accepted", "duplicate", "duplicate"],
            await _host.VerdictsAsync(Alert(), Alert("eno2"), Alert(), Alert("eno2")));
        _host.Host.Live(120);
        Assert.False(_host.Nic.IsHung || other.IsHung);
        Assert.Equal(2, _host.Intents.Count);
    }
}
