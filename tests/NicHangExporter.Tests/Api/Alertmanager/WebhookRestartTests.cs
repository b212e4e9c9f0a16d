using NicHangExporter.Api;
using NicHangExporter.Api.Alertmanager;
using NicHangExporter.Hosting;
using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;
using static NicHangExporter.Tests.Api.Alertmanager.Notifications;

namespace NicHangExporter.Tests.Api.Alertmanager;

/// <summary>
/// An accepted alert after a restart, with a journal that can't be written, and while the processing is paused.
/// </summary>
public sealed class WebhookRestartTests : IDisposable
{
    private readonly WebhookHost _host = new();

    public void Dispose() => _host.Dispose();

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
        Assert.Equal(
            DeclineReason.NotHung,
            next.Host.JournalEntries().Single(entry => entry.Event == JournalEvent.Answered).Declined);
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
        using var next = _host.Restart(options =>
            options with { Remediation = options.Remediation with { Webhook = RemediationMode.Enforce } });
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
        using var host = new WebhookHost(files: new JournalFiles
        {
            Sync = (stream, path) =>
            {
                if (broken) throw new IOException("no space left"); ((FileStream)stream)
                .Flush(flushToDisk: true);
            }
        });
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
        // It was written with the others, so it was acted on once. A repetition gets that answer.
        Assert.Equal(["duplicate"], await host.VerdictsAsync(Alert()));
        Assert.False(host.Nic.IsHung);
        Assert.Single(host.Intents);
    }

    [Fact]
    public async Task Journal_ThatCantBeWritten_KeepsTheDoorQuietUntilItCan()
    {
        var broken = false;
        using var host = new WebhookHost(files: new JournalFiles
        {
            Sync = (stream, path) =>
            {
                if (broken) throw new IOException("no space left"); ((FileStream)stream)
                .Flush(flushToDisk: true);
            }
        });
        host.Begin().Hang();
        Assert.Equal(["accepted"], await host.VerdictsAsync(Alert()));
        broken = true;
        // Any entry shows that the disk is full.
        Assert.False(host.Host.Ledger.Record(new JournalEntry(JournalEvent.Clock)));
        host.Host.Live(120);
        Assert.Equal(0, host.Operations);
        Assert.Equal(0, host.Host.Log.Count(EventIds.AlertAnswered));

        // It is a duplicate only after it was acted on, not while it waits in memory.
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
        File.WriteAllText(_host.Host.Options.Remediation.DisableFile, "");
        _host.Host.Live(120);
        Assert.Equal(0, _host.Operations);
        Assert.True(Assert.Single(_host.Host.Ledger.State.Alerts).Pending);
        Assert.Equal(["duplicate"], await _host.VerdictsAsync(Alert()));

        File.Delete(_host.Host.Options.Remediation.DisableFile);
        _host.Host.Live(30);
        Assert.False(_host.Nic.IsHung);
        Assert.Single(_host.Intents);
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
        // Neither is answered before its timeout.
        Assert.False(first.IsCompleted || second.IsCompleted);
        await AdvanceUntilAsync(host, Task.WhenAll(first, second), AlertIntake.TurnTimeout * 2);
        Assert.Equal((503, 503), ((await first).Status, (await second).Status));

        disk.Set();
        Assert.True(SpinWait.SpinUntil(() => host.Host.Ledger.State.Alerts.Count == 1, TimeSpan.FromSeconds(30)));
        await host.VerdictsAsync(Alert());
    }

    [Fact]
    public async Task End_IsToBeAskedAgain()
    {
        _host.Begin().Hang();
        _host.Host.Desk.Stop();
        Assert.Equal(503, (await _host.PostAsync(Bytes(Of(Alert())))).Status);
        Assert.Empty(_host.Host.Ledger.State.Alerts);
    }

    // The threads that wait do not use the fake clock. Its time passes until both have begun to wait.
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
