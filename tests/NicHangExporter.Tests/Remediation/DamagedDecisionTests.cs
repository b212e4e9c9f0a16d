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
public sealed class DamagedDecisionTests : IDisposable
{
    private const int Seeds = 90;

    private static readonly string[] TurnedOff = ["tx-tcp-segmentation", "tx-tcp6-segmentation",
        "tx-generic-segmentation"];

    private readonly List<FixtureHost> _hosts = [];
    private readonly SimulatedNic _nic;
    private readonly Dictionary<string, byte[]> _files = [];

    public DamagedDecisionTests()
    {
        var first = new FixtureHost(LocalLoop.Enforcing, live: true);
        _nic = first.AddSimulatedNic();
        _hosts.Add(first);
        first.Open();
        first.Start();
        first.Live(2);
        // The automatic part wants it off; from here on a person decides.
        Assert.Equal(RemediationVerdict.Applied,
            Host.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["segmentation"] }).Verdict);
    }

    private FixtureHost Host => _hosts[^1];

    private string State => _hosts[0].Options.Paths.StateDirectory!;

    public void Dispose()
    {
        for (var last = _hosts.Count - 1; last >= 0; last--)
            _hosts[last].Dispose();
    }

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

    // Each seed is one damage and one process that starts over it.
    private void Damaged(Action<FixtureHost> assert)
    {
        Keep();
        var (pristine, unknown) = (_nic.Requested, 0);
        for (var seed = 0; seed < Seeds; seed++)
        {
            var host = Next();
            File.WriteAllBytes(Path.Combine(State, "journal.jsonl"), Damage(_files["journal.jsonl"], new Random(seed)));
            Begin(host);
            try
            {
                assert(host);
                Assert.Equal(pristine, _nic.Requested);
            }
            catch (Exception exception)
            {
                var log = string.Join('\n', host.Log.Entries.Select(entry => entry.Message));
                throw new InvalidOperationException($"seed {seed}: {exception.Message}\n{log}", exception);
            }
            unknown += host.Ledger.State.HistoryUnknown ? 1 : 0;
            (_nic.IsHung, _nic.IsUp, _nic.HasCarrier) = (false, true, true);
        }
        Assert.True(unknown > Seeds / 3, $"{unknown} of {Seeds}");
    }

    private void Keep()
    {
        foreach (var name in new[] { "journal.jsonl", "decisions.json" })
            _files[name] = File.ReadAllBytes(Path.Combine(State, name));
    }

    private FixtureHost Next(bool restore = true)
    {
        var host = Host.Restart(save: true, LocalLoop.Enforcing);
        _hosts.Add(host);
        foreach (var file in restore ? Directory.GetFiles(State, "journal.jsonl*") : [])
            File.Delete(file);
        foreach (var (name, content) in restore ? _files : [])
            File.WriteAllBytes(Path.Combine(State, name), content);
        return host;
    }

    private void Begin(FixtureHost host)
    {
        _nic.Operations.Clear();
        host.Open();
        host.Start();
    }

    private void Pause(bool paused)
    {
        var done = Host.Remediator.SetPausedAsync(paused, "root");
        Host.RemediationWorker.RunPending();
        Assert.Null(done.Result);
    }

    private void TurnOnByHand()
    {
        foreach (var feature in TurnedOff)
            _nic.Request(feature, true);
    }

    // A bit, a byte, a span that reads as zeros, a span that is gone, garbage in between, lines that are gone, an end
    // that is gone.
    private static byte[] Damage(byte[] content, Random random)
    {
        var (at, length) = (random.Next(content.Length), random.Next(1, 400));
        var ends = content.Index().Where(pair => pair.Item == '\n').Select(pair => pair.Index + 1).Prepend(0).ToList();
        var line = random.Next(ends.Count - 1);
        var (from, to) = (ends[line], ends[random.Next(line + 1, ends.Count)]);
        var garbage = new byte[length];
        random.NextBytes(garbage);
        return random.Next(9) switch
        {
            0 or 1 => [.. content[..at], (byte)(content[at] ^ (1 << random.Next(8))), .. content[(at + 1)..]],
            2 => [.. content[..at], (byte)random.Next(256), .. content[(at + 1)..]],
            3 => [.. content[..at], .. new byte[Math.Min(length, content.Length - at)],
                .. content[Math.Min(content.Length, at + length)..]],
            4 => [.. content[..at], .. content[Math.Min(content.Length, at + length)..]],
            5 => [.. content[..at], .. garbage, .. content[at..]],
            6 => [.. content[..from], .. content[to..]],
            7 => content[..at],
            // The very last line, with its newline.
            _ => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content[..ends[^2]])
                + Encoding.UTF8.GetString(content[ends[^2]..])
                    .Replace("\"time\"", "\"tame\"", StringComparison.Ordinal)),
        };
    }
}
