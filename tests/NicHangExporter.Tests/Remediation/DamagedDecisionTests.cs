using System.Text;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// A journal with a person's decision is damaged in one place, and the next process starts with it: nothing that the
/// person decided against is done without a person. Whole processes over a simulated NIC, some hundred kinds of damage
/// each.
/// </summary>
public sealed class DamagedDecisionTests : DamagedDecisionFixture
{
    [Fact]
    public void Rollback_InADamagedJournal_IsNotUndone()
    {
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Rollback = true }).Verdict);
        Assert.All(TurnedOff, feature => Assert.True(_nic.IsRequested(feature)));
        Damaged(host =>
        {
            host.Live(20);
            Assert.Empty(_nic.Operations);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rollback_WithLinesBehindIt_IsNotUndone(bool otherDecisions)
    {
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Rollback = true }).Verdict);
        if (otherDecisions)
        {
            Pause(true);
            Pause(false);
        }
        Host.Ledger.Record(new JournalEntry(JournalEvent.Clock));
        Damaged(host =>
        {
            host.Live(20);
            Assert.Empty(_nic.Operations);
        });
    }

    [Fact]
    public void Quarantine_InADamagedJournal_IsNotForgotten()
    {
        Host.Ledger.Record(new JournalEntry(JournalEvent.Quarantined)
        {
            Key = Host.Ledger.State.Devices.Keys.Single(),
            Device = "eno1",
            Driver = "e1000e"
        });
        Host.Ledger.Record(new JournalEntry(JournalEvent.Clock));
        TurnOnByHand();
        var reinits = 0;
        Damaged(host =>
        {
            host.Live(20);
            Assert.Empty(_nic.Operations);
            Assert.All(host.Ledger.State.Devices.Values, device => Assert.True(device.Quarantined));
            if (host.Ledger.State.Paused)
                return;
            // What hangs is reset, and nothing else.
            _nic.Hang();
            host.Live(20);
            Assert.All(_nic.Operations, operation => Assert.Equal("reinit", operation.What));
            reinits += _nic.Operations.Count;
        });
        Assert.True(reinits >= Seeds / 2, $"{reinits} reinits");
    }

    [Fact]
    public async Task Quarantine_OfADamagedJournal_EndsByAPersonsWord()
    {
        Keep();
        var host = Next();
        var content = _files["journal.jsonl"];
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(State, "journal.jsonl"), content);
        Begin(host);
        host.Live(1300);
        Assert.Equal(1, host.Log.Count(EventIds.HistoryUnknown));
        var answer = host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] });
        Assert.Equal(DeclineReason.Quarantined, answer.Declined);
        Assert.Contains("quarantine clear eno1", answer.Explanation, StringComparison.Ordinal);

        var cleared = host.Remediator.ClearQuarantineAsync(_nic.Interface, "root");
        host.RemediationWorker.RunPending();
        Assert.Null(await cleared);
        Assert.Equal(RemediationVerdict.Applied,
            host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Verdict);
        // Also over the next start.
        host = Next(restore: false);
        Begin(host);
        Assert.False(host.Ledger.State.Devices.Values.Single().Quarantined);
    }

    [Fact]
    public void Intent_WhoseOutcomeWasLost_IsNotUndone()
    {
        // Somebody else has changed half of it since, as after a kill in the middle.
        Keep();
        var lines = Encoding.UTF8.GetString(_files["journal.jsonl"]).Split('\n')[..^1];
        var outcome = Array.FindIndex(lines,
            line => line.StartsWith("{\"event\":\"outcome\"", StringComparison.Ordinal));
        lines[outcome] = lines[outcome].Replace("\"time\"", "\"tame\"", StringComparison.Ordinal);
        _nic.Request("tx-tcp-segmentation", true);
        var host = Next();
        File.WriteAllText(Path.Combine(State, "journal.jsonl"), string.Join('\n', lines) + "\n");
        Begin(host);
        host.Live(20);
        Assert.Empty(_nic.Operations);
    }

    [Fact]
    public void Mark_OlderThanTheJournal_IsRepairedAtTheNextStart()
    {
        Keep();
        Pause(true);
        var host = Next(restore: false);
        File.WriteAllBytes(Path.Combine(State, "decisions.json"), _files["decisions.json"]);
        Begin(host);
        host.Live(5);

        Assert.True(DecisionMark.Read(Path.Combine(State, "journal.jsonl"), new JournalFiles())!.Paused);
    }
}
