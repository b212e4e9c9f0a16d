using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>How much is logged, queued and remembered if many alerts come.</summary>
public sealed class WebhookQuantityTests : IDisposable
{
    private readonly WebhookHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task ManyAlerts_AreLoggedInAFewLines()
    {
        _host.Begin().Hang();
        await _host.VerdictsAsync(
            [.. Enumerable.Range(0, 100).Select(number => Alert(fingerprint: Fingerprint(number)))]);
        await _host.VerdictsAsync(
            [.. Enumerable.Range(0, 100).Select(number => Alert(fingerprint: Fingerprint(number), host: "pve2"))]);
        await _host.VerdictsAsync(
            [.. Enumerable.Range(0, 100).Select(number => Alert(fingerprint: Fingerprint(number), host: "pve3"))]);
        Assert.Equal(
            (20, 1, 1),
            (_host.Host.Log.Count(EventIds.AlertReceived), _host.Host.Log.Count(EventIds.AlertsReceived),
                _host.Host.Log.Count(EventIds.AlertsForeign)));
    }

    [Fact]
    public async Task ManyMessages_AreLoggedInAFewLinesAMinute()
    {
        _host.Begin();
        for (var second = 0; second < 120; second++)
        {
            await _host.VerdictsAsync(
                [.. Enumerable.Range(0, 5).Select(number => Alert(fingerprint: Fingerprint((second * 5) + number)))]);
            _host.Host.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(
            (2 * AlertmanagerWebhook.MostLines, 2),
            (_host.Host.Log.Count(EventIds.AlertReceived), _host.Host.Log.Count(EventIds.AlertsReceived)));
        // Each alert without a log line of its own before the second summary is in one of the two summaries.
        Assert.Contains(
            _host.Host.Log.Entries, entry =>
                entry.Event == EventIds.AlertsReceived
                && entry.Message.StartsWith("280 more alerts", StringComparison.Ordinal));
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
    public async Task Queue_IsBounded()
    {
        _host.Begin().Hang();
        Assert.All(await _host.VerdictsAsync(
            [.. Enumerable.Range(0, 999).Select(number => Alert(fingerprint: Fingerprint(number)))]), verdict =>
                Assert.Equal("accepted", verdict));
        var (status,
            body) = await _host.PostAsync(
                Bytes(Of(Alert(fingerprint: Fingerprint(1000)), Alert(fingerprint: Fingerprint(1001)))));
        Assert.Equal(503, status);
        Assert.Contains($"{ApiProblem.TypePrefix}many_waiting", body, StringComparison.Ordinal);
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert(fingerprint: Fingerprint(1000))));
        // They are all about the same device: one action answers them.
        _host.Host.Live(60);
        Assert.Single(_host.Intents);
        Assert.DoesNotContain(_host.Host.Ledger.State.Alerts, alert => alert.Pending);
    }

    [Fact]
    public void Alerts_AreRememberedForADayAndAThousandOfThem()
    {
        var state = RemediationState.Empty;
        for (var number = 0; number < 1500; number++)
            state = state.After(
                new JournalEntry(JournalEvent.Alert)
                {
                    Age = number,
                    Alerts = [new AcceptedAlert(
                        new AlertKey(Fingerprint(number), DateTimeOffset.UnixEpoch), "eno1")]
                });
        Assert.Equal((1000, Fingerprint(500)), (state.Alerts.Count, state.Alerts[0].Key.Fingerprint));

        // Accepted alerts are kept rather than answered ones.
        var first = state.Alerts[0] with { Device = "eno2" };
        var promised = RemediationState.Empty.After(new JournalEntry(JournalEvent.Alert) { Alerts = [first] });
        for (var number = 0; number < 1200; number++)
        {
            promised = promised.After(new JournalEntry(JournalEvent.Alert)
            { Alerts = [new AcceptedAlert(new AlertKey(Fingerprint(number), DateTimeOffset.UnixEpoch), "eno1")] });
            promised = promised.After(new JournalEntry(JournalEvent.Intent)
            { Trigger = RemediationTrigger.Webhook, Device = "eno1", Key = "k", Id = "i" });
        }
        Assert.Equal(
            (1000, first.Identity),
            (promised.Alerts.Count, Assert.Single(promised.Alerts, alert => alert.Pending).Identity));

        state = state.After(new JournalEntry(JournalEvent.Alert) { Age = AcceptedAlert.MaxAge + 1000, Alerts = [] });
        Assert.Equal((499, Fingerprint(1001)), (state.Alerts.Count, state.Alerts[0].Key.Fingerprint));
    }
}
