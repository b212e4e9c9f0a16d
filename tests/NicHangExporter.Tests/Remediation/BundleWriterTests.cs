using NicHangExporter.Hosting;
using NicHangExporter.Remediation;
using NicHangExporter.Remediation.Evidence;

namespace NicHangExporter.Tests.Remediation;

/// <summary>
/// The disk of the bundles does not answer: a hang is answered all the same, and the evidence is not lost.
/// </summary>
public sealed class BundleWriterTests : IDisposable
{
    private readonly ManualResetEventSlim _answers = new();
    private readonly ManualResetEventSlim _isIn = new();
    private readonly List<EpisodeBundle> _written = [];
    private volatile bool _waitedInVain;

    public void Dispose()
    {
        _answers.Set();
        _answers.Dispose();
        _isIn.Dispose();
    }

    [Fact]
    public async Task Hang_IsAnswered_WhileTheBundleIsNotOnTheDisk()
    {
        using var host = new FixtureHost(LocalLoop.Enforcing, live: true, writeBundle: (_, bundle) => Stick(bundle));
        var nic = host.AddSimulatedNic();
        nic.Reports = false;
        host.Recorder.Start();
        host.Open();
        host.Start();
        host.Live(2);
        nic.Hang();
        host.Print(host.NextSequence(), SimulatedNic.RecordedHang);
        host.Live(3);
        Assert.True(_isIn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken),
            "the bundle was not begun");
        host.Print(host.NextSequence(), SimulatedNic.RecordedHang);
        host.Live(40);

        Assert.False(_waitedInVain, "the answer waited for the disk");
        Assert.NotEmpty(nic.Operations);
        Assert.False(nic.IsHung);

        _answers.Set();
        await host.Recorder.CloseAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var last = _written[^1];
        Assert.Equal(RemediationVerdict.Healed, Assert.Single(last.Remediations).Verdict);
        // The snapshot is from before the action.
        Assert.NotNull(last.Before?.Features);
        Assert.True(last.Before.Time < last.Remediations[0].After!.Time);
    }

    [Fact]
    public async Task Drafts_OfABundleThatWaits_GiveWayToTheNewest()
    {
        var writer = new BundleWriter(draft => Stick(draft.Bundle));
        writer.Start();
        writer.Write(Draft("a", "0"));
        Assert.True(_isIn.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        foreach (var report in new[] { "1", "2", "3" })
        {
            writer.Write(Draft("a", report));
            writer.Write(Draft("b", report));
        }
        Assert.Equal(("3", "3", null), (writer.Latest("a")?.Report, writer.Latest("b")?.Report, writer.Latest("c")));
        _answers.Set();
        await writer.CloseAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(["a0", "a3", "b3"], _written.Select(bundle => bundle.Id + bundle.Report));
        Assert.Null(writer.Latest("a"));
        writer.Write(Draft("a", "4"));
        Assert.Equal(3, _written.Count);
    }

    [Fact]
    public async Task Writer_ThatWasNotStarted_WritesAtOnce()
    {
        var writer = new BundleWriter(draft => _written.Add(draft.Bundle));
        writer.Write(Draft("a", "0"));
        Assert.Single(_written);
        await writer.CloseAsync();
    }

    [Fact]
    public async Task Bundle_ThatFailsInAnUnforeseenWay_IsCounted_AndTheNextIsWritten()
    {
        var fails = true;
        using var host = new FixtureHost(LocalLoop.Enforcing, writeBundle: (_, bundle) =>
        {
            if (fails)
                throw new InvalidOperationException("unforeseen");
            _written.Add(bundle);
        });
        var nic = host.AddSimulatedNic();
        host.Open();
        host.Recorder.Start();
        Begin("20261129T120000Z-eno1");
        for (var tries = 0; tries < 3000 && host.Log.Count(EventIds.BundleUnwritable) == 0; tries++)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        fails = false;
        Begin("20261129T120001Z-eno1");
        await host.Recorder.CloseAsync().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(1, host.Log.Count(EventIds.BundleUnwritable));
        Assert.True(host.Metrics.MonitorFailures.Value >= 1);
        Assert.NotEmpty(_written);

        void Begin(string id) => host.Recorder.Begin(id, nic.Interface, default, "e1000e", host.Clock.GetUtcNow(), null,
            []);
    }

    private void Stick(EpisodeBundle bundle)
    {
        _isIn.Set();
        _waitedInVain |= !_answers.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _written.Add(bundle);
    }

    private static BundleDraft Draft(string id, string report) =>
        new(new EpisodeBundle(id, "eno1") { Report = report }, IsComplete: true);
}
