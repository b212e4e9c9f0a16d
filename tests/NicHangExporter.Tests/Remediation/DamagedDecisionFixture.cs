using System.Text;
using NicHangExporter.Remediation;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A host whose journal is damaged between two starts, at many places.</summary>
public abstract class DamagedDecisionFixture : IDisposable
{
    private protected const int Seeds = 90;

    private protected static readonly string[] TurnedOff = ["tx-tcp-segmentation", "tx-tcp6-segmentation",
        "tx-generic-segmentation"];

    private protected readonly List<FixtureHost> _hosts = [];
    private protected readonly SimulatedNic _nic;
    private protected readonly Dictionary<string, byte[]> _files = [];

    private protected DamagedDecisionFixture()
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

    private protected FixtureHost Host => _hosts[^1];

    private protected string State => _hosts[0].Options.Paths.StateDirectory!;

    public void Dispose()
    {
        for (var last = _hosts.Count - 1; last >= 0; last--)
            _hosts[last].Dispose();
        GC.SuppressFinalize(this);
    }

    // Each seed is one damage and one process that starts over it.
    private protected void Damaged(Action<FixtureHost> assert)
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

    private protected void Keep()
    {
        foreach (var name in new[] { "journal.jsonl", "decisions.json" })
            _files[name] = File.ReadAllBytes(Path.Combine(State, name));
    }

    private protected FixtureHost Next(bool restore = true)
    {
        var host = Host.Restart(save: true, LocalLoop.Enforcing);
        _hosts.Add(host);
        foreach (var file in restore ? Directory.GetFiles(State, "journal.jsonl*") : [])
            File.Delete(file);
        foreach (var (name, content) in restore ? _files : [])
            File.WriteAllBytes(Path.Combine(State, name), content);
        return host;
    }

    private protected void Begin(FixtureHost host)
    {
        _nic.Operations.Clear();
        host.Open();
        host.Start();
    }

    private protected void Pause(bool paused)
    {
        var done = Host.Remediator.SetPausedAsync(paused, "root");
        Host.RemediationWorker.RunPending();
        Assert.Null(done.Result);
    }

    private protected void TurnOnByHand()
    {
        foreach (var feature in TurnedOff)
            _nic.Request(feature, true);
    }

    // A bit, a byte, a span that reads as zeros, a span that is gone, garbage in between, lines that are gone, an end
    // that is gone.
    private protected static byte[] Damage(byte[] content, Random random)
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
