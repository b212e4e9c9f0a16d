using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Journaling;

namespace NicHangExporter.Tests.Remediation;

public sealed class EpisodeRecorderTests : EpisodeRecorderFixture
{
    [Fact]
    public void Episode_WithTwoRemediations_TellsWhatChangedAndHowItEnded()
    {
        Begin("TDH=14", "[1.0] hang");
        _tail = 5;
        _clock.Advance(TimeSpan.FromSeconds(30));
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.NotHealed));
        _recorder.AddRemediation(_id, Outcome("r2", RemediationVerdict.Healed));
        var summary = new EpisodeSummary(_id, _clock.GetUtcNow(), _clock.GetUtcNow(), "wedge", 12.5, 3);
        _recorder.End(_id, summary, ["[1.0] hang", "[2.0] up"]);

        var bundle = Read();
        Assert.Equal([("r1", RemediationVerdict.NotHealed), ("r2", RemediationVerdict.Healed)],
            bundle.Remediations.Select(remediation => (remediation.Id, remediation.Verdict)));
        Assert.Equal([KeyValuePair.Create("queue", 5ul)], bundle.Remediations[0].After!.Statistics!);
        Assert.Equal(["tso off", "reinit"], bundle.Remediations[0].Steps);
        Assert.Equal(3, bundle.Remediations[0].Evidence!.HangReports);
        Assert.Equal(4, bundle.Before!.Statistics!.Count);
        Assert.Equal(summary, bundle.Summary);
        Assert.Equal(["[1.0] hang", "[2.0] up"], bundle.KernelLines);
        Assert.Equal(_clock.GetUtcNow(), bundle.AtEnd!.Time);
        var text = File.ReadAllText(Files().Single());
        Assert.Contains("\"verdict\": \"not_healed\"", text, StringComparison.Ordinal);
        Assert.Contains("\"duplex\": \"full\"", text, StringComparison.Ordinal);
        Assert.Contains("\"start\": \"2026-11-23T14:30:00+00:00\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void AddRemediation_SameOneTwice_KeepsTheLaterWord()
    {
        Begin();
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Failed));
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Healed));

        Assert.Equal(RemediationVerdict.Healed, Assert.Single(Read().Remediations).Verdict);
    }

    [Fact]
    public void AddRemediation_EndlessWedge_KeepsTheFirstAndTheLast()
    {
        Begin();
        for (var i = 1; i <= 100; i++)
            _recorder.AddRemediation(_id, Outcome($"r{i}", RemediationVerdict.NotHealed));

        var ids = Read().Remediations.Select(remediation => remediation.Id).ToList();
        Assert.Equal(24, ids.Count);
        Assert.Equal(["r1", "r78", "r79"], ids[..3]);
        Assert.Equal("r100", ids[^1]);
    }

    [Fact]
    public void Begin_AgainAfterARestart_GoesOnWithTheBundle()
    {
        Begin("TDH=14", "[1.0] hang");
        _recorder.AddRemediation(_id, Outcome("r1", RemediationVerdict.Unverified));

        Begin(null, "[9.0] hang");

        var bundle = Read();
        Assert.Equal("TDH=14", bundle.Report);
        Assert.Equal(["[1.0] hang", "[9.0] hang"], bundle.KernelLines);
        Assert.Single(bundle.Remediations);
    }

    [Fact]
    public void KernelLines_OfALongEpisode_KeepItsBeginningAndItsEnd()
    {
        Begin(null, [.. Enumerable.Range(0, 20).Select(i => $"[{i}] a")]);
        Begin(null, [.. Enumerable.Range(0, 20).Select(i => $"[{i}] b")]);
        _recorder.End(_id, Summary(), [.. Enumerable.Range(0, 20).Select(i => $"[{i}] c")]);

        var lines = Read().KernelLines;
        Assert.Equal(40, lines.Count);
        Assert.Equal(("[0] a", "[19] c"), (lines[0], lines[^1]));
    }
}
