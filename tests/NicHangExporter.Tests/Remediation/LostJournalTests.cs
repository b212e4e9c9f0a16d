using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// What is left of a journal that was damaged: nobody knows what was done, so whatever passes traffic counts as cooling. What hangs is healed all the same,
/// and a quarantine that can still be read holds.
/// </summary>
public sealed class LostJournalTests : IDisposable
{
    private readonly FixtureHost _first;
    private readonly List<FixtureHost> _hosts = [];
    private readonly SimulatedNic _nic;
    private readonly string _journal;

    public LostJournalTests()
    {
        _first = new FixtureHost(Configure, live: true);
        _nic = _first.AddSimulatedNic();
        _journal = Path.Combine(_first.Options.StateDirectory!, "journal.jsonl");
        _first.Open();
        _first.Start();
        _first.Live(2);
        _hosts.Add(_first);
    }

    public void Dispose()
    {
        for (var last = _hosts.Count - 1; last >= 0; last--)
            _hosts[last].Dispose();
    }

    public static TheoryData<string> Damages => ["flipped", "zeroed", "emptied", "deleted", "garbage", "cut in the middle"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Journal_Lost_LeavesAloneWhatPassesTrafficAndHealsWhatHangs(string damage)
    {
        Spend();
        Damage(damage);
        var host = Restart();

        Assert.Equal(1, host.Log.Count(EventIds.HistoryUnknown));
        var answer = host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] });
        Assert.Equal(DeclineReason.Cooldown, answer.Declined);
        Assert.InRange(answer.RetryAfter!.Value, 590, 600);
        Assert.Contains("journal was lost", answer.Explanation, StringComparison.Ordinal);
        Assert.True(await host.ValueAsync("nichang_remediation_cooldown_until_timestamp_seconds{device=\"eno1\"}") > host.Clock.GetUtcNow().ToUnixTimeSeconds() + 500);

        // A restart does not make it shorter, and it does not begin anew either.
        host.Live(300);
        host = Restart();
        Assert.InRange(host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).RetryAfter!.Value, 280, 300);

        _nic.Hang();
        host.Live(60);
        Assert.False(_nic.IsHung);
        host.Live(1300);
        Assert.Equal(RemediationVerdict.Applied, host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Verdict);
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
        Assert.Equal(DeclineReason.Quarantined, host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Declined);

        _nic.CuredBy.Add("reinit");
        host.Live(200);
        Assert.False(_nic.IsHung);
        Assert.True(Record(host).Quarantined);
    }

    [Fact]
    public void Directory_NeverUsedBefore_HasLostNothing()
    {
        Assert.Equal(0, _first.Log.Count(EventIds.HistoryUnknown));
        Assert.Equal(RemediationVerdict.Applied, _first.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["eee"] }).Verdict);
    }

    [Fact]
    public async Task Intent_OfAProcessThatLives_IsNotSettledByAnother()
    {
        _nic.Hang();
        while (_nic.Operations.Count == 0)
            _first.Live(1);
        var operations = _nic.Operations.Count;
        // The lock is the first one's still.
        using (var other = new FixtureHost(Configure, _first))
        {
            other.Open();
            other.Lane.RunPending();
            Assert.False(other.Ledger.IsOpen);
            Assert.NotNull(Record(other).Pending);
            var ticket = other.Remediator.Submit(new(_nic.Interface, RemediationTrigger.Cli) { Recover = true });
            other.Lane.RunPending();
            Assert.Equal(DeclineReason.JournalUnavailable, (await ticket.Outcome).Declined);
        }
        _nic.Host = _first;

        Assert.Equal(operations, _nic.Operations.Count);
        _first.Live(40);
        Assert.Equal(RemediationVerdict.Healed, Record(_first).Last!.Verdict);
    }

    private void Spend() => Assert.Equal(RemediationVerdict.Applied, _first.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["classic"] }).Verdict);

    private void Damage(string how)
    {
        var content = File.ReadAllBytes(_journal);
        switch (how)
        {
            case "flipped":
                content[content.Length / 3] ^= 1;
                File.WriteAllBytes(_journal, content);
                break;
            case "zeroed":
                File.WriteAllBytes(_journal, new byte[content.Length]);
                break;
            case "emptied":
                File.WriteAllBytes(_journal, []);
                break;
            case "deleted":
                File.Delete(_journal);
                break;
            case "garbage":
                new Random(1).NextBytes(content);
                File.WriteAllBytes(_journal, content);
                break;
            default:
                File.WriteAllBytes(_journal, [.. content[..(content.Length / 3)], .. content[(content.Length / 2)..]]);
                break;
        }
    }

    private FixtureHost Restart()
    {
        var host = _hosts[^1].Restart(save: true, Configure);
        _hosts.Add(host);
        host.Open();
        host.Start();
        return host;
    }

    private static DeviceRecord Record(FixtureHost host) => host.Ledger.State.Devices.Values.Single();

    private static double Cooldown(FixtureHost host) => Record(host).CooldownUntil - host.Ledger.Age;

    private static void Configure(ExporterOptions options)
    {
        LocalLoop.Enforcing(options);
        options.DeviceBudget = 2;
    }
}
