using NicHangExporter.Options;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

/// <summary>A host that has changed a device, and the same host after a restart with a damaged journal.</summary>
public abstract class LostJournalFixture : IDisposable
{
    private protected readonly FixtureHost _first;
    private protected readonly List<FixtureHost> _hosts = [];
    private protected readonly SimulatedNic _nic;
    private protected readonly string _journal;

    private protected LostJournalFixture()
    {
        _first = new FixtureHost(Configure, live: true);
        _nic = _first.AddSimulatedNic();
        _journal = Path.Combine(_first.Options.Paths.StateDirectory!, "journal.jsonl");
        _first.Open();
        _first.Start();
        _first.Live(2);
        _hosts.Add(_first);
    }

    public void Dispose()
    {
        for (var last = _hosts.Count - 1; last >= 0; last--)
            _hosts[last].Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Spend() => Assert.Equal(RemediationVerdict.Applied,
        _first.Ask(new(_nic.Interface, RemediationTrigger.Cli) { Settings = ["classic"] }).Verdict);

    private protected void Damage(string how)
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

    private protected FixtureHost Restart()
    {
        var host = _hosts[^1].Restart(save: true, Configure);
        _hosts.Add(host);
        host.Open();
        host.Start();
        return host;
    }

    private protected static DeviceRecord Record(FixtureHost host) => host.Ledger.State.Devices.Values.Single();

    private protected static double Cooldown(FixtureHost host) => Record(host).CooldownUntil - host.Ledger.Age;

    private protected static ExporterOptions Configure(ExporterOptions options)
    {
        options = LocalLoop.Enforcing(options);
        return options with { Remediation = options.Remediation with { DeviceBudget = 2 } };
    }
}
