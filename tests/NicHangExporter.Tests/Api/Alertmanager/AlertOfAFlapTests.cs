using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>
/// An alert that was answered while the driver still recovered by itself, in a hang that it then does not end.
/// </summary>
public sealed class AlertOfAFlapTests : IDisposable
{
    private readonly WebhookHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public async Task Flap_ThatBecomesAWedge_IsHealedThoughTheAlertIsTheSame()
    {
        _host.Nic.ResetsItselfAfter = 2.5;
        _host.Begin().Hang();
        _host.Host.Live(6);
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(6);
        Assert.Null(Assert.Single(_host.Intents).RecoveryAction);

        _host.Nic.ResetsItselfAfter = null;
        _host.Nic.Hang();
        _host.Host.Live(3);
        // For Alertmanager it has never ended.
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(60);

        Assert.False(_host.Nic.IsHung);
        Assert.Equal([null, "reinit"], _host.Intents.Select(intent => intent.RecoveryAction));
        Assert.All(_host.Intents, intent => Assert.Equal(RemediationTrigger.Webhook, intent.Trigger));
    }

    [Fact]
    public async Task Flap_ThatStaysOne_IsAskedForOnce()
    {
        _host.Nic.ResetsItselfAfter = 2.5;
        _host.Begin().Hang();
        _host.Host.Live(6);
        await _host.VerdictsAsync(Alert());
        for (var flap = 0; flap < 4; flap++)
        {
            _host.Host.Live(20);
            _host.Nic.Hang();
        }
        _host.Host.Live(20);

        Assert.Null(Assert.Single(_host.Intents).RecoveryAction);
        Assert.Single(_host.Host.JournalEntries(), entry => entry.Event == JournalEvent.Outcome);
    }
}
