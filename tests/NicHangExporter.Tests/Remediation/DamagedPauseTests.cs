using System.Text;
using NicHangExporter.Hosting;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A pause that was decided in a journal that is damaged afterwards.</summary>
public sealed class DamagedPauseTests : DamagedDecisionFixture
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pause_InADamagedJournal_IsNotForgotten(bool linesBehind)
    {
        Pause(true);
        if (linesBehind)
            for (var line = 0; line < 3; line++)
                Host.Ledger.Record(new JournalEntry(JournalEvent.Clock));
        TurnOnByHand();
        Damaged(host =>
        {
            Assert.True(host.Remediator.Status().Paused);
            _nic.Hang();
            host.Live(20);
            Assert.Empty(_nic.Operations);
        });
    }

    [Fact]
    public void Resumed_InADamagedJournal_DoesNotStopTheReset()
    {
        Pause(true);
        Pause(false);
        Host.Ledger.Record(new JournalEntry(JournalEvent.Clock));
        TurnOnByHand();
        Damaged(host =>
        {
            Assert.False(host.Remediator.Status().Paused);
            if (!host.Ledger.State.HistoryUnknown)
                return;
            _nic.Hang();
            host.Live(20);
            Assert.NotEmpty(_nic.Operations);
            Assert.All(_nic.Operations, operation => Assert.Equal("reinit", operation.What));
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void JournalAndMark_BothDamaged_StopEverythingUntilAPersonResumes(bool deletesMark)
    {
        Pause(true);
        Keep();
        var host = Next();
        File.WriteAllBytes(Path.Combine(State, "journal.jsonl"), Encoding.UTF8.GetBytes("\0\0\0\n"));
        if (deletesMark)
            File.Delete(Path.Combine(State, "decisions.json"));
        else
            File.WriteAllText(Path.Combine(State, "decisions.json"),
                """{"seq":7,"paused":false,"crc":"00000000"}""" + "\n");
        Begin(host);
        _nic.Hang();
        host.Live(1300);
        Assert.Empty(_nic.Operations);

        // At the next start, long after the cool-down; and no person has paused it.
        host = Next(restore: false);
        Begin(host);
        Assert.Equal([PauseCause.LostHistory], host.Remediator.Status().PausedBy!);
        Assert.Contains("remediation is paused until a person resumes it", Assert.Single(host.Log.Entries,
            entry => entry.Event == EventIds.HistoryUnknown).Message, StringComparison.Ordinal);
        Pause(true);
        Assert.Equal([PauseCause.Command], host.Remediator.Status().PausedBy!);

        Pause(false);
        Assert.Null(host.Remediator.Status().PausedBy);
        host.Live(60);
        Assert.NotEmpty(_nic.Operations);
        Assert.All(_nic.Operations, operation => Assert.Equal("reinit", operation.What));
    }
}
