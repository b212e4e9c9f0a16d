using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

/// <summary>An episode whose process ended before it was over has its end all the same, by the next process.</summary>
public sealed class FormerEpisodeTests : IDisposable
{
    private readonly List<FixtureHost> _hosts = [];
    private FixtureHost _host = new(LocalLoop.Enforcing, live: true);

    public void Dispose()
    {
        _host.Dispose();
        _hosts.Reverse();
        _hosts.ForEach(host => host.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HealedEpisode_OfAProcessThatEnded_HasItsEnd(bool boots)
    {
        var nic = _host.AddSimulatedNic();
        _host.Open();
        _host.Start();
        _host.Live(2);
        nic.Hang();
        _host.Live(50);
        var healed = Assert.Single(EpisodeFiles.List(_host.Options.Paths.StateDirectory!));
        Assert.Equal(RemediationVerdict.Healed, healed.Remediations[^1].Verdict);
        Assert.Null(healed.Summary);
        Assert.Contains(_host.Log.Entries, entry => entry.Event == EventIds.Healed);

        Next(boots);
        _host.Live(boots ? 2 : 300);

        var bundle = Assert.Single(EpisodeFiles.List(_host.Options.Paths.StateDirectory!));
        Assert.Equal(healed.Id, bundle.Id);
        Assert.Equal("wedge", bundle.Summary!.Shape);
        Assert.InRange(bundle.Summary.OutageSeconds, 1, 10);
        Assert.True(bundle.Summary.Reports >= 1);
        Assert.InRange(bundle.Summary.End - healed.Start, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Contains(_host.JournalEntries(), entry => entry.Event == JournalEvent.Episode
            && entry.Episode!.Id == healed.Id);
    }

    [Fact]
    public void Episode_ThatGoesOnInTheNextProcess_KeepsItsBundle()
    {
        var nic = _host.AddSimulatedNic();
        nic.CuredBy.Clear();
        _host.Open();
        _host.Start();
        _host.Live(2);
        nic.Hang();
        _host.Live(20);
        var id = Assert.Single(EpisodeFiles.List(_host.Options.Paths.StateDirectory!)).Id;

        Next(boots: false);
        _host.Live(30);
        Assert.Equal(id, Assert.Single(EpisodeFiles.List(_host.Options.Paths.StateDirectory!)).Id);
        Assert.Equal(id, Assert.Single(_host.Evidence.Live).Id);
    }

    private void Next(bool boots)
    {
        _hosts.Add(_host);
        if (boots)
            _host.BootId = "99999999-2222-3333-4444-555555555555";
        _host = _host.Restart(configure: LocalLoop.Enforcing);
        _host.Open();
        _host.Start();
    }
}
