using NicHangExporter.Hosting;
using NicHangExporter.Linux;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;
using NicHangExporter.Remediation.Policy;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// After a damage of the journal it is unknown what was done and what a person decided, so every device is in
/// quarantine. A hang is reset all the same.
/// </summary>
public sealed class LostJournalTests : LostJournalFixture
{
    public static TheoryData<string> Damages =>
        ["flipped", "zeroed", "emptied", "deleted", "garbage", "cut in the middle"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Journal_Lost_LeavesAloneWhatPassesTrafficAndHealsWhatHangs(string damage)
    {
        Spend();
        Damage(damage);
        var host = Restart();

        Assert.Equal(1, host.Log.Count(EventIds.HistoryUnknown));
        var answer = host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] });
        Assert.Equal(DeclineReason.Quarantined, answer.Declined);
        Assert.Contains("a part of the journal was lost", answer.Explanation, StringComparison.Ordinal);
        Assert.Equal(1, await host.ValueAsync("nichang_remediation_quarantined{device=\"eno1\"}"));
        var until = await host.ValueAsync("nichang_remediation_cooldown_until_timestamp_seconds{device=\"eno1\"}");
        Assert.True(until > host.Clock.GetUtcNow().ToUnixTimeSeconds() + 500);

        // A restart does not end it.
        host.Live(300);
        host = Restart();
        Assert.Equal(DeclineReason.Quarantined,
            host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Declined);

        _nic.Operations.Clear();
        _nic.Hang();
        host.Live(60);
        Assert.False(_nic.IsHung);
        Assert.All(_nic.Operations, operation => Assert.Equal("reinit", operation.What));
        host.Live(600);
        var cleared = host.Remediator.ClearQuarantineAsync(_nic.Interface, "root");
        host.RemediationWorker.RunPending();
        Assert.Null(await cleared);
        Assert.Equal(RemediationVerdict.Applied,
            host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Verdict);
    }

    [Fact]
    public void Journal_TornAtItsEnd_HasLostNothing()
    {
        Spend();
        var cooldown = Cooldown(_first);
        File.AppendAllText(_journal, "{\"event\":\"intent\",\"seq\":");
        var host = Restart();

        Assert.Equal(0, host.Log.Count(EventIds.HistoryUnknown));
        Assert.Equal(1, host.Log.Count(EventIds.JournalTorn));
        Assert.InRange(cooldown - Cooldown(host), 0, 5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Quarantine_KnownFromWhatIsIntact_Stays(bool inOlderFile)
    {
        _nic.CuredBy.Clear();
        _nic.Hang();
        _first.Live(90);
        Assert.True(Record(_first).Quarantined);
        if (inOlderFile)
        {
            // The file that has the name now holds nothing; the one before it does.
            File.Move(_journal, _journal + ".1");
            File.WriteAllText(_journal, "");
        }
        else
        {
            var lines = File.ReadAllLines(_journal);
            lines[^1] = "x" + lines[^1];
            File.WriteAllText(_journal, string.Join('\n', [.. lines, lines[^2], ""]));
        }
        var host = Restart();

        Assert.True(Record(host).Quarantined);
        Assert.Equal(1, host.Log.Count(EventIds.HistoryUnknown));
        Assert.True(File.Exists(_journal + ".corrupt-1"));
        Assert.Equal(DeclineReason.Quarantined,
            host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Declined);

        _nic.CuredBy.Add("reinit");
        host.Live(200);
        Assert.False(_nic.IsHung);
        Assert.True(Record(host).Quarantined);
    }

    [Fact]
    public void Journal_ThatIsNotForThisUser_IsNotLost()
    {
        Spend();
        var isFor = false;
        var disk = new JournalFiles();
        var files = disk with
        {
            Read = path => isFor || !path.EndsWith("journal.jsonl", StringComparison.Ordinal)
            ? disk.Read(path) : throw new LinuxException("open", path, Errno.Access)
        };
        var host = _hosts[^1].Restart(save: true, Configure, files);
        _hosts.Add(host);
        host.Open();
        host.Start();
        host.Live(10);

        Assert.Equal(0, host.Log.Count(EventIds.HistoryUnknown));
        Assert.Contains("not for this user", Assert.Single(host.Log.Entries,
            entry => entry.Event == EventIds.JournalUnavailable).Message, StringComparison.Ordinal);
        Assert.Equal(DeclineReason.JournalUnavailable,
            host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Declined);

        isFor = true;
        host.Live(10);
        Assert.False(Record(host).Quarantined || host.Ledger.State.HistoryUnknown);
        Assert.Contains("tx-tcp-segmentation", Record(host).Desired);
    }
}
