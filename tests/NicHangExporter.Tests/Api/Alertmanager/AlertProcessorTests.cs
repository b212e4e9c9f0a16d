using NicHangExporter.Linux;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using NicHangExporter.Tests.Remediation.Faults;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>
/// An alert from its acceptance to its end: for which device a remediation is requested, when, how often, and when no
/// longer.
/// </summary>
public sealed class AlertProcessorTests : IDisposable
{
    private readonly WebhookHost _host = new(options =>
        options with { Remediation = options.Remediation with { VerifyWindow = TimeSpan.FromSeconds(2) } });

    public void Dispose() => _host.Dispose();

    private AcceptedAlert First => _host.Host.Ledger.State.Alerts[0];

    private JournalEntry Answer =>
        Assert.Single(_host.Host.JournalEntries(), entry => entry.Event == JournalEvent.Answered);

    [Fact]
    public async Task NameOfAHungNic_ThatAnotherHasGot_DoesNotLeadToThat()
    {
        await AcceptAsync();
        var other = Replace();
        Settle();
        _host.Host.Live(120);

        Assert.Empty(other.Operations);
        Assert.Equal(DeclineReason.NotHung, Answer.Declined);
    }

    [Fact]
    public async Task NameOfAHungNic_ThatAnotherHungOneHasGot_LeadsToThatOnlyByAnAlertOfItsOwn()
    {
        await AcceptAsync();
        Assert.Equal("0000:00:1f.6", First.Bus);
        var other = Replace();
        Settle();
        _host.Hang(other);
        _host.Host.Live(20);
        Assert.Empty(other.Operations);
        // It waits while its hang can still be reported again. Then it is over.
        Assert.Equal(DeclineReason.NotHung, Answer.Declined);

        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert(start: "2026-07-24T16:10:00Z")));
        _host.Host.Live(20);
        Assert.Equal("0000:05:00.0|", Assert.Single(_host.Intents).Key);
        Assert.False(other.IsHung);
    }

    [Fact]
    public void AlertOfAJournalWithoutAddresses_MeansWhateverHasTheName()
    {
        _host.Begin().Hang();
        _host.Host.Ledger.Record(
            new JournalEntry(JournalEvent.Alert)
            { Alerts = [new AcceptedAlert(new AlertKey(Fingerprint(1), DateTimeOffset.UnixEpoch), "eno1")] });
        using var next = _host.Restart(options =>
            options with { Remediation = options.Remediation with { VerifyWindow = TimeSpan.FromSeconds(2) } });
        next.Begin();
        Assert.Null(Assert.Single(next.Host.Ledger.State.Alerts).Bus);
        next.Host.Live(20);
        Assert.False(next.Nic.IsHung);
        Assert.Single(next.Intents);
    }

    [Fact]
    public void Intent_AnswersTheAlertsOfItsOwnDevice()
    {
        var state = RemediationState.Empty.After(new JournalEntry(JournalEvent.Alert)
        {
            Alerts = [Accepted(1, "0000:00:1f.6"), Accepted(2, "0000:05:00.0"), Accepted(3, ""),
                Accepted(4, null)]
        });
        state = state.After(
            new JournalEntry(JournalEvent.Intent)
            {
                Trigger = RemediationTrigger.Webhook,
                Device = "eno1",
                Key = "0000:05:00.0|52:54:00:12:34:01",
                Id = "i"
            });
        Assert.Equal([true, false, true, false], state.Alerts.Select(alert => alert.Pending));
        state = state.After(
            new JournalEntry(JournalEvent.Intent)
            { Trigger = RemediationTrigger.Webhook, Device = "eno1", Key = "name:eno1", Id = "j" });
        Assert.Equal([true, false, false, false], state.Alerts.Select(alert => alert.Pending));

        static AcceptedAlert Accepted(int number, string? bus) =>
            new(new AlertKey(Fingerprint(number), DateTimeOffset.UnixEpoch), "eno1") { Bus = bus };
    }

    [Fact]
    public void Door_AskedForANameThatAnotherDeviceHasNow_Declines()
    {
        _host.Begin().Hang();
        Assert.True(BusAddress.TryParse("0000:05:00.0", out var bus));
        var outcome = _host.Host.Ask(new RemediationRequest(Name, RemediationTrigger.Webhook) { Bus = bus });
        Assert.Equal((RemediationVerdict.Declined, DeclineReason.UnknownDevice), (outcome.Verdict, outcome.Declined));
        Assert.Equal(
            "eno1 is another device now, at 0000:00:1f.6: what was to be remedied was at 0000:05:00.0",
            outcome.Explanation);
        outcome = _host.Host.Ask(new RemediationRequest(Name, RemediationTrigger.Webhook)
        { Bus = default(BusAddress) });
        Assert.Equal(DeclineReason.UnknownDevice, outcome.Declined);
        Assert.Equal(0, _host.Operations);
    }

    [Fact]
    public void LocalLoop_WhoseDeviceIsReplacedBeforeItsTurn_LeavesTheNewOneAlone()
    {
        _host.Host.Configure(
            options => options with { Remediation = options.Remediation with { Local = RemediationMode.Enforce } });
        // Prevention needs no hang at the time of the request.
        _host.Nic.ResetsItselfAfter = 3;
        _host.Begin();
        _host.Nic.Hang();
        // The driver resets the adapter: that confirms it. The request is submitted and not handled yet.
        for (var second = 0; second < 4; second++)
        {
            _host.Host.Clock.Advance(TimeSpan.FromSeconds(1));
            _host.Nic.Second();
        }
        var other = Replace();
        _host.Host.RemediationWorker.RunPending();
        _host.Host.Live(20);
        Assert.Empty(other.Operations);
        Assert.Empty(_host.Nic.Operations);
    }

    [Fact]
    public async Task OneReport_MayBeAFalseAlarm_AndIsNotActedOn()
    {
        _host.Begin();
        Report();
        Assert.Contains(
            "once the hang is confirmed", (await _host.PostAsync(Bytes(Of(Alert())))).Body, StringComparison.Ordinal);
        _host.Host.Live(30);
        Assert.Equal(0, _host.Operations);
        Assert.True(First.Pending);
        Assert.False(Assert.Single(_host.Host.Evidence.Live).IsConfirmed);

        Report();
        _host.Host.Live(3);
        Report();
        _host.Host.Live(3);
        Assert.True(Assert.Single(_host.Host.Evidence.Live).IsConfirmed);
        Assert.Single(_host.Intents);
        Assert.False(First.Pending);
    }

    [Fact]
    public async Task OneReport_AndNothingIsSent_IsActedOn()
    {
        _host.Nic.Reports = false;
        _host.Begin();
        _host.Nic.Hang();
        Report();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(2);
        Assert.Equal(0, _host.Operations);
        _host.Host.Live(4);
        Assert.Single(_host.Intents);
    }

    [Fact]
    public async Task OneReport_ThatRemainsTheOnlyOne_IsNotHungInTheEnd()
    {
        _host.Begin();
        _host.Host.Live(60);
        Report();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(70);
        Assert.Equal(DeclineReason.NotHung, Answer.Declined);
        Assert.Equal(0, _host.Operations);
    }

    [Fact]
    public async Task CooldownAtTheDoor_IsTheAnswer()
    {
        _host.Begin();
        Assert.Equal(
            RemediationVerdict.Applied,
            _host.Host.Ask(new RemediationRequest(Name, RemediationTrigger.Cli) { Settings = ["rx"] }).Verdict);
        _host.Hang();
        // It has recovered by itself: the last report is fresh, and the device sends.
        _host.Nic.IsHung = false;
        _host.Nic.Second();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(2);
        Assert.Equal(DeclineReason.Cooldown, Answer.Declined);
        Assert.False(First.Pending);
        _host.Host.Live(700);
        Assert.DoesNotContain(_host.Intents, intent => intent.Trigger == RemediationTrigger.Webhook);
    }

    [Fact]
    public async Task NewAlert_OfADeviceThatIsPutOff_AsksAtOnce()
    {
        await AcceptAsync();
        _host.Host.Live(1);
        Settle();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert(fingerprint: Fingerprint(2))));
        _host.Host.Live(1);
        Assert.Single(_host.Intents);
        Assert.DoesNotContain(_host.Host.Ledger.State.Alerts, alert => alert.Pending);
    }

    [Fact]
    public async Task HangOfAPutOffAlert_ThatIsOver_IsAnsweredInTheNextStep()
    {
        await AcceptAsync();
        _host.Host.Live(2);
        _host.Nic.IsHung = false;
        for (var second = 0; second < 90 && _host.Host.Evidence.Live.Count > 0; second++)
        {
            Assert.True(First.Pending);
            _host.Host.Live(1);
        }
        Assert.Equal(DeclineReason.NotHung, Answer.Declined);
        Assert.Equal(0, _host.Operations);
    }

    private static InterfaceName Name =>
        InterfaceName.TryParse("eno1", out var name) ? name : throw new InvalidOperationException("eno1 is a name");

    // A minute after the start, the processor no longer waits for what was before it. The kill switch keeps it from
    // acting on the alert, until Settle.
    private async Task AcceptAsync()
    {
        _host.Begin();
        _host.Host.Live(60);
        _host.Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        File.WriteAllText(_host.Host.Options.Remediation.DisableFile, "");
    }

    private void Settle() => File.Delete(_host.Host.Options.Remediation.DisableFile);

    private SimulatedNic Replace()
    {
        _host.Nic.Unplug(_host.Host);
        return _host.Host.AddSimulatedNic("eno1", "0000:05:00.0");
    }

    private void Report() => _host.Host.Print(_host.Host.NextSequence(), SimulatedNic.RecordedHang);
}
