using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>The webhook in each mode, while remediation is paused, and while the local loop acts.</summary>
public sealed class AlertmanagerWebhookModeTests : AlertmanagerWebhookFixture
{
    [Fact]
    public async Task Observe_SaysWhatItWouldHaveDone()
    {
        _host.Host.Configure(
            options => options with { Remediation = options.Remediation with { Webhook = RemediationMode.Observe } });
        _host.Begin().Hang();
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
        _host.Host.Live(5);

        Assert.Equal(0, _host.Operations);
        Assert.Equal(
            "reinit",
            Assert.Single(
                _host.Host.JournalEntries(), entry =>
                    entry is { Event: JournalEvent.Outcome, Verdict: RemediationVerdict.Observed }).RecoveryAction);
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));
        Assert.DoesNotContain(_host.Host.Ledger.State.Alerts, alert => alert.Pending);
    }

    [Fact]
    public async Task Observe_WithoutAStateDirectory_IsTakenAsWell()
    {
        using var host = new WebhookHost(options =>
            options with
            {
                Paths = options.Paths with { StateDirectory = null },
                Remediation = options.Remediation
                with
                { Webhook = RemediationMode.Observe }
            });
        host.Begin().Hang();
        Assert.Equal(["accepted"], await host.VerdictsAsync(Alert()));
        Assert.Equal(["duplicate"], await host.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task Off_IsNotAllowed()
    {
        _host.Host.Configure(
            options => options with { Remediation = options.Remediation with { Webhook = RemediationMode.Off } });
        _host.Begin().Hang();
        Assert.Equal(["not_allowed"], await _host.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task KillSwitch_IsNotAllowed()
    {
        _host.Begin().Hang();
        File.WriteAllText(_host.Host.Options.Remediation.DisableFile, "");
        _host.Host.Live(6);
        Assert.Equal(["not_allowed"], await _host.VerdictsAsync(Alert()));
        File.Delete(_host.Host.Options.Remediation.DisableFile);
        _host.Host.Live(6);
        Assert.Equal(["accepted"], await _host.VerdictsAsync(Alert()));
    }

    [Fact]
    public async Task LocalLoopRunning_IsJoinedAndNotRepeated()
    {
        _host.Host.Configure(
            options => options with { Remediation = options.Remediation with { Local = RemediationMode.Enforce } });
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
}
