using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Tests.Remediation;

/// <summary>Bundles that can't be written, and other files in their place.</summary>
public sealed class EpisodeRecorderFaultTests : EpisodeRecorderFixture
{
    [Fact]
    public void Unknown_Episode_IsPassedOver()
    {
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Healed));
        _recorder.End(_id, Summary(), []);
        _recorder.End("../../etc/passwd", Summary(), []);
        _recorder.Begin("../../etc/passwd", Eno1, Bus, "e1000e", _clock.GetUtcNow(), null, []);

        Assert.False(Directory.Exists(State));
        Assert.False(_ethtool.Entered.IsSet);
    }

    [Fact]
    public void NoStateDirectory_NothingIsReadOrWritten()
    {
        _recorder = Recorder(null);

        Begin();
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Healed));
        _recorder.End(_id, Summary(), []);

        Assert.False(_ethtool.Entered.IsSet);
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Disk_Full_IsSaidOnceAndNothingIsThrown()
    {
        using var mounts = new Mounts();
        mounts.AddMemory(State);
        Directory.CreateDirectory(Path.Combine(State, "episodes"));
        Mounts.Fill(Path.Combine(State, "filler"));

        for (var second = 0; second < 3; second++)
            _recorder.Begin(EpisodeId.New(_clock.GetUtcNow().AddSeconds(second), Eno1), Eno1, Bus, "e1000e",
                _clock.GetUtcNow(), null, []);

        Assert.Empty(Files());
        Assert.Equal(1, _log.Count(EventIds.BundleUnwritable));
        Assert.Contains(_log.Entries, entry => entry.Message.Contains("No space left", StringComparison.Ordinal));
    }

    [Fact]
    public void Unfinished_ThatIsALink_IsNotFollowed()
    {
        Directory.CreateDirectory(Path.Combine(State, "episodes"));
        var victim = Path.Combine(State, "victim");
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(Path.Combine(State, "episodes", _id + ".json.new"), victim);
        Begin();
        Assert.NotNull(Read());
        Assert.Equal("precious", File.ReadAllText(victim));
    }

    [Fact]
    public void Directory_ThatIsAFile_IsSaidOnceUntilItWorksAgain()
    {
        Directory.CreateDirectory(State);
        File.WriteAllText(Path.Combine(State, "episodes"), "");
        Begin();
        Begin();
        Assert.Equal(1, _log.Count(EventIds.BundleUnwritable));

        File.Delete(Path.Combine(State, "episodes"));
        Begin();
        Assert.NotNull(Read());
        Directory.Delete(Path.Combine(State, "episodes"), recursive: true);
        File.WriteAllText(Path.Combine(State, "episodes"), "");
        Begin();

        Assert.Equal(2, _log.Count(EventIds.BundleUnwritable));
    }

    [Fact]
    public void Bundles_AreForTheirOwnerAlone()
    {
        Begin();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files().Single()));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Path.Combine(State, "episodes")));
    }
}
